"""How many parts a text takes (R1): 160 septets alone or 153 a part; 70 UTF-16 units alone or 67 a part."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from common.text import gsm

MAX_PARTS = 255


class Encoding(enum.IntEnum):
    """How the text travels; the value is SMPP's data_coding."""

    GSM7 = 0
    UCS2 = 8


class TextTooLong(ValueError):
    """More than 255 parts: a concatenation header has one octet for the count."""


@dataclass(frozen=True, slots=True)
class Measure:
    """The cost of a text in the units of its encoding: septets for GSM7, UTF-16 code units for UCS2."""

    encoding: Encoding
    units: int
    parts: int  # 0 for an empty text
    single: int  # units that fit in a message of one part
    multi: int  # units that fit in each part of a longer one
    left: int  # units left until the next part begins
    characters: int  # code points


_OCTETS = {Encoding.GSM7: 1, Encoding.UCS2: 2}
_SINGLE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_MULTI = {Encoding.GSM7: 153, Encoding.UCS2: 67}
_MULTI_WIDE = {Encoding.GSM7: 152, Encoding.UCS2: 66}


def to_octets(text: str) -> tuple[Encoding, bytes]:
    """The whole text as it would travel, without headers. A lone surrogate keeps its one unit."""
    octets = gsm.to_octets(text)
    if octets is not None:
        return Encoding.GSM7, octets
    return Encoding.UCS2, text.encode("utf-16-be", "surrogatepass")


def cuts(encoding: Encoding, octets: bytes, *, wide_reference: bool = False) -> Iterator[tuple[int, int]]:
    """(start, end) of each part in ``octets``. An escape pair or a surrogate pair is never cut: it moves on whole."""
    size = _OCTETS[encoding]
    total = len(octets)
    if not total:
        return
    if total <= _SINGLE[encoding] * size:
        yield 0, total
        return
    capacity = (_MULTI_WIDE if wide_reference else _MULTI)[encoding] * size
    start = 0
    while start < total:
        end = min(start + capacity, total)
        if end < total and _begins_pair(encoding, octets, end - size):
            end -= size
        yield start, end
        start = end


def _begins_pair(encoding: Encoding, octets: bytes, place: int) -> bool:
    if encoding is Encoding.GSM7:
        return octets[place] == gsm.ESCAPE
    return 0xD8 <= octets[place] <= 0xDB and 0xDC <= octets[place + 2] <= 0xDF


def measure(text: str, *, wide_reference: bool = False) -> Measure:
    """Encoding, units and parts of a text as R1 counts them; room lost before an uncut pair is counted.

    With ``wide_reference`` each part of several carries a 16-bit reference, which leaves 152 or 66 units a part.
    """
    encoding, octets = to_octets(text)
    size = _OCTETS[encoding]
    single, multi = _SINGLE[encoding], (_MULTI_WIDE if wide_reference else _MULTI)[encoding]
    units = len(octets) // size
    if units <= single:
        return Measure(encoding, units, min(units, 1), single, multi, single - units, len(text))
    parts, left = 0, 0
    for start, end in cuts(encoding, octets, wide_reference=wide_reference):
        parts += 1
        left = multi - (end - start) // size
    return Measure(encoding, units, parts, single, multi, left, len(text))


def split(text: str, *, wide_reference: bool = False) -> list[str]:
    """The text of each part, in order; joined again they are the text. An empty text has no part."""
    encoding, octets = to_octets(text)
    pieces = [octets[start:end] for start, end in cuts(encoding, octets, wide_reference=wide_reference)]
    if len(pieces) == 1:
        return [text]
    if encoding is Encoding.GSM7:
        return [gsm.from_octets(piece) for piece in pieces]
    return [piece.decode("utf-16-be", "surrogatepass") for piece in pieces]
