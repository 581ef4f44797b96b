"""Whether messages can leave at this moment."""

from datetime import datetime, timedelta

from messaging.models import Bind, Campaign, Chunk, Gateway

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
