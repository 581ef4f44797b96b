"""The sentences in which a person reads ``advise``: the only module of this package that knows Django."""

import unicodedata

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.showing import number
from common.text.advice import Advice, AdviceCode

_NAMES = {
    **dict.fromkeys("“”„‟", gettext_lazy("curly quotation mark")),
    **dict.fromkeys("«»", gettext_lazy("Persian quotation mark")),
    **dict.fromkeys("‘’‚‛", gettext_lazy("curly apostrophe")),
    **dict.fromkeys("–—―", gettext_lazy("long dash")),
    **dict.fromkeys("ي", gettext_lazy("Arabic letter yeh")),
    **dict.fromkeys("ى", gettext_lazy("Arabic letter alef maksura")),
    **dict.fromkeys("ك", gettext_lazy("Arabic letter kaf")),
    **dict.fromkeys("۰۱۲۳۴۵۶۷۸۹", gettext_lazy("Persian digit")),
    **dict.fromkeys("٠١٢٣٤٥٦٧٨٩", gettext_lazy("Arabic digit")),
    **dict.fromkeys("\u200e\u200f\u061c", gettext_lazy("direction mark")),
    **dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", gettext_lazy("direction mark")),
    "…": gettext_lazy("ellipsis in one character"),
    "`": gettext_lazy("backtick"),
    "،": gettext_lazy("Persian comma"),
    "؛": gettext_lazy("Persian semicolon"),
    "؟": gettext_lazy("Persian question mark"),
    "٪": gettext_lazy("Persian percent sign"),
    "\t": gettext_lazy("tab"),
    "\u00a0": gettext_lazy("non-breaking space"),
    "\u00ad": gettext_lazy("soft hyphen"),
    "\u200b": gettext_lazy("zero-width space"),
    "\u200c": gettext_lazy("half-space"),
    "\u200d": gettext_lazy("joiner"),
    "\ufeff": gettext_lazy("byte order mark"),
}


def character_name(character: str) -> str:
    """What people call a character, with its code point: "long dash, U+2013"."""
    code_point = f"U+{ord(character):04X}"
    if character in _NAMES:
        name = str(_NAMES[character])
    elif unicodedata.category(character) == "So":
        name = _("emoji or symbol")
    else:
        name = unicodedata.name(character, "").lower()
    return _("%(name)s, %(code_point)s") % {"name": name, "code_point": code_point} if name else code_point


def sentence(advice: Advice) -> str:
    """One remark in the reader's language, with the place of the first such character counted from 1."""
    words = {name: number(value) if isinstance(value, int) else value for name, value in advice.params.items()}
    words["place"] = number(advice.positions[0] + 1)
    if "character" in advice.params:
        words["name"] = character_name(advice.params["character"])
        words["written"] = _written(advice.params["character"])
    return _SENTENCES[advice.code](advice, words)


def _written(character: str) -> str:
    """A character to be seen in a sentence; what cannot be seen is named by its code point."""
    unseen = character.isspace() or unicodedata.category(character) in {"Cf", "Cc", "Mn", "Zs"}
    return f"U+{ord(character):04X}" if unseen else character


def _unicode_character(advice: Advice, words: dict[str, str]) -> str:
    cause = _("“%(written)s” (%(name)s) at place %(place)s makes the whole message Unicode.") % words
    if advice.params["replacement"] == "":
        remedy = _("Leave it out.")
    elif advice.params["replacement"].isspace():
        remedy = _("Write an ordinary space or line break instead.")
    else:
        remedy = _("Write “%(replacement)s” instead.") % words
    saved = advice.params["parts"] - advice.params["parts_without"]
    if not saved:
        return f"{cause} {remedy}"
    saving = ngettext(
        "With all such characters mended the message is %(count)s part shorter.",
        "With all such characters mended the message is %(count)s parts shorter.",
        saved,
    ) % {"count": number(saved)}
    return f"{cause} {remedy} {saving}"


def _added_part(advice: Advice, words: dict[str, str]) -> str:
    count = advice.params["characters"]
    overflow = ngettext(
        "The last %(characters)s character begins part %(parts)s.",
        "The last %(characters)s characters begin part %(parts)s.",
        count,
    )
    remedy = ngettext(
        "Remove %(characters)s character to save one part.", "Remove %(characters)s characters to save one part.", count
    )
    return f"{overflow % words} {remedy % words}"


def _extension_character(advice: Advice, words: dict[str, str]) -> str:
    remark = _("“%(written)s” counts as two characters each time it is used.") % words
    if advice.params["parts_without"] < advice.params["parts"]:
        return remark + " " + _("Without such characters the message would be shorter by a part.")
    return remark


def _invisible_character(advice: Advice, words: dict[str, str]) -> str:
    remark = ngettext(
        "An invisible character (%(name)s) stands at place %(place)s; it only costs room. Delete it.",
        "%(count)s invisible characters (%(name)s), the first at place %(place)s, only cost room. Delete them.",
        advice.params["count"],
    )
    return remark % words


def _arabic_character(advice: Advice, words: dict[str, str]) -> str:
    return (
        _("“%(written)s” (%(name)s) at place %(place)s is an Arabic form. In Persian write “%(replacement)s”.") % words
    )


_SENTENCES = {
    AdviceCode.UNICODE_CHARACTER: _unicode_character,
    AdviceCode.ADDS_PART: _added_part,
    AdviceCode.EXTENSION_CHARACTER: _extension_character,
    AdviceCode.INVISIBLE_CHARACTER: _invisible_character,
    AdviceCode.ARABIC_CHARACTER: _arabic_character,
}
