"""Forms of a text for reading digits, for storing and for matching; the typed text is what is sent."""

import re
import unicodedata
from functools import lru_cache

_DIGITS = {ord(digit): str(value) for row in ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩") for value, digit in enumerate(row)}
_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ە": "ه", "ہ": "ه", "ھ": "ه", "ة": "ه", "ـ": ""})
_KEY_LETTERS = dict(zip(map(ord, "ایرندهموتبسشکلزفگخقعجحپچطص"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ", strict=True))
_SPACES = re.compile(r"\s+")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def ascii_digits(text: str) -> str:
    """Persian and Arabic digits as 0–9; everything else as it was."""
    return text.translate(_DIGITS)


def clean(text: str) -> str:
    """A typed text as it may be stored and sent: one line feed per line break, no NUL, no half surrogate pair.

    A browser's form sends CR LF for each line break that the text area counts as one.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return _LONE_SURROGATE.sub("\ufffd", text)


def fold(text: str) -> str:
    """The form in which keywords and searches are compared (6.4).

    Case, outer and repeated space, half-spaces and other invisible characters, tatweel, diacritics (آ as ا too),
    Arabic and Persian letter and digit variants and presentation forms no longer differ.
    """
    return _fold_short(text) if len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = "".join(character for character in text if unicodedata.category(character) not in {"Mn", "Cf"})
    text = unicodedata.normalize("NFC", ascii_digits(text.translate(_LETTERS)))
    return _SPACES.sub(" ", text).strip()


def search_key(text: str) -> str:
    """``fold(text)`` for a trigram index: the commonest Persian letters stand as A–Z, which a folded text never holds.

    In a database of the locale C, pg_trgm sees letters in ASCII alone and would index nothing of a Persian text. One
    letter stands for one letter, so a key holds another exactly where its folded text holds the other's.
    """
    return fold(text).translate(_KEY_LETTERS)


_SHORT = 80
_fold_short = lru_cache(4096)(_fold)  # a received keyword is folded several times on its way, and comes again
