"""Reports (8): sums over the days' figures, never over messages. One query each."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import F, QuerySet, Sum

from accounts.models import Account
from common.jalali import TEHRAN
from messaging.models import Status
from messaging.selectors.progress import Progress, summed
from reports.models import DailyFigure, ReceivedFigure

USUAL_DAYS, MOST_DAYS = 30, 731  # of a report: unless days are chosen, and at most
BREAKDOWNS = {
    "day": "day",
    "line": "line",
    "operator": "operator",
    "kind": "kind",
    "status": "status",
    "error": "error",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures: days from ``first`` to ``last``, both included, in Tehran; the rest narrows where it is given."""

    first: date
    last: date
    line: int | None = None
    operator: int | None = None
    kind: str = ""
    message_class: int | None = None
    status: int | None = None

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The moment at which the first day begins, and the one at which the last has ended."""
        return _midnight(self.first), _midnight(self.last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=TEHRAN)


@dataclass(slots=True)
class Row:
    """One line of a breakdown. ``key`` is a date, an id, a kind, a status or an error, as the breakdown says; money is
    integer rials, ``cost`` what was charged less what came back."""

    key: object
    counts: Progress = field(default_factory=Progress)
    messages: int = 0
    parts: int = 0
    price: int = 0
    returned: int = 0

    @property
    def cost(self) -> int:
        return self.price - self.returned

    @property
    def lost(self) -> int:
        """Messages that did not arrive, whoever's fault it was."""
        return self.counts.undelivered + self.counts.failed + self.counts.unknown


def breakdown(account: Account, wanted: Wanted, *, by: str) -> list[Row]:
    """The figures of the account by one of BREAKDOWNS: days in order, all else the most messages first. By error, only
    messages that have one."""
    figures = _wanted(account, wanted)
    if by == "error":
        figures = figures.exclude(error="")
    rows: dict[object, Row] = {}
    counts: dict[object, dict[Status, int]] = defaultdict(lambda: defaultdict(int))
    found = figures.values_list(F(BREAKDOWNS[by]), "status").order_by()
    for key, status, messages, parts, price, returned in found.annotate(*_sums()):
        row = rows.setdefault(key, Row(key))
        row.messages += messages
        row.parts += parts
        row.price += price
        row.returned += returned
        counts[key][Status(status)] += messages
    for key, row in rows.items():
        row.counts = summed(counts[key])
    if by == "day":
        return sorted(rows.values(), key=lambda row: row.key)
    return sorted(rows.values(), key=lambda row: (-row.messages, str(row.key)))


def total_of(rows: list[Row]) -> Row:
    """The sum of a breakdown's rows."""
    counts: dict[Status, int] = defaultdict(int)
    total = Row("")
    for row in rows:
        total.messages += row.messages
        total.parts += row.parts
        total.price += row.price
        total.returned += row.returned
        for status, messages in row.counts.by_status.items():
            counts[status] += messages
    total.counts = summed(counts)
    return total


def received(account: Account, wanted: Wanted, *, by: str) -> list[tuple[object, int]]:
    """(day or line id, messages that came in): days in order, lines the busiest first."""
    figures = ReceivedFigure.objects.of(account).filter(day__gte=wanted.first, day__lte=wanted.last)
    if wanted.line:
        figures = figures.filter(line=wanted.line)
    found = figures.values_list(F(BREAKDOWNS[by])).annotate(sum=Sum("messages")).order_by()
    return sorted(found) if by == "day" else sorted(found, key=lambda row: (-row[1], row[0]))


def _wanted(account: Account, wanted: Wanted) -> QuerySet[DailyFigure]:
    figures = DailyFigure.objects.of(account).filter(day__gte=wanted.first, day__lte=wanted.last)
    narrowing = {
        "line": wanted.line,
        "operator": wanted.operator,
        "kind": wanted.kind or None,
        "message_class": wanted.message_class,
        "status": wanted.status,
    }
    return figures.filter(**{name: value for name, value in narrowing.items() if value is not None})


def _sums() -> list[Sum]:
    return [Sum(name) for name in ("messages", "parts", "price", "returned")]
