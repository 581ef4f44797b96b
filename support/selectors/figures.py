"""How the desk does: first answers, solutions, reopened tickets, satisfaction, unit by unit."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count, F, OuterRef, Q, QuerySet, Subquery

from support.models import ServiceLevel, Ticket, Unit


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the tickets registered in a period; times in working minutes, rates of those closed. None: nothing to say."""

    name: str
    opened: int
    closed: int
    response_minutes: float | None
    resolution_minutes: float | None
    late_percent: float | None
    reopened_percent: float | None
    rating: float | None


_MEASURES = {
    "opened": Count("pk"),
    "closed": Count("pk", filter=Q(state="closed")),
    "response": Avg("response_minutes"),
    "resolution": Avg("resolution_minutes"),
    "answered": Count("pk", filter=Q(response_minutes__isnull=False)),
    "late": Count("pk", filter=Q(response_minutes__gt=F("promised"))),
    "ended": Count("pk", filter=Q(state="closed") | Q(reopened__gt=0)),
    "again": Count("pk", filter=Q(reopened__gt=0)),
    "stars": Avg("rating"),
}


def figures(*, since: datetime | None, until: datetime | None) -> tuple[list[Figures], Figures]:
    """(one a unit, all together) of the tickets registered in [since, until)."""
    tickets = _with_promise(Ticket.objects.all())
    if since:
        tickets = tickets.filter(created_at__gte=since)
    if until:
        tickets = tickets.filter(created_at__lt=until)
    rows = {row["unit"]: row for row in tickets.order_by().values("unit").annotate(**_MEASURES)}
    units = [_figures(str(unit), rows[unit.pk]) for unit in Unit.objects.all() if unit.pk in rows]
    return units, _figures("", tickets.aggregate(**_MEASURES))


def _with_promise(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    level = ServiceLevel.objects.filter(priority=OuterRef("priority"))
    return tickets.annotate(promised=Subquery(level.values("response_minutes")[:1]))


def _figures(name: str, row: dict) -> Figures:
    return Figures(
        name=name,
        opened=row["opened"],
        closed=row["closed"],
        response_minutes=row["response"],
        resolution_minutes=row["resolution"],
        late_percent=row["late"] * 100 / row["answered"] if row["answered"] else None,
        reopened_percent=row["again"] * 100 / row["ended"] if row["ended"] else None,
        rating=row["stars"],
    )
