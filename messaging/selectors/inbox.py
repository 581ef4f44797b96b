"""What subscribers sent to the account's lines (4), and what of it is in the trash (15)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.db.models.lookups import Contains

from accounts.models import Account
from common.text import search_key
from messaging.models import InboundMessage
from messaging.selectors.search import matching_number
from numbers.models import Line
from phonebook.models import Contact

MOST_COUNTED = 1_000  # of the unread: beyond it, the menu says "more than"


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """``sender``: a number, its beginning or its last digits. ``text`` in any form of its letters. ``since`` ≤ time of
    arrival < ``until``."""

    sender: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    line: Line | None = None
    unread: bool = False


def inbox(account: Account, **wanted) -> QuerySet[InboundMessage]:
    """Received messages that are not in the trash, the newest first; ``wanted`` is what an InboxFilter holds (4.3)."""
    return _found(InboundMessage.objects.of(account).filter(deleted_at=None), InboxFilter(**wanted))


def trash(account: Account, **wanted) -> QuerySet[InboundMessage]:
    """Deleted received messages, the newest first (15)."""
    return _found(InboundMessage.objects.of(account).filter(deleted_at__isnull=False), InboxFilter(**wanted))


def _found(messages: QuerySet[InboundMessage], wanted: InboxFilter) -> QuerySet[InboundMessage]:
    if wanted.sender:
        messages = messages.filter(matching_number(wanted.sender))
    if wanted.text:
        messages = messages.filter(_with_text(wanted.text))
    if wanted.since:
        messages = messages.filter(received_at__gte=wanted.since)
    if wanted.until:
        messages = messages.filter(received_at__lt=wanted.until)
    if wanted.line:
        messages = messages.filter(line=wanted.line)
    if wanted.unread:
        messages = messages.filter(read_at=None)
    return messages.select_related("line").order_by("-id")


def _with_text(text: str) -> Contains | Q:
    """By the trigram index from three letters on. Fewer make no trigram, and reading all of the index costs three times
    as much as reading the rows (measured), so it is kept out."""
    key = search_key(text)
    return (
        Q(search_key__contains=key)
        if len(key) > 2
        else Contains(Concat("search_key", Value(""), output_field=TextField()), key)
    )


def unread_count(account: Account) -> int:
    """How many received messages nobody has opened, at most 1,000; by a partial index of just those."""
    unread = InboundMessage.objects.of(account).filter(read_at=None, deleted_at=None)
    return unread.values("pk")[:MOST_COUNTED].count()


def names_of(account: Account, numbers: Iterable[int | None]) -> dict[int, str]:
    """Number → name, for those among ``numbers`` whom the account's phonebook knows by name; one query."""
    wanted = {number for number in numbers if number}
    contacts = Contact.objects.of(account).filter(msisdn__in=wanted) if wanted else []
    return {row.msisdn: str(row) for row in contacts if row.first_name or row.last_name}
