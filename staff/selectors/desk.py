"""The staff's desk: what waits in which queue since when, and whether the platform is well."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from billing.models import Payment, Slip
from credit.tasks import LAST_CHECK
from messaging.models import MessageClass, Template
from numbers.models import LineRequest
from staff.access import may_look
from staff.selectors.gateways import Health, Standing, standing
from support.machine import WITH_STAFF
from support.models import Ticket, Unit
from support.selectors.desk import PERMISSION as WORK_DESK
from webservice.models import Activation

PAYMENTS_WITHIN = timedelta(hours=24)
LATE_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Queue:
    """``count`` things wait at ``url``, the ``oldest`` since then."""

    label: str
    icon: str
    url: str
    count: int
    oldest: datetime | None
    is_late: bool


def queues(user: User, *, now: datetime) -> list[Queue]:
    """The queues that ``user`` may see, also the empty ones."""
    return [queue for thing, read in _kinds() if _sees(user, thing) for queue in read(now)]


def _sees(user: User, thing: str) -> bool:
    return user.has_perm(WORK_DESK) if thing == WORK_DESK else may_look(user, thing)


def _kinds() -> list[tuple[str, Callable[[datetime], Iterator[Queue]]]]:
    return [
        ("numbers.linerequest", _line_requests),
        ("billing.slip", _slips),
        ("messaging.template", _templates),
        ("webservice.activation", _activations),
        (WORK_DESK, _tickets),
    ]


def _queue(label: str, icon: str, url: str, count: int, oldest: datetime | None, now: datetime) -> Queue:
    return Queue(label, icon, url, count, oldest, oldest is not None and now - oldest > LATE_AFTER)


def _waiting(rows: QuerySet, field: str) -> tuple[int, datetime | None]:
    found = rows.order_by().aggregate(count=Count("pk"), oldest=Min(field))
    return found["count"], found["oldest"]


def _line_requests(now: datetime) -> Iterator[Queue]:
    rows = LineRequest.objects.filter(state=LineRequest.State.SUBMITTED).order_by().values("kind")
    found = {row["kind"]: row for row in rows.annotate(count=Count("pk"), oldest=Min("created_at"))}
    labels = {
        LineRequest.Kind.NUMBER: (_("Numbers asked for"), "device-mobile"),
        LineRequest.Kind.SERVICE: (_("Papers to check"), "file-upload"),
    }
    for kind, (label, icon) in labels.items():
        row = found.get(kind, {"count": 0, "oldest": None})
        yield _queue(label, icon, f"{reverse('staff:requests')}?kind={kind}", row["count"], row["oldest"], now)


def _slips(now: datetime) -> Iterator[Queue]:
    rows = Slip.objects.filter(state=Slip.State.SUBMITTED)
    yield _queue(_("Deposit slips"), "receipt", reverse("staff:slips"), *_waiting(rows, "created_at"), now)


def _templates(now: datetime) -> Iterator[Queue]:
    rows = Template.objects.filter(state=Template.State.PENDING)
    url = reverse("staff:templates")
    yield _queue(_("Templates to approve"), "template", url, *_waiting(rows, "created_at"), now)


def _activations(now: datetime) -> Iterator[Queue]:
    rows = Activation.objects.filter(read_at=None)
    url = reverse("staff:activations")
    yield _queue(_("Uses of the web service"), "plug-connected", url, *_waiting(rows, "changed_at"), now)


def _tickets(now: datetime) -> Iterator[Queue]:
    rows = Ticket.objects.filter(state__in=WITH_STAFF).order_by().values("unit")
    found = {row["unit"]: row for row in rows.annotate(count=Count("pk"), oldest=Min("last_message_at"))}
    for unit in Unit.objects.filter(is_active=True):
        row = found.get(unit.pk, {"count": 0, "oldest": None})
        label = _("Tickets: %(unit)s") % {"unit": unit}
        yield _queue(label, "lifebuoy", f"{reverse('support:desk')}?unit={unit.pk}", row["count"], row["oldest"], now)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The last check of the ledger: when, and how many things did not add up."""

    at: datetime
    problems: int


@dataclass(frozen=True, slots=True)
class Wellness:
    """Parts that the reader may not see are None."""

    gateways: list[Standing] | None
    waiting: list[tuple[str, int]] | None
    ledger: Ledger | None
    sees_ledger: bool
    failed_payments: int | None
    unsettled_payments: int | None

    @property
    def broken(self) -> list[Standing]:
        return [one for one in self.gateways or [] if one.health in {Health.DOWN, Health.PARTLY}]

    @property
    def binds_up(self) -> int:
        return sum(one.up for one in self.gateways or [] if one.gateway.is_enabled)

    @property
    def binds_wanted(self) -> int:
        return sum(one.gateway.binds for one in self.gateways or [] if one.gateway.is_enabled)


def wellness(user: User, *, now: datetime) -> Wellness:
    """Gateways and what waits, the ledger, payments of the last day; each for who may see it."""
    gateways = standing(now=now) if may_look(user, "messaging.gateway") else None
    sees_ledger, sees_payments = may_look(user, "billing.ledgerentry"), may_look(user, "billing.payment")
    last = cache.get(LAST_CHECK) if sees_ledger else None
    payments = _payments(now) if sees_payments else {}
    return Wellness(
        gateways=gateways,
        waiting=None if gateways is None else _by_class(gateways),
        ledger=Ledger(datetime.fromtimestamp(last[0], UTC), last[1]) if last else None,
        sees_ledger=sees_ledger,
        failed_payments=payments.get("failed"),
        unsettled_payments=payments.get("unsettled"),
    )


def _by_class(gateways: list[Standing]) -> list[tuple[str, int]]:
    together: Counter[MessageClass] = sum((one.waiting for one in gateways), Counter())
    return [(kind.label, together[kind]) for kind in MessageClass]


def _payments(now: datetime) -> dict[str, int]:
    """Of the last day: those that the bank refused, and those of which nobody knows yet, an hour after they began."""
    recent = Payment.objects.filter(created_at__gte=now - PAYMENTS_WITHIN)
    return {
        "failed": recent.filter(state=Payment.State.FAILED).count(),
        "unsettled": recent.filter(
            state=Payment.State.RETURNED, created_at__lt=now - timedelta(hours=1)
        ).count(),
    }  # fmt: skip
