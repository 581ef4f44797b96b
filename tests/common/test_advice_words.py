import pytest
from django.utils import translation

from common.text import advise
from common.text.advice_words import sentence


@pytest.mark.parametrize(
    ("text", "english", "persian"),
    [
        (
            "Sale – now",
            "“–” (long dash, U+2013) at place 6 makes the whole message Unicode. Write “-” instead.",
            "«–» (خط تیره بلند، U+2013) در جایگاه ۶ همه پیام را یونیکد می‌کند. به جای آن «-» بنویسید.",
        ),
        (
            "Sale – " + "x" * 70,
            "“–” (long dash, U+2013) at place 6 makes the whole message Unicode. Write “-” instead. "
            "With all such characters mended the message is 1 part shorter.",
            "«–» (خط تیره بلند، U+2013) در جایگاه ۶ همه پیام را یونیکد می‌کند. به جای آن «-» بنویسید. "
            "با اصلاح همه این نویسه‌ها پیام ۱ صفحه کوتاه‌تر می‌شود.",
        ),
        (
            "Hello dear 😊",
            "“😊” (emoji or symbol, U+1F60A) at place 12 makes the whole message Unicode. Leave it out.",
            "«😊» (شکلک یا نماد، U+1F60A) در جایگاه ۱۲ همه پیام را یونیکد می‌کند. آن را حذف کنید.",
        ),
        (
            "Hello\u00a0dear",
            "“U+00A0” (non-breaking space, U+00A0) at place 6 makes the whole message Unicode. "
            "Write an ordinary space or line break instead.",
            "«U+00A0» (فاصله نشکن، U+00A0) در جایگاه ۶ همه پیام را یونیکد می‌کند. "
            "به جای آن فاصله یا خط تازه معمولی بگذارید.",
        ),
        (
            "س" * 73,
            "The last 3 characters begin part 2. Remove 3 characters to save one part.",
            "۳ نویسه آخر، صفحه ۲ را آغاز می‌کند. با حذف ۳ نویسه یک صفحه صرفه‌جویی می‌شود.",
        ),
        (
            "5 €",
            "“€” counts as two characters each time it is used.",
            "«€» هر بار دو نویسه حساب می‌شود.",
        ),
        (
            "سلام\u200bدنیا\u200b",
            "2 invisible characters (zero-width space, U+200B), the first at place 5, only cost room. Delete them.",
            "۲ نویسه نامرئی (فاصله با عرض صفر، U+200B) هست که فقط جا می‌گیرند؛ نخستین آن‌ها در جایگاه ۵ است. "
            "آن‌ها را پاک کنید.",
        ),
        (
            "علي",
            "“ي” (Arabic letter yeh, U+064A) at place 3 is an Arabic form. In Persian write “ی”.",
            "«ي» (ی عربی، U+064A) در جایگاه ۳ شکل عربی است. در فارسی «ی» بنویسید.",
        ),
    ],
)
def test_sentences(text, english, persian):
    (advice, *_) = advise(text)
    with translation.override("en"):
        assert sentence(advice) == english
    with translation.override("fa"):
        assert sentence(advice) == persian


def test_every_remark_has_a_sentence():
    for text in ("“" * 90, "[" * 81, "a" * 161, "سلام\u200b", "كي٤", "\x01abc", "ñandú ō", "\tab"):
        for advice in advise(text):
            assert sentence(advice)
