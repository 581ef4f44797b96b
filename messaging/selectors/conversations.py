"""What one subscriber and one line wrote to each other (4.5)."""

from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest

from django.db.models import QuerySet

from accounts.models import Account
from messaging.models import InboundMessage, Message, Status
from messaging.selectors.concealing import OPEN_TO_SEARCH
from messaging.selectors.sent import message_text

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation, ``received`` or ``sent``; the other is None."""

    at: datetime
    text: str
    received: InboundMessage | None = None
    sent: Message | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """``turns`` from the oldest to the newest; ``older`` is the time before which there are more, or None."""

    turns: list[Turn]
    older: datetime | None


def conversation_of(message: InboundMessage) -> QuerySet[InboundMessage]:
    """What the message's sender wrote to its line, itself included, without the trash; the newest first."""
    rows = InboundMessage.objects.of(message.account).filter(line=message.line_id, deleted_at=None)
    same = {"msisdn": message.msisdn} if message.msisdn else {"msisdn": None, "sender": message.sender}
    return rows.filter(**same).order_by("-id")


def conversation(message: InboundMessage, *, before: datetime | None = None) -> Conversation:
    """The 50 turns before a time (or the last 50) between the sender of ``message`` and its line. Two queries.

    What went to the number as one of the number bank is left out: the account may not know that it is in there.
    """
    received, sent = conversation_of(message), _sent_to(message)
    if before:
        received, sent = received.filter(received_at__lt=before), sent.filter(created_at__lt=before)
    turns = [Turn(row.received_at, row.text, received=row) for row in received[: SHOWN + 1]]
    turns += [Turn(row.submitted_at or row.created_at, message_text(row), sent=row) for row in sent[: SHOWN + 1]]
    newest = nlargest(SHOWN + 1, turns, key=lambda turn: turn.at)
    shown = newest[:SHOWN][::-1]
    return Conversation(shown, shown[0].at if len(newest) > SHOWN else None)


def _sent_to(message: InboundMessage) -> QuerySet[Message]:
    if not message.msisdn or not message.line_id:
        return Message.objects.none()
    rows = Message.objects.of(message.account).filter(msisdn=message.msisdn, line=message.line_id)
    rows = rows.filter(OPEN_TO_SEARCH, campaign__confirmed_at__isnull=False, status__gt=Status.DRAFT)
    return rows.exclude(status__in=[Status.CANCELLED, Status.BLOCKED]).select_related("campaign").order_by("-id")


def own_received(account: Account) -> QuerySet[InboundMessage]:
    """What may be opened, answered and forwarded: of the account and not in the trash."""
    return InboundMessage.objects.of(account).filter(deleted_at=None).select_related("line", "account")
