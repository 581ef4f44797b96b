"""Whether messages can leave at this moment."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import connection

from messaging.models import Bind, Campaign, Chunk, Gateway, MessageClass

FRESH = timedelta(seconds=15)  # a bind reports every second


def is_alive(bind: Bind, *, now: datetime) -> bool:
    """Whether the bind's process spoke lately."""
    return bind.heartbeat_at is not None and now - bind.heartbeat_at < FRESH


def silent_gateways(campaign: Campaign, *, now: datetime) -> list[Gateway]:
    """Gateways for which the campaign has messages waiting, and to which no bind is connected now. Two queries."""
    waiting = Chunk.objects.filter(campaign=campaign, state__in=[Chunk.State.READY, Chunk.State.LEASED])
    connected = Bind.objects.filter(state=Bind.State.BOUND, heartbeat_at__gt=now - FRESH)
    gateways = Gateway.objects.filter(pk__in=waiting.values("gateway_id").distinct())
    return list(gateways.exclude(pk__in=connected.values("gateway_id")))


_WAITING = f"""
    SELECT gateway_id, message_class, sum(id * {Chunk.SIZE} + size - 1 - cursor)
    FROM messaging_chunk
    WHERE state IN ({Chunk.State.READY:d}, {Chunk.State.LEASED:d}) AND gateway_id IS NOT NULL GROUP BY 1, 2
"""  # noqa: S608 - numbers of our own enum


def waiting_messages() -> dict[int, Counter[MessageClass]]:
    """gateway id → how many messages of each class were let go and are not handed to the operator yet: ready, or held
    by a bind. From the chunks under way, never from the messages."""
    found: dict[int, Counter[MessageClass]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        for gateway_id, message_class, count in cursor:
            found.setdefault(gateway_id, Counter())[MessageClass(message_class)] = int(count)
    return found


RECENT_RECEIPTS = 10_000


def last_receipts() -> dict[int, datetime]:
    """gateway id → when its last receipt came, as far as it is among the platform's last 10,000."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gateway_id, max(received_at) FROM"
            " (SELECT gateway_id, received_at FROM messaging_receipt ORDER BY id DESC LIMIT %s) last GROUP BY 1",
            [RECENT_RECEIPTS],
        )
        return dict(cursor.fetchall())
