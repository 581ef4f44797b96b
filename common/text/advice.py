"""What in a text costs more than it need: the very characters, where they stand, and what to write instead."""

import enum
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from common.text import gsm
from common.text.folding import ascii_digits
from common.text.measuring import Encoding, Measure, measure

NEAR_UNITS = 15  # a part that holds no more than this is worth a word

GSM_REPLACEMENTS = {
    **dict.fromkeys("“”„‟«»″〝〞", '"'),
    **dict.fromkeys("‘’‚‛`´′‹›", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t", " "),
    **dict.fromkeys("\u2028\u2029\x0b\x85", "\n"),
    **dict.fromkeys("•·●▪", "*"),
    "…": "...",
    "×": "x",
    "÷": "/",
    "،": ",",
    "؛": ";",
    "؟": "?",
    "٪": "%",
    "٬": ",",
    "٫": ".",
    "™": "TM",
    "©": "(c)",
    "®": "(R)",
    "°": " ",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "₤": "£",
    "✓": "OK",
}
PERSIAN_FORMS = dict(zip("يىك٠١٢٣٤٥٦٧٨٩", "ییک۰۱۲۳۴۵۶۷۸۹", strict=True))

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_JOINED_TO_EMOJI = re.compile("[\u200d\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")


class AdviceCode(enum.StrEnum):
    """Each names its params. A character's are: character, code_point ("U+201C"), name (Unicode's), count."""

    UNICODE_CHARACTER = "unicode_character"  # + replacement (may be ""), parts, parts_without (all such mended)
    ADDS_PART = "adds_part"  # parts, units (past the boundary), characters (to remove), tail (the last of them)
    EXTENSION_CHARACTER = "extension_character"  # + parts, parts_without (none of them in the text)
    INVISIBLE_CHARACTER = "invisible_character"
    ARABIC_CHARACTER = "arabic_character"  # + replacement


@dataclass(frozen=True, slots=True)
class Advice:
    """One remark. ``positions`` are indexes into the text, in code points from 0, of every place it speaks of."""

    code: AdviceCode
    positions: tuple[int, ...]
    params: dict[str, str | int] = field(default_factory=dict)


def advise(text: str) -> list[Advice]:
    """What could be mended in a text about to be sent, the most useful first; empty when there is nothing to say."""
    now = measure(text)
    strays = _unicode_characters(text, now)
    named = {advice.params["character"] for advice in strays}
    others = [*_extension_characters(text, now), *_invisible_characters(text), *_arabic_characters(text)]
    return [*strays, *_added_part(text, now), *(advice for advice in others if advice.params["character"] not in named)]


def _unicode_characters(text: str, now: Measure) -> list[Advice]:
    """The characters outside the GSM alphabet, when the rest of the text is in it."""
    if now.encoding is Encoding.GSM7:
        return []
    places = _places(text, lambda _, character: character not in gsm.CHARACTERS)
    if not _stray(text, places):
        return []
    replaced = "".join(_gsm_replacement(character) if character in places else character for character in text)
    without = measure(replaced)
    return [
        Advice(
            AdviceCode.UNICODE_CHARACTER,
            tuple(positions),
            _character(character, positions)
            | {"replacement": _gsm_replacement(character), "parts": now.parts, "parts_without": without.parts},
        )
        for character, positions in places.items()
        if not _JOINED_TO_EMOJI.match(character) or len(places) == 1
    ]


def _stray(text: str, places: dict[str, list[int]]) -> bool:
    """Whether what is outside the alphabet are strays in a text otherwise inside it, not the text's own script."""
    strays = sum(len(positions) for character, positions in places.items() if not _gsm_replacement(character))
    plain = sum(1 for character in text if character in gsm.CHARACTERS and not character.isspace())
    letters = any(character.isalpha() for character in places)
    return strays == 0 or (plain > 0 and (strays * 3 <= plain if letters else strays <= plain))


def _gsm_replacement(character: str) -> str:
    """What the GSM alphabet has in a character's place; empty when nothing."""
    if character in GSM_REPLACEMENTS:
        return GSM_REPLACEMENTS[character]
    digit = ascii_digits(character)
    if digit != character:
        return digit
    base = "".join(one for one in unicodedata.normalize("NFKD", character) if not unicodedata.combining(one))
    return base if base and all(one in gsm.CHARACTERS for one in base) else ""


def _added_part(text: str, now: Measure) -> list[Advice]:
    """The few last units for which a whole part is paid."""
    if now.parts < 2:
        return []
    excess = now.units - now.single if now.parts == 2 else now.multi - now.left
    if excess > NEAR_UNITS:
        return []
    tail = _shortest_tail(text, now, excess)
    return [
        Advice(
            AdviceCode.ADDS_PART,
            tuple(range(len(text) - len(tail), len(text))),
            {"parts": now.parts, "units": excess, "characters": len(tail), "tail": tail},
        )
    ]


def _shortest_tail(text: str, now: Measure, excess: int) -> str:
    size = max(1, math.ceil(excess / 2))
    while measure(text[:-size]).parts >= now.parts:
        size += 1
    return text[-size:]


def _extension_characters(text: str, now: Measure) -> list[Advice]:
    if now.encoding is not Encoding.GSM7:
        return []
    places = _places(text, lambda _, character: character in gsm.EXTENSION)
    without = measure("".join("." if character in gsm.EXTENSION else character for character in text)).parts
    return [
        Advice(
            AdviceCode.EXTENSION_CHARACTER,
            tuple(positions),
            _character(character, positions) | {"parts": now.parts, "parts_without": without},
        )
        for character, positions in places.items()
    ]


def _invisible_characters(text: str) -> list[Advice]:
    places = _places(
        text, lambda index, character: _INVISIBLE.match(character) is not None and not _joins(text, index, character)
    )
    return [
        Advice(AdviceCode.INVISIBLE_CHARACTER, tuple(positions), _character(character, positions))
        for character, positions in places.items()
    ]


def _joins(text: str, index: int, character: str) -> bool:
    """Whether a (non-)joiner does its work here: inside a Persian word, or within one emoji."""
    before, after = text[index - 1 : index] if index else "", text[index + 1 : index + 2]
    if character == _ZWJ:
        return (_is_symbol(before) and _is_symbol(after)) or _is_arabic(before) or _is_arabic(after)
    if character == _ZWNJ:
        return bool(before and after) and _in_word(before, after) and _in_word(after, before)
    return False


def _in_word(one: str, other: str) -> bool:
    return (one.isalnum() or unicodedata.category(one) == "Mn") and (_is_arabic(one) or _is_arabic(other))


def _is_symbol(character: str) -> bool:
    return character != "" and (unicodedata.category(character) in {"So", "Sk"} or character == "\ufe0f")


def _is_arabic(character: str) -> bool:
    return character != "" and ("\u0600" <= character <= "\u06ff") and character not in "،؛؟٪٫٬"


def _arabic_characters(text: str) -> list[Advice]:
    places = _places(text, lambda _, character: character in PERSIAN_FORMS)
    return [
        Advice(
            AdviceCode.ARABIC_CHARACTER,
            tuple(positions),
            _character(character, positions) | {"replacement": PERSIAN_FORMS[character]},
        )
        for character, positions in places.items()
    ]


def _places(text: str, matches: Callable[[int, str], bool]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for index, character in enumerate(text):
        if matches(index, character):
            places[character].append(index)
    return dict(places)


def _character(character: str, positions: list[int]) -> dict[str, str | int]:
    return {
        "character": character,
        "code_point": f"U+{ord(character):04X}",
        "name": unicodedata.name(character, "control character").lower(),
        "count": len(positions),
    }
