"""How names are stored and searched. Pure: no Django here."""

import re

from common.text import clean

_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"})
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")


def tidy(text: str) -> str:
    """A name with Persian letters for their Arabic twins, and single spaces; so that a search finds it as typed."""
    return " ".join(_CONTROLS.sub("", clean(text)).translate(_LETTERS).split())


def joined(names: list[str]) -> str:
    """Several names in one cell of a file; ``divided`` takes them apart."""
    return " | ".join(name.replace("\\", "\\\\").replace("|", "\\|") for name in names)


def divided(cell: str) -> list[str]:
    """The names that stand in one cell, divided by bars."""
    parts, part, escaped = [], "", False
    for character in cell:
        if escaped or character not in "\\|":
            part, escaped = part + character, False
        elif character == "\\":
            escaped = True
        else:
            parts.append(part)
            part = ""
    names = [tidy(name) for name in [*parts, part]]
    return list(dict.fromkeys(name for name in names if name))
