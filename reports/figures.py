"""The figures of an account's desk (1.3): from the days' figures, never from messages."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import Account
from common.jalali import in_tehran, jalali_parts
from messaging.selectors.progress import Progress
from numbers.selectors import operators
from reports.rolling import freshen
from reports.selectors import Wanted, breakdown, received

DAYS = 31  # the longest month; the chart shows 30


@dataclass(frozen=True, slots=True)
class Day:
    """A Tehran day's messages by what became of them, and what they cost in rials, less what came back."""

    date: date
    counts: Progress
    cost: int


def last_days(account: Account, *, now: datetime, days: int = DAYS) -> list[Day]:
    """The last days, today's the last, each message on the day on which it left."""
    freshen(account, now=now)
    wanted = _last(now, days)
    rows = {row.key: row for row in breakdown(account, wanted, by="day")}
    dates = [wanted.first + timedelta(days=place) for place in range(days)]
    return [Day(one, rows[one].counts, rows[one].cost) if one in rows else Day(one, Progress(), 0) for one in dates]


def received_today(account: Account, *, now: datetime) -> int:
    """Messages that came in today, the deleted ones too; as of when the figures are."""
    return sum(count for _day, count in received(account, _last(now, 1), by="day"))


def of_month(days: list[Day], *, now: datetime) -> list[Day]:
    """Those of the days that lie in this Jalali month."""
    first = _first_of_month(now)
    return [day for day in days if day.date >= first]


def operator_share(account: Account, *, now: datetime) -> list[tuple[str, int]]:
    """(operator's name, messages) of the last days, the largest first; guests count with their host."""
    shares: dict[int, int] = defaultdict(int)
    known = operators()
    for row in breakdown(account, _last(now, DAYS - 1), by="operator"):
        operator = known.get(row.key)
        if operator:
            shares[operator.host_id or operator.pk] += row.messages
    named = [(str(known[pk]), count) for pk, count in shares.items() if pk in known]
    return sorted(named, key=lambda share: -share[1])


def _last(now: datetime, days: int) -> Wanted:
    today = in_tehran(now).date()
    return Wanted(today - timedelta(days=days - 1), today)


def _first_of_month(now: datetime) -> date:
    today = in_tehran(now).date()
    return today - timedelta(days=jalali_parts(today)[2] - 1)
