"""The end of a ticket, what the user thought of it, and those that wait too long (SUP-4.2, 4.4)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from support.machine import Event, after
from support.models import Ticket
from support.services import promises, telling
from support.services.entries import happened, locked
from support.services.refusals import TicketRefused

ANSWER_IS_WAITED_FOR_AFTER = timedelta(days=1)
BEST = 5


@transaction.atomic
def close(*, ticket: Ticket, reason: str, by: User | None, now: datetime) -> Ticket:
    """Close for a reason, which the user sees. Raises WrongState where it is closed."""
    ticket = locked(ticket)
    end(ticket, Ticket.Reason(reason), by=by, now=now)
    return ticket


def end(ticket: Ticket, reason: str, *, by: User | None, now: datetime) -> None:
    """``close`` for a ticket that is locked already."""
    ticket.state = after(ticket, Event.CLOSE)
    ticket.close_reason, ticket.closed_at, ticket.waiting_since = reason, now, None
    promises.end(ticket, now=now)
    ticket.save()
    happened(ticket, "closed", by=by, now=now, reason=str(reason))


@transaction.atomic
def rate(*, ticket: Ticket, stars: int, note: str = "", by: User) -> Ticket:
    """The user's satisfaction with a closed ticket, 1 to 5; may be given again. Raises TicketRefused."""
    ticket = locked(ticket)
    if not ticket.is_closed:
        raise TicketRefused(_("A ticket can be rated once it is closed."))
    if not 1 <= stars <= BEST:
        raise TicketRefused(_("Choose from one to five stars."), "stars")
    ticket.rating, ticket.rating_note = stars, note.strip()[:500]
    ticket.save(update_fields=["rating", "rating_note"])
    audit.record(
        action="ticket.rated", user=by, account=ticket.account, target=f"#{ticket.pk}", details={"stars": stars}
    )
    return ticket


def sweep(*, now: datetime) -> dict[str, int]:
    """Answers without an echo wait for the user; who is waited for gets one reminder, then the ticket closes.

    Returns how many ``{"waiting", "reminded", "closed"}``. Safe beside itself.
    """
    last = timedelta(days=settings.SUPPORT_CLOSE_DAYS)
    remind = timedelta(days=settings.SUPPORT_CLOSE_DAYS - settings.SUPPORT_REMIND_DAYS_BEFORE)
    silent = Ticket.objects.filter(waiting_since__isnull=False)
    answered = silent.filter(state=Ticket.State.ANSWERED, waiting_since__lte=now - ANSWER_IS_WAITED_FOR_AFTER)
    waiting = silent.filter(state=Ticket.State.WAITING)
    # Nobody is closed out without the reminder and the days that it promised, however long the sweeper slept.
    warned = now - timedelta(days=settings.SUPPORT_REMIND_DAYS_BEFORE)
    return {
        "waiting": _each(answered, _wait),
        "reminded": _each(waiting.filter(waiting_since__lte=now - remind, reminded_at=None), partial(_remind, now=now)),
        "closed": _each(
            waiting.filter(waiting_since__lte=now - last, reminded_at__lte=warned),
            partial(end, reason=Ticket.Reason.NO_REPLY, by=None, now=now),
        ),
    }


def _wait(ticket: Ticket) -> None:
    ticket.state = after(ticket, Event.WAIT)
    ticket.save(update_fields=["state"])


def _remind(ticket: Ticket, *, now: datetime) -> None:
    telling.will_be_closed(ticket, days=settings.SUPPORT_REMIND_DAYS_BEFORE, now=now)
    ticket.reminded_at = now
    ticket.save(update_fields=["reminded_at"])


def _each(wanted: QuerySet[Ticket], act: Callable[[Ticket], None]) -> int:
    """Do it to the tickets of a query, each locked in a transaction of its own; how many there were."""
    count = 0
    for pk in list(wanted.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            rows = wanted.select_for_update(of=("self",), skip_locked=True)
            ticket = rows.select_related("account", "opened_by", "unit").filter(pk=pk).first()
            if ticket:
                act(ticket)
                count += 1
    return count
