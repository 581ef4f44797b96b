from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from common import showing

MOMENT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def shown(source: str, language: str = "fa", **context) -> str:
    with translation.override(language):
        return Template("{% load show %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "value", "persian", "english"),
    [
        ("{{ v|num }}", 48250000, "۴۸٬۲۵۰٬۰۰۰", "48,250,000"),
        ("{{ v|num }}", 0, "۰", "0"),
        ("{{ v|num }}", -1234, "\u200e−۱٬۲۳۴", "−1,234"),
        ("{{ v|num }}", 12.5, "۱۲٫۵", "12.5"),
        ("{{ v|num:1 }}", 12.04, "۱۲", "12"),
        ("{{ v|num }}", None, "", ""),
        ("{{ v|num }}", "", "", ""),
        ("{{ v|digits }}", "کد 12-3", "کد ۱۲-۳", "کد 12-3"),
        ("{{ v|rials }}", 48250000, "۴۸٬۲۵۰٬۰۰۰ ریال", "48,250,000 rials"),
        ("{{ v|compact }}", 21_400_000, "۲۱٫۴ میلیون", "21.4 million"),
        ("{{ v|compact }}", 9_999, "۹٬۹۹۹", "9,999"),
        ("{{ v|compact }}", 12_480, "۱۲٫۵ هزار", "12.5 thousand"),
        ("{{ v|compact }}", 999_960, "۱ میلیون", "1 million"),
        ("{{ v|compact }}", 3_000_000_000, "۳ میلیارد", "3 billion"),
        ("{{ v|compact }}", 2_000_000_000_000, "۲ هزار میلیارد", "2 trillion"),
        ("{{ v|percent }}", 96.14, "۹۶٫۱٪", "96.1%"),
        ("{{ v|percent }}", 100, "۱۰۰٪", "100%"),
        ("{{ v|phone }}", 989121234567, *['<bdi dir="ltr">0912 123 4567</bdi>'] * 2),
        ("{{ v|phone }}", "09121234567", *['<bdi dir="ltr">0912 123 4567</bdi>'] * 2),
        ("{{ v|phone }}", "30001234", *['<bdi dir="ltr">30001234</bdi>'] * 2),
        ("{{ v|phone }}", None, "", ""),
        ("{{ v|ltr }}", "<b>", *['<bdi dir="ltr">&lt;b&gt;</bdi>'] * 2),
        ("{{ v|jdate }}", MOMENT, "۱۴۰۵/۰۹/۰۳", "2026-11-24"),
        ("{{ v|jdate }}", date(2026, 11, 24), "۱۴۰۵/۰۹/۰۳", "2026-11-24"),
        ("{{ v|jtime }}", MOMENT, "۱۸:۳۰", "18:30"),
        ("{{ v|jdatetime }}", MOMENT, "۱۴۰۵/۰۹/۰۳ ۱۸:۳۰", "2026-11-24 18:30"),
        ("{{ v|jlong }}", MOMENT, "سه‌شنبه ۳ آذر ۱۴۰۵", "Tuesday 24 November 2026"),
        ("{{ v|jdate }}", None, "", ""),
    ],
)
def test_filters(source, value, persian, english):
    assert shown(source, "fa", v=value) == persian
    assert shown(source, "en", v=value) == english


@pytest.mark.parametrize(
    ("passed", "persian", "english"),
    [
        (timedelta(seconds=20), "همین حالا", "just now"),
        (timedelta(seconds=-20), "همین حالا", "just now"),
        (timedelta(minutes=1), "۱ دقیقه پیش", "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "۵۹ دقیقه پیش", "59 minutes ago"),
        (timedelta(hours=2, minutes=10), "۲ ساعت پیش", "2 hours ago"),
        (timedelta(days=6, hours=23), "۶ روز پیش", "6 days ago"),
        (timedelta(days=7), "۱۴۰۵/۰۸/۲۶", "2026-11-17"),
        (timedelta(minutes=-5), "۵ دقیقه دیگر", "in 5 minutes"),
        (timedelta(hours=-1), "۱ ساعت دیگر", "in 1 hour"),
        (timedelta(days=-2), "۲ روز دیگر", "in 2 days"),
    ],
)
def test_ago(passed, persian, english):
    with time_machine.travel(MOMENT, tick=False):
        assert shown("{{ v|ago }}", "fa", v=MOMENT - passed) == persian
        assert shown("{{ v|ago }}", "en", v=MOMENT - passed) == english
        assert showing.ago(MOMENT, now=MOMENT + timedelta(minutes=3)) != ""


def test_icon(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    assert shown('{% icon "send" %}') == (
        '<svg class="i" aria-hidden="true"><use href="/static/vendor/icons.svg#i-send"/></svg>'
    )
    assert 'class="i me-1 &quot;x&quot;"' in shown('{% icon "send" classes %}', classes='me-1 "x"')


def test_links_keep_the_filters_of_a_list():
    request = RequestFactory().get("/sent?q=%D8%B3&page=1&status=a&status=b")
    context = {"request": request}
    rendered = Template("{% query_string page=2 %}").render(ContextOf(context))
    assert rendered == "?q=%D8%B3&amp;page=2&amp;status=a&amp;status=b"


class ContextOf(Context):
    @property
    def request(self):
        return self["request"]
