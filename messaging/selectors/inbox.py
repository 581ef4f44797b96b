"""What subscribers sent to the account's lines (4)."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import Account
from messaging.models import InboundMessage
from messaging.selectors.search import matching_number
from numbers.models import Line
from phonebook.models import Contact


def inbox(
    account: Account,
    *,
    sender: str = "",
    text: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    line: Line | None = None,
    unread: bool = False,
) -> QuerySet[InboundMessage]:
    """Received messages that are not in the trash, the newest first; ``sender`` is a number or a part of one, the
    times are [since, until)."""
    found = InboundMessage.objects.of(account).filter(deleted_at=None)
    if sender:
        found = found.filter(matching_number(sender))
    if text:
        found = found.filter(text__icontains=text)
    if since:
        found = found.filter(received_at__gte=since)
    if until:
        found = found.filter(received_at__lt=until)
    if line:
        found = found.filter(line=line)
    if unread:
        found = found.filter(read_at=None)
    return found.select_related("line").order_by("-id")


def unread_count(account: Account) -> int:
    """How many received messages nobody has opened; by a partial index of just those."""
    return InboundMessage.objects.of(account).filter(read_at=None, deleted_at=None).count()


def names_of(account: Account, numbers: Iterable[int | None]) -> dict[int, str]:
    """Number → name, for those among ``numbers`` whom the account's phonebook knows by name; one query."""
    wanted = {number for number in numbers if number}
    contacts = Contact.objects.of(account).filter(msisdn__in=wanted) if wanted else []
    return {row.msisdn: str(row) for row in contacts if row.first_name or row.last_name}
