"""What staff see: the queues, who else looks at a ticket, and the account behind it."""

from datetime import datetime

from django.core.cache import cache
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from billing.models import LedgerEntry
from billing.selectors import balance
from messaging.models import Campaign
from numbers.models import Line
from support.machine import WITH_STAFF
from support.models import Ticket
from support.selectors.lists import TicketFilter, narrowed

PRESENT_SECONDS = 30
PERMISSION = "support.work_desk"


def queue(
    wanted: TicketFilter | None = None, *, turn: str = "staff", by: User | None = None, is_mine: bool = False,
    is_late: bool = False, now: datetime,
) -> QuerySet[Ticket]:  # fmt: skip
    """Tickets for the desk. ``turn``: "staff" (they wait for us), "user" (we wait), "closed", "all"; with ``is_mine``
    those that ``by`` is in charge of; with ``is_late`` those whose promised time has passed. The most urgent first,
    then the nearest promise; ``due_at`` is annotated."""
    tickets = narrowed(Ticket.objects.all(), wanted or TicketFilter(), for_staff=True)
    if turn == "staff":
        tickets = tickets.filter(state__in=WITH_STAFF)
    elif turn == "user":
        tickets = tickets.filter(state__in=[Ticket.State.ANSWERED, Ticket.State.WAITING])
    elif turn == "closed":
        tickets = tickets.filter(state=Ticket.State.CLOSED)
    if is_mine:
        tickets = tickets.filter(assigned_to=by)
    if is_late:
        tickets = tickets.filter(Q(response_due_at__lt=now) | Q(resolution_due_at__lt=now))
    tickets = tickets.select_related("unit", "opened_by", "assigned_to", "account")
    tickets = tickets.annotate(due_at=Coalesce("response_due_at", "resolution_due_at"))
    if turn == "closed":
        return tickets.order_by("-closed_at", "-id")
    return tickets.order_by("-priority", F("due_at").asc(nulls_last=True), "id")


def workers() -> QuerySet[User]:
    """Whoever may work at the desk."""
    codename = PERMISSION.partition(".")[2]
    own = Q(user_permissions__codename=codename) | Q(groups__permissions__codename=codename)
    allowed = User.objects.filter(Q(is_superuser=True) | own, is_staff=True, is_active=True)
    return User.objects.filter(pk__in=allowed.values("pk")).order_by("full_name", "username")


def watchers(ticket: Ticket, by: User) -> list[User]:
    """Who else has the ticket open now; and note that ``by`` has."""
    cache.set(_place(ticket, by.pk), True, PRESENT_SECONDS)
    others = [user for user in workers() if user.pk != by.pk]
    present = cache.get_many([_place(ticket, user.pk) for user in others])
    return [user for user in others if _place(ticket, user.pk) in present]


def _place(ticket: Ticket, user_id: int) -> str:
    return f"support.watching:{ticket.pk}:{user_id}"


def context_of(ticket: Ticket) -> dict:
    """The account behind a ticket: balance (rials), lines, last sends, last payments, other tickets."""
    account = ticket.account
    sends = Campaign.objects.of(account).filter(confirmed_at__isnull=False).select_related("line").order_by("-id")
    payments = LedgerEntry.objects.filter(wallet__account=account).exclude(
        kind__in=[LedgerEntry.Kind.CHARGE, LedgerEntry.Kind.REFUND]
    )
    return {
        "balance": balance(account),
        "lines": list(Line.objects.filter(account=account).order_by("number")[:5]),
        "sends": list(sends[:5]),
        "payments": list(payments.order_by("-id")[:5]),
        "tickets": list(Ticket.objects.of(account).exclude(pk=ticket.pk).order_by("-id")[:5]),
    }
