"""When a recurring send is due (2.5). Pure: no Django here. Days and hours are Tehran's."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from common.jalali import TEHRAN, days_in_month, in_tehran, jalali_parts

_LOOKED_AHEAD = 62  # days: every rule comes within two Jalali months


class Frequency(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    DATES = "dates"  # every day, to the contacts whose date comes round: messaging.anniversaries


@dataclass(frozen=True, slots=True)
class Rule:
    """``minute`` of the day; ``weekdays`` as date.weekday() counts (Monday 0) for weekly; ``day`` of the Jalali month
    for monthly, in a shorter month its last."""

    frequency: Frequency
    minute: int
    weekdays: frozenset[int] = frozenset()
    day: int = 1

    def falls_on(self, day: date) -> bool:
        if self.frequency is Frequency.WEEKLY:
            return day.weekday() in self.weekdays
        if self.frequency is Frequency.MONTHLY:
            year, month, of_month = jalali_parts(day)
            return of_month == min(self.day, days_in_month(year, month))
        return True

    def after(self, moment: datetime) -> datetime | None:
        """The first occurrence after ``moment``; None for a weekly rule without a day."""
        local = in_tehran(moment)
        clock = time(self.minute // 60, self.minute % 60)
        for ahead in range(_LOOKED_AHEAD):
            day = local.date() + timedelta(days=ahead)
            due = datetime.combine(day, clock, TEHRAN)
            if due > moment and self.falls_on(day):
                return due
        return None
