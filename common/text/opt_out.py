"""«لغو۱۱»: a subscriber replies 11 to leave a line and 12 to come back (regulator, Shahrivar 1401)."""

import re

from common.text.folding import fold

_OPT_OUT = {"لغو11", "11", "11لغو"}
_REJOIN = {"12"}
_HINT = re.compile(r"لغو\W*(?:(?:ارسال|عدد|با)\W*)*11(?!\d)")


def is_opt_out(text: str) -> bool:
    """Whether a received text asks to leave: لغو11, لغو ۱۱ or 11, with any spaces and punctuation around."""
    return _bare(text) in _OPT_OUT


def is_rejoin(text: str) -> bool:
    """Whether a received text asks to come back: 12."""
    return _bare(text) in _REJOIN


def has_opt_out_hint(text: str) -> bool:
    """Whether a text to be sent tells the subscriber how to leave («لغو۱۱» in any spelling; R4)."""
    return _HINT.search(fold(text)) is not None


def _bare(text: str) -> str:
    return "".join(character for character in fold(text) if character.isalnum())
