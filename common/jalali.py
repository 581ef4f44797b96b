"""Jalali dates at the edges: times are stored in UTC and shown in Tehran's time, in Persian as Jalali dates.

Pure: no Django here. What to tell a person about a refused date is in ``common.date_words``.
"""

import re
import unicodedata
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

import jdatetime

from common.text.folding import ascii_digits

TEHRAN = ZoneInfo("Asia/Tehran")
FIRST_YEAR, LAST_YEAR = 1200, 1600
FIRST_GREGORIAN_YEAR, LAST_GREGORIAN_YEAR = 1700, 2200

_FARVARDIN_ON = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"
_FARVARDIN_ON_IN_ENGLISH = "Farvardin Ordibehesht Khordad Tir Mordad Shahrivar Mehr Aban Azar Dey Bahman Esfand"
_JANUARY_ON = "January February March April May June July August September October November December"
MONTHS = {"fa": tuple(_FARVARDIN_ON.split()), "en": tuple(_FARVARDIN_ON_IN_ENGLISH.split())}
GREGORIAN_MONTHS = tuple(_JANUARY_ON.split())
WEEKDAYS = {  # from Monday, as date.weekday() counts
    "fa": ["دوشنبه", "سه\u200cشنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}

_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_WRITTEN = re.compile(
    r"([0-9]{4})\s*[/\-.]\s*([0-9]{1,2})\s*[/\-.]\s*([0-9]{1,2})"
    r"(?:(?:\s*(?:T|,|،|-|ساعت)\s*|\s+)([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.[0-9]*)?)?)?"
)


class DateRefused(ValueError):
    """A written date that cannot be taken."""


class UnreadableDate(DateRefused):
    """Not written as YYYY/MM/DD or YYYY/MM/DD HH:mm."""


class NoSuchDate(DateRefused):
    """Written well, but the calendar or the clock has no such moment (1405/07/31, 25:00, year 900)."""


def to_jalali(moment: datetime) -> str:
    """``YYYY/MM/DD HH:mm`` in Tehran's time, Latin digits. ValueError for a time without zone."""
    local = in_tehran(moment)
    year, month, day = jalali_parts(local.date())
    return f"{year:04}/{month:02}/{day:02} {local.hour:02}:{local.minute:02}"


def parse_jalali(text: str) -> datetime:
    """The moment that a person wrote, in Tehran's time; without a clock time, the day's first minute.

    Persian, Arabic and Latin digits; / - or . between; a year from 1700 on is Gregorian. Raises DateRefused.
    """
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    written = _WRITTEN.fullmatch(ascii_digits(visible).strip())
    if not written:
        raise UnreadableDate(text)
    year, month, day, *clock = (int(group or 0) for group in written.groups())
    try:
        return datetime.combine(_gregorian_day(year, month, day), time(*clock), TEHRAN)
    except ValueError as error:
        raise NoSuchDate(text) from error


def _gregorian_day(year: int, month: int, day: int) -> date:
    if FIRST_YEAR <= year <= LAST_YEAR:
        return jdatetime.date(year, month, day).togregorian()
    if FIRST_GREGORIAN_YEAR <= year <= LAST_GREGORIAN_YEAR:
        return date(year, month, day)
    raise ValueError(year)


@lru_cache(maxsize=4096)
def jalali_parts(day: date) -> tuple[int, int, int]:
    """(year, month, day) of a Gregorian day."""
    jalali = jdatetime.date.fromgregorian(date=day)
    return jalali.year, jalali.month, jalali.day


def in_tehran(moment: datetime) -> datetime:
    """The moment by Tehran's clock. ValueError for a time without zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    return moment.astimezone(TEHRAN)


def add_jalali_months(moment: datetime, months: int) -> datetime:
    """The same clock time so many Jalali months later (or earlier); a day the month lacks becomes its last day."""
    local = in_tehran(moment)
    year, month, day = jalali_parts(local.date())
    years, month_index = divmod(month - 1 + months, 12)
    day = min(day, days_in_month(year + years, month_index + 1))
    target = jdatetime.date(year + years, month_index + 1, day).togregorian()
    return datetime.combine(target, local.time(), TEHRAN)


def days_in_month(year: int, month: int) -> int:
    """29, 30 or 31: the length of a Jalali month."""
    if month <= 6:
        return 31
    if month <= 11:
        return 30
    return 30 if jdatetime.date(year, 1, 1).isleap() else 29


def long_date(moment: datetime | date, language: str = "fa") -> str:
    """«سه‌شنبه ۳ آذر ۱۴۰۵» in Persian, "Tuesday 24 November 2026" in English."""
    day = in_tehran(moment).date() if isinstance(moment, datetime) else moment
    if language != "fa":
        return f"{WEEKDAYS['en'][day.weekday()]} {day.day} {GREGORIAN_MONTHS[day.month - 1]} {day.year}"
    year, month, day_of_month = jalali_parts(day)
    return f"{WEEKDAYS['fa'][day.weekday()]} {day_of_month} {MONTHS['fa'][month - 1]} {year}".translate(_PERSIAN_DIGITS)
