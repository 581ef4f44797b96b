"""The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1), one septet per octet.

The backtick is not in the alphabet, although many tables put it at the place of ¿. National shift tables are left out.
"""

import codecs
import re

ESCAPE = 0x1B

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
EXTENSION = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
CHARACTERS = frozenset(BASIC.replace("\x1b", "")) | EXTENSION.keys()

# U+FFFE marks an undefined place in a charmap table; octets above 0x7F never leave us, but some centres send them
# meaning Latin-1, so reading takes them so.
_ENCODING_MAP = codecs.charmap_build(BASIC.replace("\x1b", "\ufffe") + "\ufffe" * 128)
_DECODING_TABLE = BASIC + bytes(range(128, 256)).decode("latin-1")
_FULL_MAP = {ord(character): octet for octet, character in enumerate(BASIC) if octet != ESCAPE}
_FULL_MAP |= {ord(character): bytes((ESCAPE, octet)) for character, octet in EXTENSION.items()}
_ESCAPED = {BASIC[octet]: character for character, octet in EXTENSION.items()}
_NOT_GSM = re.compile("[^" + re.escape("".join(sorted(CHARACTERS))) + "]")
_PAIR = re.compile("\x1b(.?)", re.DOTALL)


def to_octets(text: str) -> bytes | None:
    """The text in the default alphabet, extension characters as 0x1B and their place; None when one is outside."""
    if not text.isascii() and _NOT_GSM.search(text):  # a Persian text is out at its first letter
        return None
    try:
        return codecs.charmap_encode(text, "strict", _ENCODING_MAP)[0]
    except UnicodeEncodeError:
        pass
    try:
        return codecs.charmap_encode(text, "strict", _FULL_MAP)[0]
    except UnicodeEncodeError:
        return None


def from_octets(octets: bytes) -> str:
    """The text of unpacked septets. An escape before an unknown place shows the basic character, as 6.2.1.1 asks."""
    text = codecs.charmap_decode(octets, "strict", _DECODING_TABLE)[0]
    if "\x1b" not in text:
        return text
    return _PAIR.sub(lambda pair: _ESCAPED.get(pair[1], pair[1] if pair[1] not in {"", "\x1b"} else " "), text)
