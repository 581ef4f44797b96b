"""The conversation itself: what the user writes, and what staff answer (SUP-3.1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.models import User
from support import wording
from support.files import Kept
from support.machine import Event, after
from support.models import Entry, Ticket
from support.services import promises, telling
from support.services.entries import happened, locked, write
from support.services.opening import open_ticket


@transaction.atomic
def reply(
    *, ticket: Ticket, by: User, body: str, files: Sequence[Kept] = (), form_token: UUID | None = None, now: datetime
) -> Ticket:
    """The user writes; the ticket in which it now stands.

    Of a merged ticket that is its target. A closed one is reopened within the days of the settings; later, a new ticket
    that follows it is opened. Once for each ``form_token``.
    """
    ticket = locked(ticket)
    while ticket.merged_into_id:
        ticket = locked(ticket.merged_into)
    twin = Entry.objects.select_related("ticket").filter(form_token=form_token).first() if form_token else None
    if twin:
        return twin.ticket
    body = wording.squeeze(body.strip())
    if ticket.is_closed and now - ticket.closed_at > timedelta(days=settings.SUPPORT_REOPEN_DAYS):
        return _following(ticket, by, body, files, form_token, now)
    if ticket.is_closed:
        _reopen(ticket, by, now)
    else:
        ticket.state = after(ticket, Event.WRITE)
    write(ticket, Entry.Kind.USER, by=by, body=body, files=files, form_token=form_token, now=now)
    promises.resume(ticket, now=now)
    ticket.waiting_since = ticket.reminded_at = None
    ticket.save()
    audit.record(action="ticket.written", user=by, account=ticket.account, target=f"#{ticket.pk}")
    return ticket


def _reopen(ticket: Ticket, by: User, now: datetime) -> None:
    ticket.state = after(ticket, Event.REOPEN)
    ticket.close_reason, ticket.closed_at, ticket.resolution_minutes = "", None, None
    ticket.reopened += 1
    happened(ticket, "reopened", by=by, now=now)


def _following(ticket: Ticket, by: User, body: str, files: Sequence[Kept], token: UUID | None, now: datetime) -> Ticket:
    there = Ticket.objects.of(ticket.account).filter(form_token=token).first() if token else None
    return there or open_ticket(
        account=ticket.account, unit=ticket.unit, title=ticket.title, body=body, by=by, category=ticket.category,
        service=ticket.service, priority=min(ticket.priority, Ticket.Priority.HIGH), sms_on_reply=ticket.sms_on_reply,
        files=files, follows=ticket, form_token=token, now=now,
    )  # fmt: skip


@transaction.atomic
def answer(
    *,
    ticket: Ticket,
    by: User,
    body: str,
    files: Sequence[Kept] = (),
    asks: bool = False,
    form_token: UUID | None = None,
    now: datetime,
) -> Entry:
    """Staff answer; with ``asks`` they need something from the user. The user is told. Raises WrongState if closed."""
    ticket = locked(ticket)
    twin = Entry.objects.filter(form_token=form_token).first() if form_token else None
    if twin:
        return twin
    ticket.state = after(ticket, Event.ASK if asks else Event.ANSWER)
    entry = write(ticket, Entry.Kind.STAFF, by=by, body=body.strip(), files=files, form_token=form_token, now=now)
    promises.first_answer(ticket, now=now)
    promises.pause(ticket, now=now)
    ticket.seen_at = ticket.seen_at or now
    ticket.waiting_since, ticket.reminded_at = now, None
    ticket.assigned_to = ticket.assigned_to or by
    telling.answered(ticket, entry, now=now)
    ticket.save()
    audit.record(action="ticket.answered", user=by, account=ticket.account, target=f"#{ticket.pk}")
    return entry
