"""Built into every template: how numbers, money, phones and moments are shown. An empty value shows as nothing.

Links that keep a list's filters use Django's own ``{% querystring page=2 %}``.
"""

import re
from collections.abc import Callable
from functools import wraps

from django import template
from django.template.defaulttags import querystring
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common import jalali, showing

_RIGHT_TO_LEFT = re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufefc]")
register = template.Library()
register.simple_tag(querystring, name="query_string", takes_context=True)


def _filter(name: str, show: Callable[..., str]) -> None:
    @wraps(show)
    def of_value(value, *arguments):
        return "" if value is None or value == "" else show(value, *arguments)

    register.filter(name, of_value)


def _isolated(text: object) -> SafeString:
    return format_html('<bdi dir="ltr">{}</bdi>', text)


@register.filter
def direction(text: str) -> str:
    """``rtl`` for a text with a Persian or Arabic letter, else ``ltr``. What ``dir="auto"`` finds is the first letter,
    which in "{name} گرامی" is that of a place for a value."""
    return "rtl" if _RIGHT_TO_LEFT.search(text or "") else "ltr"


_filter("num", showing.number)
_filter("digits", showing.digits)
_filter("rials", showing.rials)
_filter("compact", showing.compact)
_filter("percent", showing.percent)
_filter("phone", lambda value: _isolated(showing.phone(value)))
_filter("masked", lambda value: _isolated(showing.masked_phone(value)))
_filter("ltr", _isolated)
_filter("jdate", showing.day)
_filter("jtime", showing.clock)
_filter("jdatetime", lambda moment: f"{showing.day(moment)} {showing.clock(moment)}")
_filter("jlong", lambda moment: jalali.long_date(moment, "fa" if showing.is_persian() else "en"))
_filter("ago", showing.ago)


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """``{% icon "send" "me-1" %}``: a symbol of the sprite, drawn for the eye only."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        f"i {classes}".strip(),
        static("vendor/icons.svg"),
        name,
    )
