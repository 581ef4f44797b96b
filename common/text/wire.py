"""Texts to and from the short_message of SMPP 3.4: payload octets, concatenation headers, data_coding."""

import enum
import re
from dataclasses import dataclass

from common.text import gsm
from common.text.measuring import MAX_PARTS, Encoding, TextTooLong, cuts, to_octets

_HALF_PAIR = re.compile("[\ud800-\udfff]")
_STAND_IN = 0x10F800 - 0xD800  # half a pair, as no database stores it, in the last private plane
_STAND_INS = re.compile("[\U0010f800-\U0010ffff]+")


class DefaultAlphabet(enum.Enum):
    """What a gateway means by data_coding 0, "SMSC default alphabet" (SMPP 3.4, 5.2.19)."""

    GSM7 = "gsm7"
    LATIN1 = "latin1"


@dataclass(frozen=True, slots=True)
class Decoded:
    """One received short_message. ``body`` is the payload without its header.

    Parts of one message are best joined as bodies and decoded once: other senders cut characters in half.
    """

    text: str
    reference: int | None
    total: int
    sequence: int
    body: bytes


def encode(text: str, *, reference: int, wide_reference: bool = False) -> list[bytes]:
    """The short_message of each part; data_coding is ``measure(text).encoding``, esm_class 0x40 when there are several.

    GSM7 goes one septet per octet. Several parts carry the header 05 00 03 with the reference modulo 256, or 06 08 04
    modulo 65,536 with ``wide_reference`` (then measure and split with the same flag: a part holds less).
    Raises TextTooLong beyond 255 parts.
    """
    encoding, octets = to_octets(text)
    if encoding is Encoding.UCS2:
        octets = _whole_characters(octets)
    pieces = [octets[start:end] for start, end in cuts(encoding, octets, wide_reference=wide_reference)]
    if len(pieces) <= 1:
        return pieces
    if len(pieces) > MAX_PARTS:
        raise TextTooLong(f"{len(pieces)} parts; a message has at most {MAX_PARTS}")
    if wide_reference:
        header = b"\x06\x08\x04" + (reference % 65_536).to_bytes(2, "big")
    else:
        header = bytes((5, 0, 3, reference % 256))
    return [header + bytes((len(pieces), number)) + piece for number, piece in enumerate(pieces, start=1)]


def _whole_characters(octets: bytes) -> bytes:
    """Half a surrogate pair is no character and may be refused by the centre: U+FFFD stands in, of the same length."""
    text = octets.decode("utf-16-be", "surrogatepass")
    if not _HALF_PAIR.search(text):
        return octets
    return _HALF_PAIR.sub("\ufffd", text).encode("utf-16-be")


def decode(
    payload: bytes,
    data_coding: int,
    has_udh: bool,
    *,
    default_alphabet: DefaultAlphabet = DefaultAlphabet.GSM7,
    keeps_halves: bool = False,
) -> Decoded:
    """Read a received short_message. Never raises: what cannot be read well is read as well as it can be.

    Binary data (2, 4) becomes hexadecimal text. ``has_udh`` is bit 0x40 of esm_class. Half of a surrogate pair becomes
    U+FFFD, or with ``keeps_halves`` a stand-in, of which ``join_halves`` makes the character when the parts are joined.
    """
    reference, total, sequence, body = _take_header(payload) if has_udh else (None, 1, 1, payload)
    text = _text_of(body, data_coding, default_alphabet)
    stand_in = (lambda half: chr(ord(half[0]) + _STAND_IN)) if keeps_halves else "\ufffd"
    text = _HALF_PAIR.sub(stand_in, text).replace("\x00", "")
    return Decoded(text, reference, total, sequence, body)


def join_halves(text: str) -> str:
    """The joined texts of parts that were decoded with ``keeps_halves``: a pair that a sender cut in two is a character
    again (4.5), a half without its other is U+FFFD."""
    return _STAND_INS.sub(_joined, text)


def _joined(halves: re.Match) -> str:
    octets = b"".join((ord(half) - _STAND_IN).to_bytes(2, "big") for half in halves[0])
    return octets.decode("utf-16-be", "replace")


def _take_header(payload: bytes) -> tuple[int | None, int, int, bytes]:
    """(reference, total, sequence, body) of a payload with a user data header (3GPP TS 23.040, 9.2.3.24)."""
    if not payload or payload[0] >= len(payload):
        return None, 1, 1, payload
    length = payload[0]
    header, body = payload[1 : 1 + length], payload[1 + length :]
    place = 0
    while place + 2 <= len(header):
        element, size = header[place], header[place + 1]
        data = header[place + 2 : place + 2 + size]
        place += 2 + size
        if (element, len(data)) in {(0x00, 3), (0x08, 4)}:
            reference, total, sequence = int.from_bytes(data[:-2], "big"), data[-2], data[-1]
            if 1 <= sequence <= total:
                return reference, total, sequence, body
    return None, 1, 1, body


def _text_of(body: bytes, data_coding: int, default_alphabet: DefaultAlphabet) -> str:
    kind = _kind_of(data_coding)
    if kind == "default":
        return gsm.from_octets(body) if default_alphabet is DefaultAlphabet.GSM7 else body.decode("latin-1")
    if kind == "binary":
        return body.hex()
    if kind == "unknown":
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            return body.decode("latin-1")
    if kind == "utf-16-be":
        whole = body[: len(body) // 2 * 2].decode(kind, "surrogatepass")
        return whole + "\ufffd" * (len(body) % 2)
    return body.decode(kind, "replace")


def _kind_of(data_coding: int) -> str:
    """A Python codec, or "default", "binary", "unknown". Beyond 0x0F the value is a GSM scheme (3GPP TS 23.038, 4)."""
    named = {0: "default", 1: "ascii", 2: "binary", 3: "latin-1", 4: "binary", 5: "shift_jis"}
    named |= {6: "iso8859-5", 7: "iso8859-8", 8: "utf-16-be", 13: "euc_jp", 14: "euc_kr"}
    if data_coding in named:
        return named[data_coding]
    if 0x10 <= data_coding <= 0x1F:
        return {0: "default", 1: "binary", 2: "utf-16-be"}.get((data_coding >> 2) & 3, "unknown")
    if 0xF0 <= data_coding <= 0xFF:
        return "binary" if data_coding & 0x04 else "default"
    return "unknown"
