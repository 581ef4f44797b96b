"""A new subject in an old ticket, and two tickets on one subject (SUP-3.1). Messages are copied, never moved."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from support.files import Kept
from support.models import Entry, Ticket, Unit
from support.services import promises
from support.services.closing import end
from support.services.entries import happened, locked, write
from support.services.refusals import TicketRefused


@transaction.atomic
def split(*, entry: Entry, title: str, unit: Unit, by: User, now: datetime) -> Ticket:
    """A user's message with its files, copied into a new ticket of the same user. Raises TicketRefused."""
    ticket = locked(entry.ticket)
    if entry.kind != Entry.Kind.USER:
        raise TicketRefused(_("Only a message of the user can become a ticket of its own."))
    if entry.copies.exists():
        raise TicketRefused(_("This message has become a ticket of its own already."))
    made = Ticket.objects.create(
        account=ticket.account, opened_by=ticket.opened_by, unit=unit, title=title.strip()[:120],
        category=ticket.category, service=ticket.service, priority=ticket.priority,
        asked_priority=Ticket.Priority.NORMAL, sms_on_reply=ticket.sms_on_reply, follows=ticket, created_at=now,
    )  # fmt: skip
    files = [Kept(one.path, one.filename, one.kind, one.size) for one in entry.attachments.all()]
    write(made, Entry.Kind.USER, by=entry.author, body=entry.body, files=files, copied_from=entry, now=now)
    promises.start(made, now=now)
    made.save()
    happened(ticket, "split", by=by, now=now, message=entry.number, other=made.pk)
    happened(made, "split_from", by=by, now=now, message=entry.number, other=ticket.pk)
    return made


@transaction.atomic
def merge(*, ticket: Ticket, into: Ticket, by: User, now: datetime) -> Ticket:
    """Close ``ticket`` as a duplicate of ``into``, where replies to it land from now on. Raises TicketRefused, and
    WrongState where it is closed already."""
    if ticket.pk == into.pk:
        raise TicketRefused(_("A ticket cannot be merged into itself."), "into")
    pair = {pk: locked(Ticket(pk=pk)) for pk in sorted((ticket.pk, into.pk))}  # in one order, against deadlock
    ticket, into = pair[ticket.pk], pair[into.pk]
    if ticket.account_id != into.account_id:
        raise TicketRefused(_("Only tickets of the same account can be merged."), "into")
    if into.is_closed:
        raise TicketRefused(_("That ticket is closed. Merge into an open one."), "into")
    ticket.merged_into = into
    end(ticket, Ticket.Reason.DUPLICATE, by=by, now=now)
    happened(ticket, "merged", by=by, now=now, other=into.pk)
    happened(into, "merged_from", by=by, now=now, other=ticket.pk)
    return into
