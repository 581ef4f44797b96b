"""How names are stored and searched. Pure: no Django here."""

_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"})


def tidy(text: str) -> str:
    """A name with Persian letters for their Arabic twins, and single spaces; so that a search finds it as typed."""
    return " ".join(text.translate(_LETTERS).split())
