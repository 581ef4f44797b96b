import contextlib
from datetime import UTC, date, datetime, timedelta, timezone

import jdatetime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.jalali import (
    MONTHS,
    TEHRAN,
    DateRefused,
    NoSuchDate,
    UnreadableDate,
    add_jalali_months,
    days_in_month,
    jalali_parts,
    long_date,
    parse_jalali,
    to_jalali,
)

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

moments = st.datetimes(datetime(1930, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
minutes = moments.map(lambda moment: moment.replace(second=0, microsecond=0))


def test_every_day_of_two_centuries_agrees_with_jdatetime():
    day = date(1925, 1, 1)
    while day < date(2099, 1, 1):
        expected = jdatetime.date.fromgregorian(date=day)
        assert jalali_parts(day) == (expected.year, expected.month, expected.day)
        day += timedelta(days=1)


@given(minutes, st.sampled_from([{}, PERSIAN, ARABIC]), st.sampled_from("/-."))
def test_what_is_shown_is_read_back(moment, digits, separator):
    shown = to_jalali(moment)
    local = moment.astimezone(TEHRAN)
    if local.utcoffset().total_seconds() % 60 == 0 and local.replace(fold=1).utcoffset() == local.utcoffset():
        assert parse_jalali(shown.replace("/", separator).translate(digits)) == moment


def test_tehran_is_asked_before_the_calendar():
    assert to_jalali(datetime(2026, 11, 24, 15, 0, tzinfo=UTC)) == "1405/09/03 18:30"
    assert to_jalali(datetime(2026, 11, 23, 20, 40, tzinfo=UTC)) == "1405/09/03 00:10"
    assert to_jalali(datetime(2021, 7, 1, 12, 0, tzinfo=UTC)) == "1400/04/10 16:30"  # summer time until 1401
    assert to_jalali(datetime(2026, 11, 24, 1, 0, tzinfo=timezone(timedelta(hours=9)))) == "1405/09/02 19:30"
    with pytest.raises(ValueError):
        to_jalali(datetime(2026, 11, 24))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "1405/09/03 18:30",
        "۱۴۰۵/۹/۳ 18:30",
        "١٤٠٥-٠٩-٠٣ ١٨:٣٠:٠٠",
        "1405.9.3  18:30",
        "\u200f1405/09/03\u200f 18:30 ",
        "1405/09/03، 18:30",
        "1405/09/03 ساعت 18:30",
        "1405/09/03 - 18:30",
        "2026-11-24 18:30:00",
        "2026/11/24T18:30",
    ],
)
def test_the_ways_to_write_a_moment(text):
    assert parse_jalali(text) == datetime(2026, 11, 24, 18, 30, tzinfo=TEHRAN)
    assert parse_jalali(text).tzinfo is TEHRAN


def test_a_date_alone_is_its_first_minute():
    assert parse_jalali("1405/09/03") == datetime(2026, 11, 24, tzinfo=TEHRAN)
    assert parse_jalali("1403/12/30") == datetime(2025, 3, 20, tzinfo=TEHRAN)


@pytest.mark.parametrize("text", ["", "فردا", "05/09/03", "1405/09", "18:30", "1405/09/03 18", "3/9/1405"])
def test_unreadable(text):
    with pytest.raises(UnreadableDate):
        parse_jalali(text)


@pytest.mark.parametrize(
    "text",
    [
        "1405/07/31",
        "1404/12/30",
        "1405/13/01",
        "1405/00/01",
        "1405/01/32",
        "1405/09/03 24:00",
        "1405/09/03 18:60",
        "1650/01/01",
        "0900/01/01",
        "2026/02/29",
        "9999/12/31",
    ],
)
def test_no_such_moment(text):
    with pytest.raises(NoSuchDate):
        parse_jalali(text)


@given(st.text() | st.text(alphabet="۱140592/-.: ساعت"))
def test_reading_raises_nothing_else(text):
    with contextlib.suppress(DateRefused):
        assert parse_jalali(text).tzinfo is TEHRAN


def test_months_are_added_with_the_day_clamped():
    last_of_farvardin = parse_jalali("1405/01/31 08:00")
    assert to_jalali(add_jalali_months(last_of_farvardin, 6)) == "1405/07/30 08:00"
    assert to_jalali(add_jalali_months(last_of_farvardin, 11)) == "1405/12/29 08:00"
    assert to_jalali(add_jalali_months(last_of_farvardin, 12)) == "1406/01/31 08:00"
    assert to_jalali(add_jalali_months(last_of_farvardin, -1)) == "1404/12/29 08:00"
    assert to_jalali(add_jalali_months(parse_jalali("1402/12/10"), 12)) == "1403/12/10 00:00"
    assert to_jalali(add_jalali_months(parse_jalali("1404/01/30"), -1)) == "1403/12/30 00:00"


@given(minutes, st.integers(-600, 600))
def test_months_move_by_exactly_so_many(moment, months):
    before = jalali_parts(moment.astimezone(TEHRAN).date())
    after = jalali_parts(add_jalali_months(moment, months).date())
    assert (after[0] * 12 + after[1]) - (before[0] * 12 + before[1]) == months
    assert after[2] == min(before[2], days_in_month(after[0], after[1]))


def test_long_dates_and_names():
    moment = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    assert long_date(moment, "fa") == "سه‌شنبه ۳ آذر ۱۴۰۵"
    assert long_date(moment, "en") == "Tuesday 24 November 2026"
    assert long_date(date(2026, 3, 21), "fa") == "شنبه ۱ فروردین ۱۴۰۵"
    assert (len(MONTHS["fa"]), len(MONTHS["en"])) == (12, 12)
