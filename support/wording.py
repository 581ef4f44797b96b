"""What a ticket's words must be like (SUP-2.4, 2.7, 2.8). Pure: no Django here."""

import re
import unicodedata
from difflib import SequenceMatcher

from common.text import fold

FEWEST_LETTERS = 8
SIMILAR = 0.8
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|(?<!\S)\.{0,2}/[\w./?=&%#:+-]+|\b[\w-]+(?:\.[\w-]+)+\b", re.ASCII
)
_SHOUTS = re.compile(r"([?؟!！？])(?:\s*[?؟!！？]){2,}")
_ARABIC_SCRIPT = re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
_EMPTY_WORDS = set(
    fold("""
        سلام خسته نباشید وقت بخیر روز شب صبح عصر با احترام درود عرض ادب سوال پرسش درخواست مشکل کمک پیام تیکت پشتیبانی
        فوری لطفا لطفاً مهم خیلی یک دارم دارد داریم هست است من به در و ی شما سرکار عالی همکار گرامی عزیز محترم انتقاد
        پیشنهاد شکایت راهنمایی میخواهم موضوع عنوان بدون تست آزمایش
        hello hi hey dear salam question request problem help ticket issue urgent please message support test title
    """).split()
)


def letters(text: str) -> int:
    """How many letters there are in a text."""
    return sum(unicodedata.category(character).startswith("L") for character in text)


def title_key(title: str) -> str:
    """The form in which titles are compared: folded, without punctuation."""
    return re.sub(r"[\W_]+", " ", fold(title)).strip()


def says_nothing(title: str) -> bool:
    """Whether a title is only greetings and words such as "question" or "problem" (SUP-2.4)."""
    return set(title_key(title).split()) <= _EMPTY_WORDS


def is_too_short(title: str) -> bool:
    return letters(title) < FEWEST_LETTERS


def persian_share(text: str) -> float:
    """The part of a text's letters that are Persian, outside code and addresses; 1 where there are none (SUP-2.8)."""
    plain = _ADDRESS.sub(" ", _CODE.sub(" ", text))
    every = [character for character in plain if unicodedata.category(character).startswith("L")]
    if not every:
        return 1.0
    return sum(bool(_ARABIC_SCRIPT.match(character)) for character in every) / len(every)


def squeeze(text: str) -> str:
    """Three or more question or exclamation marks in a row as one (SUP-2.7); code is left as it is."""
    pieces, place = [], 0
    for code in _CODE.finditer(text):
        pieces += [_SHOUTS.sub(r"\1", text[place : code.start()]), code.group()]
        place = code.end()
    return "".join([*pieces, _SHOUTS.sub(r"\1", text[place:])])


def is_similar(one: str, other: str) -> bool:
    """Whether two titles seem to say the same (SUP-1.4)."""
    one, other = title_key(one), title_key(other)
    return one == other or SequenceMatcher(None, one, other, autojunk=False).ratio() >= SIMILAR
