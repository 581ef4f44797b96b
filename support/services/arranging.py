"""What staff do with a ticket besides answering: see, refer, assign, note, another urgency."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from support.machine import Event, WrongState, after
from support.models import Entry, Ticket, Unit
from support.services import promises
from support.services.entries import happened, locked, write
from support.services.refusals import TicketRefused


@transaction.atomic
def see(*, ticket: Ticket, by: User, now: datetime) -> bool:
    """Staff have opened it: a new ticket is seen from now on, once (SUP-4.1). False where it was already."""
    ticket = locked(ticket)
    if ticket.state != Ticket.State.NEW:
        return False
    ticket.state, ticket.seen_at = after(ticket, Event.SEE), now
    ticket.save(update_fields=["state", "seen_at"])
    happened(ticket, "seen", by=by, now=now)
    return True


@transaction.atomic
def refer(*, ticket: Ticket, unit: Unit, to: User | None = None, reason: str = "", by: User, now: datetime) -> Ticket:
    """Hand the ticket to a unit, and to a person in it (SUP-1.3). The user sees the unit; the reason only staff.

    Raises WrongState for a closed ticket, TicketRefused where ``to`` may not work at the desk.
    """
    _check_worker(to)
    ticket = locked(ticket)
    ticket.state = after(ticket, Event.REFER)
    ticket.seen_at = ticket.seen_at or now
    ticket.unit, ticket.assigned_to, ticket.waiting_since = unit, to, None
    promises.resume(ticket, now=now)
    ticket.save()
    happened(ticket, "referred", by=by, now=now, unit=unit.code)
    if to:
        happened(ticket, "assigned", by=by, is_internal=True, now=now, to=str(to))
    if reason.strip():
        write(ticket, Entry.Kind.NOTE, by=by, body=reason.strip(), now=now)
    return ticket


@transaction.atomic
def assign(*, ticket: Ticket, to: User | None, by: User, now: datetime) -> Ticket:
    """Put somebody in charge, or nobody. Raises WrongState for a closed ticket, TicketRefused as ``refer`` does."""
    _check_worker(to)
    ticket = locked(ticket)
    if ticket.is_closed:
        raise WrongState(ticket, Event.REFER)
    ticket.assigned_to = to
    ticket.save(update_fields=["assigned_to"])
    happened(ticket, "assigned", by=by, is_internal=True, now=now, to=str(to) if to else "")
    return ticket


@transaction.atomic
def note(*, ticket: Ticket, by: User, body: str, now: datetime) -> Entry:
    """An internal note; the user never sees it. Also on a closed ticket."""
    return write(locked(ticket), Entry.Kind.NOTE, by=by, body=body.strip(), now=now)


@transaction.atomic
def change_priority(*, ticket: Ticket, priority: int, reason: str, by: User, now: datetime) -> Ticket:
    """Another urgency. Lowering it needs a reason, which the user sees (SUP-2.5). Raises TicketRefused."""
    ticket = locked(ticket)
    before = ticket.priority
    if priority == before:
        return ticket
    if priority < before and not reason.strip():
        raise TicketRefused(_("Say why the urgency is lowered; the user sees the reason."), "reason")
    promises.change(ticket, priority, now=now)
    ticket.save()
    happened(ticket, "priority", by=by, now=now, was=before, now_is=priority, reason=reason.strip()[:300])
    return ticket


def _check_worker(to: User | None) -> None:
    if to is not None and not to.has_perm("support.work_desk"):
        raise TicketRefused(_("%(name)s may not work at the support desk.") % {"name": to}, "to")
