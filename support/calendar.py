"""Working time: Saturday to Wednesday, Thursday until noon, never on Friday or a holiday (Tehran's clock)."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.conf import settings

from common.jalali import in_tehran
from numbers.hours import parse
from support.models import Holiday

THURSDAY, FRIDAY = 3, 4
FURTHEST_DAYS = 730


def working_minutes(since: datetime, until: datetime) -> int:
    """Whole working minutes from ``since`` to ``until``; negative where ``until`` is the earlier."""
    if until < since:
        return -working_minutes(until, since)
    total = timedelta()
    for opens, closes in _spans(since, until):
        total += max(min(closes, until) - max(opens, since), timedelta())
    return int(total.total_seconds() // 60)


def after_working(since: datetime, minutes: int, holidays: set[date] | None = None) -> datetime:
    """The moment at which ``minutes`` of working time have passed since ``since``; in the past where negative. Who asks
    for many moments gives the holidays, which are else read each time."""
    if minutes < 0:
        return since + timedelta(minutes=minutes)
    left = timedelta(minutes=minutes)
    for opens, closes in _spans(since, since + timedelta(days=FURTHEST_DAYS), holidays):
        begins = max(opens, since)
        if begins < closes:
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
    return since + timedelta(days=FURTHEST_DAYS)


def in_a_working_day(moments: Iterable[datetime]) -> list[datetime]:
    """For each moment, when a full working day's hours have passed since (ISP-7.8)."""
    moments = list(moments)
    if not moments:
        return []
    opens, closes = parse(settings.SUPPORT_HOURS)
    holidays = set(Holiday.objects.filter(day__gte=in_tehran(min(moments)).date()).values_list("day", flat=True))
    return [after_working(moment, closes - opens, holidays) for moment in moments]


def _spans(since: datetime, until: datetime, holidays: set[date] | None = None) -> Iterator[tuple[datetime, datetime]]:
    """(opening, closing) of the working days from the first moment's day to the last's."""
    first, last = in_tehran(since).date(), in_tehran(until).date()
    if holidays is None:
        holidays = set(Holiday.objects.filter(day__range=(first, last)).values_list("day", flat=True))
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        hours = None if day in holidays else hours_of(day)
        if hours:
            midnight = in_tehran(since).replace(
                year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0, microsecond=0
            )
            yield midnight + timedelta(minutes=hours[0]), midnight + timedelta(minutes=hours[1])


def hours_of(day: date) -> tuple[int, int] | None:
    """(first minute, minute after the last) of a weekday's work, None on Friday. Holidays are not asked about."""
    if day.weekday() == FRIDAY:
        return None
    return parse(settings.SUPPORT_THURSDAY_HOURS if day.weekday() == THURSDAY else settings.SUPPORT_HOURS)
