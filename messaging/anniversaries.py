"""Which dates come round on a day (2.5). Pure: no Django here.

A date comes round on its month and day, by the calendar that was chosen, on the date itself and in every year after it.
A day that a year lacks, 30 Esfand or 29 February, comes round on the last day of its month.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import date
from enum import StrEnum

import jdatetime

from common.jalali import days_in_month, jalali_parts

OLDEST = 130  # years: nobody who is written to was born before


class Calendar(StrEnum):
    JALALI = "jalali"
    GREGORIAN = "gregorian"


def year_of(day: date, calendar: Calendar) -> int:
    """The year in which ``day`` lies."""
    return jalali_parts(day)[0] if calendar is Calendar.JALALI else day.year


def come_round(day: date, calendar: Calendar) -> list[date]:
    """Every date that comes round on ``day``, the latest first: ``day`` itself, and those of the years before."""
    if calendar is Calendar.JALALI:
        return _same(*jalali_parts(day), days_in_month, lambda *parts: jdatetime.date(*parts).togregorian())
    return _same(day.year, day.month, day.day, lambda year, month: monthrange(year, month)[1], date)


def _same(
    year: int, month: int, day: int, length: Callable[[int, int], int], to_date: Callable[[int, int, int], date]
) -> list[date]:
    is_last = day == length(year, month)
    found = []
    for earlier in range(year, year - OLDEST, -1):
        longest = length(earlier, month)
        last = longest if is_last else min(day, longest)
        found += [to_date(earlier, month, one) for one in range(day, last + 1)]
    return found
