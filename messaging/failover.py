"""Gateways whose binds are down are passed over, and what waits for them takes the next route, once.

Only what nobody holds and of which nothing was handed over is moved; its price was fixed when it was planned. It never
comes back: by the time its first gateway is up again it has left.
"""

import logging
from datetime import datetime

from django.db import connection, transaction

from accounts.audit import record
from common import metrics
from messaging.dispatch import call
from messaging.models import Bind, Campaign, Chunk, Gateway
from messaging.routing import alternatives
from messaging.selectors.gateways import FRESH
from numbers.models import Operator

log = logging.getLogger(__name__)


def watch_gateways(*, now: datetime) -> int:
    """Note which gateways are down, pass over those down too long, and move what waits for them; how many chunks were
    moved. Safe to run beside itself and beside the binds."""
    for gateway_id in Gateway.objects.filter(is_enabled=True, is_sandbox=False).values_list("pk", flat=True):
        _look_at(gateway_id, now=now)
    return sum(_move_waiting(gateway, now=now) for gateway in Gateway.objects.filter(out_since__isnull=False))


def _look_at(gateway_id: int, *, now: datetime) -> None:
    with transaction.atomic():
        gateway = Gateway.objects.select_for_update(of=("self",)).get(pk=gateway_id)
        before = (gateway.down_since, gateway.out_since)
        connected = Bind.objects.filter(gateway=gateway, state=Bind.State.BOUND, heartbeat_at__gt=now - FRESH)
        gateway.down_since = None if connected.exists() else gateway.down_since or now
        down = (now - gateway.down_since).total_seconds() if gateway.down_since else -1.0
        is_out = bool(gateway.failover_seconds) and down >= gateway.failover_seconds
        if is_out != (gateway.out_since is not None):
            gateway.out_since = now if is_out else None
            action = "gateway.out_of_order" if is_out else "gateway.in_order_again"
            record(action=action, target=f"gateway:{gateway.name}", details={"seconds": gateway.failover_seconds})
            log.warning("%s: %s", gateway.name, action)
        if before != (gateway.down_since, gateway.out_since):
            gateway.save(update_fields=["down_since", "out_since"])


def _move_waiting(gateway: Gateway, *, now: datetime) -> int:
    waiting = Chunk.objects.filter(gateway=gateway, state=Chunk.State.READY, moved_from=None)
    campaigns = Campaign.objects.filter(pk__in=waiting.values("campaign_id").distinct(), is_test=False)
    moved = 0
    for campaign in campaigns.select_related("line", "account"):
        other = _next_for(campaign, gateway)
        if other is not None:
            moved += _move(campaign, gateway, other, now=now)
    return moved


def _next_for(campaign: Campaign, gateway: Gateway) -> Gateway | None:
    """The first gateway in the order of the routes that reaches all the campaign's operators of ``gateway``: which
    recipients are in a chunk is not looked up, there may be millions."""
    ids = {row["id"] for row in campaign.summary.get("operators", [])}
    served = Operator.objects.filter(pk__in=ids)
    fitting = [alternatives(campaign.line, operator) for operator in served]
    if not fitting:
        return None
    everywhere = (other for other in fitting[0] if all(other in each for each in fitting))
    return next((other for other in everywhere if other.pk != gateway.pk), None)


# Turns begin where the account is now being served at the other gateway.
_MOVE = f"""
WITH mine AS (
    SELECT id, message_class, account_id FROM messaging_chunk
    WHERE campaign_id = %(campaign)s AND gateway_id = %(from)s AND state = {Chunk.State.READY:d}
      AND moved_from IS NULL AND cursor = id * {Chunk.SIZE:d} - 1
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
), numbered AS (
    SELECT mine.id, row_number() OVER (ORDER BY mine.id) + COALESCE((
        SELECT min(turn) FROM messaging_chunk c
        WHERE c.state = {Chunk.State.READY:d} AND c.gateway_id = %(to)s AND c.message_class = mine.message_class
          AND c.account_id = mine.account_id AND c.due_at <= %(now)s), 0) AS turn
    FROM mine
)
UPDATE messaging_chunk c SET gateway_id = %(to)s, moved_from = %(from)s, turn = numbered.turn
FROM numbered WHERE c.id = numbered.id
RETURNING c.size
"""  # noqa: S608 - numbers of our own enum


def _move(campaign: Campaign, gateway: Gateway, other: Gateway, *, now: datetime) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, {"campaign": campaign.pk, "from": gateway.pk, "to": other.pk, "now": now})
            sizes = [row[0] for row in cursor.fetchall()]
        if not sizes:
            return 0
        record(
            action="campaign.moved_to_gateway",
            account=campaign.account,
            target=f"campaign:{campaign.pk}",
            details={"from": gateway.name, "to": other.name, "chunks": len(sizes), "messages": sum(sizes)},
        )
        transaction.on_commit(lambda: call([other.name]))
    metrics.moved.labels(gateway.name, other.name).inc(sum(sizes))
    return len(sizes)
