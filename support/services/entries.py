"""Writing into a conversation, under the lock of its ticket."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from accounts import audit
from accounts.models import User
from common.text import fold
from support.files import Kept
from support.models import Attachment, Entry, Ticket

_MESSAGES = (Entry.Kind.USER, Entry.Kind.STAFF)


def locked(ticket: Ticket) -> Ticket:
    """The ticket as it stands, held until the transaction ends."""
    return (
        Ticket.objects.select_for_update(of=("self",)).select_related("account", "opened_by", "unit").get(pk=ticket.pk)
    )


def write(
    ticket: Ticket,
    kind: str,
    *,
    by: User | None,
    body: str = "",
    files: Sequence[Kept] = (),
    copied_from: Entry | None = None,
    form_token: UUID | None = None,
    now: datetime,
) -> Entry:
    """A message or a note. The first message carries the title's words too, so that searches find them."""
    number = _next_number(ticket) if kind in _MESSAGES else None
    words = f"{ticket.title} {body}" if number == 1 else body
    entry = Entry.objects.create(
        ticket=ticket,
        kind=kind,
        number=number,
        author=by,
        body=body,
        is_internal=kind == Entry.Kind.NOTE,
        copied_from=copied_from,
        form_token=form_token,
        folded=fold(words),
        created_at=now,
    )
    Attachment.objects.bulk_create(
        Attachment(entry=entry, path=file.name, filename=file.filename, kind=file.kind, size=file.size)
        for file in files
    )
    if number:
        ticket.last_message_at = now
    return entry


def happened(
    ticket: Ticket, event: str, *, by: User | None, is_internal: bool = False, now: datetime, **details
) -> Entry:
    """An event in the conversation, and in the audit trail."""
    audit.record(action=f"ticket.{event}", user=by, account=ticket.account, target=f"#{ticket.pk}", details=details)
    return Entry.objects.create(
        ticket=ticket, kind=Entry.Kind.EVENT, author=by, event=event, details=details, is_internal=is_internal,
        created_at=now,
    )  # fmt: skip


def _next_number(ticket: Ticket) -> int:
    return (ticket.entries.aggregate(last=Max("number"))["last"] or 0) + 1
