"""Placeholders in a text (2.5): ``{first_name}``, ``{first_name|a default}``. Pure: no Django here."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

from common.text.folding import fold

_BLANK = re.compile(r"\{([^{}|\n]{1,60})(?:\|([^{}\n]{0,200}))?\}")


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to be filled: its name folded, as it was written, and what stands there where nothing is known."""

    name: str
    written: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class MergeTemplate:
    """A text in pieces: strings that stay, and blanks."""

    pieces: tuple[str | Blank, ...]

    @classmethod
    def parse(cls, text: str) -> "MergeTemplate":
        pieces: list[str | Blank] = []
        place = 0
        for found in _BLANK.finditer(text):
            name = found[1].strip()
            if not name:
                continue
            pieces += [text[place : found.start()], Blank(fold(name), name, found[2] or "")]
            place = found.end()
        pieces.append(text[place:])
        return cls(tuple(piece for piece in pieces if piece != ""))

    @property
    def blanks(self) -> list[Blank]:
        """The blanks in their order; a name may come again, with another default."""
        return [piece for piece in self.pieces if isinstance(piece, Blank)]

    def merge(self, values: Mapping[str, str]) -> str:
        """The text for one recipient. ``values`` by folded name; what is missing or empty gives way to the default."""
        return "".join(
            piece if isinstance(piece, str) else values.get(piece.name, "").strip() or piece.default
            for piece in self.pieces
        )

    def merge_many(self, columns: Mapping[str, Sequence[str]], count: int) -> list[str]:
        """The texts of ``count`` recipients; each of ``columns``, by folded name, has so many values."""
        strips: list[Iterable[str]] = []
        for piece in self.pieces:
            if isinstance(piece, str):
                strips.append(repeat(piece, count))
            else:
                default = piece.default
                strips.append([value.strip() or default for value in columns.get(piece.name, repeat("", count))])
        return ["".join(parts) for parts in zip(*strips, strict=True)] if strips else [""] * count
