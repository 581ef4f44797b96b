"""Iranian mobile numbers in all the ways people write them (2.4), held as E.164 integers: 989121234567.

Pure: no Django here. Sender lines (short numbers) are strings of digits, since their length is part of them.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from common.text.folding import ascii_digits

FIRST, LAST = 989_000_000_000, 989_999_999_999

_LONGEST_WRITTEN = 64
_MOBILE = re.compile(r"(?:(?:00|\+|0)?98)?0?(9[0-9]{9})")
_TRAILING_PLUS = re.compile(r"(98[0-9]+)\+")
_SPREADSHEET_FLOAT = re.compile(r"(\+?[0-9]+)\.0*")
_SCIENTIFIC = re.compile(r"([1-9])(?:\.([0-9]+))?[eE]\+?([0-9]{1,2})")
_PUNCTUATION = re.compile(r"[\s\-‐‑‒–—―−_()\[\].·/\\'’\"]+")
_FIELDS = re.compile(r"[\n\r\t,،;؛|\v\f\x85\u2028\u2029]+")
_WORDS = re.compile(r"[\s\-‐‑‒–—―−_/\\:=<>\"]+")
_LINE = re.compile(r"[0-9]{3,18}")
_PERSIAN_DIGITS = [(digit, ascii_digits(digit)) for digit in "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩"]


def normalise(raw: str | int | float) -> int | None:
    """The E.164 number of an Iranian mobile, or None.

    Persian and Arabic digits, 0912…, 912…, 98912…, +98912…, 0098912…, 098912…, +98(0)912…, punctuation,
    invisible marks and a spreadsheet's trailing .0 are understood. A spreadsheet's 9.12123E+9 is refused: its last
    digits are lost.
    """
    if isinstance(raw, bool):
        return None
    if isinstance(raw, float):
        raw = int(raw) if raw.is_integer() else ""
    text = str(raw)
    if len(text) == 11 and text.isascii() and text.isdecimal() and text.startswith("09"):
        return int("98" + text[1:])
    if len(text) > _LONGEST_WRITTEN:
        return None
    mobile = _MOBILE.fullmatch(_bare(text))
    return int("98" + mobile[1]) if mobile else None


def _bare(text: str) -> str:
    """The text without what may stand in and around a number: of a number, its digits and a leading plus."""
    text = _latin(text).strip(" \t\r\n'")
    if number := _SPREADSHEET_FLOAT.fullmatch(text):
        return number[1]
    if number := _SCIENTIFIC.fullmatch(text):
        return _whole_number(*number.groups(default=""))
    text = _PUNCTUATION.sub("", text)
    if number := _TRAILING_PLUS.fullmatch(text):  # copied out of right-to-left text
        return number[1]
    return text


def _latin(text: str) -> str:
    if text.isascii():
        return text
    text = ascii_digits(unicodedata.normalize("NFKC", text))
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def _whole_number(first: str, fraction: str, exponent: str) -> str:
    if len(fraction) < int(exponent):
        return ""
    number = Decimal(f"{first}.{fraction or '0'}").scaleb(int(exponent))
    return str(int(number)) if number == number.to_integral_value() else ""


def normalise_line(raw: str | int) -> str | None:
    """A sender line as 3–18 digits, or None. A country prefix written +98 or 0098 is dropped; a bare 98 is kept."""
    text = _PUNCTUATION.sub("", _latin(str(raw)))
    for prefix in ("+98", "0098"):
        text = text.removeprefix(prefix)
    return text if _LINE.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a typed or pasted text held: numbers in their order, repeats kept, and the pieces that are no number."""

    numbers: list[int]
    invalid: list[str]


def extract(text: str) -> Extraction:
    """Every mobile number in a text, whatever separates them; a number may itself hold spaces or dashes."""
    numbers: list[int] = []
    invalid: list[str] = []
    for piece in _FIELDS.split(text):
        piece = piece.strip()
        if not _latin(piece):
            continue
        whole = normalise(piece)
        if whole is not None:
            numbers.append(whole)
            continue
        found, rest = _numbers_within(piece)
        numbers.extend(found)
        invalid.extend(rest if found else [piece])
    return Extraction(numbers, invalid)


def _numbers_within(piece: str) -> tuple[list[int], list[str]]:
    found: list[int] = []
    invalid: list[str] = []
    strangers: list[str] = []
    for words, number in _readings([word for word in _WORDS.split(piece) if word]):
        if number is None:
            strangers.extend(words)
            continue
        found.append(number)
        if strangers:
            invalid.append(" ".join(strangers))
            strangers = []
    if strangers:
        invalid.append(" ".join(strangers))
    return found, invalid


def _readings(words: list[str]) -> Iterator[tuple[list[str], int | None]]:
    """Runs of words that together are one number, the longest first (8 words: 0 9 12 34 …); else a word alone."""
    place = 0
    while place < len(words):
        for length in range(min(8, len(words) - place), 0, -1):
            run = words[place : place + length]
            number = normalise(" ".join(run))
            if number is not None or length == 1:
                yield run, number
                place += length
                break


def normalise_many(values: Sequence[str]) -> np.ndarray:
    """``normalise`` for a whole column: int64, 0 where a value is no mobile number.

    Values of plain digits in the common forms are read all at once; only the others one by one.
    """
    result = np.zeros(len(values), np.int64)
    if not len(values):
        return result
    column = "\n".join(values)
    if not column.isascii():
        for digit, latin in _PERSIAN_DIGITS:
            column = column.replace(digit, latin)
    octets = np.frombuffer(column.encode("utf-8", "surrogatepass"), np.uint8)
    breaks = np.flatnonzero(octets == 10)
    if len(breaks) != len(values) - 1:
        return np.fromiter((normalise(value) or 0 for value in values), np.int64, len(values))
    starts = np.concatenate(([0], breaks + 1))
    lengths = np.concatenate((breaks, [len(octets)])) - starts
    plain = np.flatnonzero((lengths >= 10) & (lengths <= 14))
    if len(plain):
        plain, numbers = _read_plain(octets, starts, lengths, plain)
        result[plain] = numbers
    for index in np.flatnonzero(result == 0):
        if lengths[index]:
            result[index] = normalise(values[index]) or 0
    return result


_PREFIXES = (b"", b"0", b"98", b"+98", b"0098")  # by their length, before the ten national digits
_POWERS = (10 ** np.arange(9, -1, -1)).astype(np.float64)  # exact: below 2**53, and a float product uses BLAS


def _read_plain(
    octets: np.ndarray, starts: np.ndarray, lengths: np.ndarray, plain: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(indexes, numbers) of those of ``plain`` that are a known prefix and ten digits beginning with 9."""
    prefix_lengths = lengths[plain] - 10
    windows = np.lib.stride_tricks.sliding_window_view(octets, 10)
    digits = windows[starts[plain] + prefix_lengths] - 48  # wraps below "0", so one comparison finds every non-digit
    good = (digits[:, 0] == 9) & (digits.max(axis=1) <= 9)
    for length, prefix in enumerate(_PREFIXES):
        of_length = prefix_lengths == length
        if length and of_length.any():
            for place, octet in enumerate(prefix):
                good &= ~of_length | (octets[np.where(of_length, starts[plain] + place, 0)] == octet)
    national = (digits[good].astype(np.float64) @ _POWERS).astype(np.int64)
    return plain[good], national + 980_000_000_000


class Seen:
    """Which mobile numbers have come by, exactly: one bit a number, 125 MB were every number seen.

    The bits are asked for at once, but the system gives memory only to the pages touched: a prefix never met is free.
    """

    def __init__(self) -> None:
        self._bits = np.zeros((LAST - FIRST + 1) // 8, np.uint8)

    def add_many(self, numbers: np.ndarray) -> np.ndarray:
        """True where a number comes for the first time, in this batch too. 0 (no number) is never first.

        ``numbers`` are E.164 integers as ``normalise_many`` gives them; ValueError for any outside Iran's mobiles.
        """
        numbers = np.asarray(numbers, np.int64)
        first = np.zeros(len(numbers), bool)
        present = np.flatnonzero(numbers)
        places, where = np.unique(numbers[present] - FIRST, return_index=True)
        if len(places) and (places[0] < 0 or places[-1] > LAST - FIRST):
            raise ValueError("not an Iranian mobile number")
        octets = places >> 3
        masks = np.left_shift(np.uint8(1), (places & 7).astype(np.uint8))
        fresh = (self._bits[octets] & masks) == 0
        first[present[where[fresh]]] = True
        self._set(octets[fresh], masks[fresh])
        return first

    def has_many(self, numbers: np.ndarray) -> np.ndarray:
        """True where a number has come by. ``numbers`` as for ``add_many``, without 0."""
        places = numbers - FIRST
        return (self._bits[places >> 3] >> (places & 7).astype(np.uint8)) & 1 == 1

    def _set(self, octets: np.ndarray, masks: np.ndarray) -> None:
        if not len(octets):
            return
        heads = np.flatnonzero(np.concatenate(([True], octets[1:] != octets[:-1])))
        self._bits[octets[heads]] |= np.bitwise_or.reduceat(masks, heads)


def is_data_sim(number: int) -> bool:
    """Whether the number is of the TD-LTE data range 0941, which bulk sends leave out unless told otherwise."""
    return number // 10_000_000 == 98_941


def national(number: int) -> str:
    """09121234567"""
    return f"0{number - 980_000_000_000}"


def e164(number: int) -> str:
    """+989121234567"""
    return f"+{number}"


def conceal(number: int) -> str:
    """0912 *** ****: all that a business may see of a number of the bank (3)."""
    return f"{national(number)[:4]} *** ****"


def mask(number: int) -> str:
    """0912***4567, for logs and for those who may not see the number."""
    written = national(number)
    return f"{written[:4]}***{written[-4:]}"
