from datetime import UTC, datetime

import pytest

from numbers.hours import parse
from numbers.models import Line
from numbers.selectors import TEHRAN, next_opening, sending_hours

ADVERTISING = Line(kind=Line.Kind.ADVERTISING)
MORNING = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # 07:30 in Tehran


def tehran(hour: int, minute: int = 0, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=TEHRAN)


def test_advertising_lines_keep_the_platforms_hours(settings):
    settings.ADVERTISING_HOURS = "08:00-22:00"
    assert sending_hours(ADVERTISING, MORNING) == (480, 1320)


def test_a_line_may_have_hours_of_its_own():
    assert sending_hours(Line(kind=Line.Kind.ADVERTISING, sending_hours="09:30-21:00"), MORNING) == (570, 1260)


@pytest.mark.parametrize("kind", [Line.Kind.SERVICE, Line.Kind.SHARED_SERVICE])
def test_service_lines_send_at_any_hour(kind):
    line = Line(kind=kind, sending_hours="09:30-21:00")
    assert sending_hours(line, MORNING) is None
    assert next_opening(line, MORNING) == MORNING


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        (tehran(8), tehran(8)),
        (tehran(21, 59), tehran(21, 59)),
        (tehran(7, 59), tehran(8)),
        (tehran(0), tehran(8)),
        (tehran(22), tehran(8, day=23)),
        (tehran(23, 59), tehran(8, day=23)),
        (MORNING, tehran(8)),
        (datetime(2026, 11, 22, 19, 0, tzinfo=UTC), tehran(8, day=23)),  # 22:30 in Tehran
        (datetime(2026, 11, 22, 21, 0, tzinfo=UTC), tehran(8, day=23)),  # 00:30 of the 23rd in Tehran
    ],
)
def test_the_next_opening_is_now_or_eight_in_the_morning(settings, now, opening):
    settings.ADVERTISING_HOURS = "08:00-22:00"
    assert next_opening(ADVERTISING, now) == opening


def test_hours_may_last_the_whole_day():
    assert parse("00:00-24:00") == (0, 1440)


@pytest.mark.parametrize(
    "text", ["", "8-22", "08:00-08:00", "22:00-08:00", "08:60-22:00", "08:00-24:01", "08:00-22:00 "]
)
def test_what_is_not_hours_is_refused(text):
    with pytest.raises(ValueError):
        parse(text)
