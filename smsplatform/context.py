"""What every page of the panel is given."""

from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_bidi

from billing.selectors import balance
from messaging.selectors import unread_count
from smsplatform.menu import menu
from smsplatform.words import words

THEMES = ("light", "dark", "auto")
THEME_COOKIE = "theme"


def panel(request: HttpRequest) -> dict:
    """Account, membership, balance (rials), menu, language, direction, theme.

    Those that cost a query are functions which the template calls where it shows them, so a fragment pays for none.
    """
    account = getattr(request, "account", None)
    membership = getattr(request, "membership", None)
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    unread = cache(lambda: unread_count(account) if account else 0)
    theme = request.COOKIES.get(THEME_COOKIE)
    return {
        "platform_name": settings.PLATFORM_NAME if language == "fa" else settings.PLATFORM_NAME_EN,
        "account": account,
        "membership": membership,
        "balance": cache(lambda: balance(account) if account else 0),
        "unread": unread,
        "menu": cache(lambda: menu(request, membership, {"unread": unread()})),
        "language": language,
        "dir": "rtl" if get_language_bidi() else "ltr",
        "theme": theme if theme in THEMES else "auto",
        "words": words,
    }
