"""What members do with received messages: read them, put them in the trash, take them out again (4.1, 4.4)."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import Account
from messaging.models import InboundMessage


def mark_read(*, account: Account, ids: Iterable[int], now: datetime) -> int:
    """How many were unread until now."""
    return InboundMessage.objects.of(account).filter(pk__in=list(ids), read_at=None).update(read_at=now)


def trash(*, account: Account, ids: Iterable[int], now: datetime) -> list[int]:
    """Into the trash; the ids of those that were not there yet."""
    mine = InboundMessage.objects.of(account).filter(pk__in=list(ids), deleted_at=None)
    moved = list(mine.values_list("pk", flat=True))
    mine.filter(pk__in=moved).update(deleted_at=now)
    return moved


def restore(*, account: Account, ids: Iterable[int]) -> int:
    """Out of the trash, back to the inbox; how many."""
    mine = InboundMessage.objects.of(account).filter(pk__in=list(ids), deleted_at__isnull=False)
    return mine.update(deleted_at=None)
