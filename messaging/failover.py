"""The next route, by health and by error, once for each chunk and never back.

By health: gateways whose binds are down are passed over, and of what waits for them that of which nothing was handed
over is moved (``watch_gateways``). By error: what an operator answered with one of ``Gateway.failover_statuses`` it did
not take; when all else of its chunk is settled, the chunk goes on with just these by the next route (``send_on``). What
was never answered is in doubt and never moved. The price was fixed when it was planned.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.audit import record
from common import metrics
from messaging.delivery import writer
from messaging.delivery.hand import HeldChunk
from messaging.dispatch import call, pass_on
from messaging.lifecycle import News, move
from messaging.models import Bind, Campaign, Chunk, Gateway, Message, Status
from messaging.routing import alternatives
from messaging.selectors.gateways import FRESH
from messaging.smpp.errors import Action, action
from numbers.models import Line, Operator

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
    """The next route of all the campaign's operators: which recipients are in a chunk is not looked up, there may be
    millions."""
    operators = {row["id"] for row in campaign.summary.get("operators", [])}
    return next(_serving_all(campaign.line, operators, without=gateway.pk), None)


def _serving_all(line: Line, operator_ids: Iterable[int], *, without: int) -> Iterator[Gateway]:
    """The other gateways in the order of the routes that reach each of these operators."""
    fitting = [alternatives(line, operator) for operator in Operator.objects.filter(pk__in=operator_ids)]
    for other in fitting[0] if fitting else ():
        if other.pk != without and all(other in each for each in fitting):
            yield other


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


# --- by error ---------------------------------------------------------------------------------------------------------


def others_may_take(gateway: Gateway) -> frozenset[int]:
    """The answers after which a message of ``gateway`` is set aside for the next route; none where there is no other
    gateway, and then everything is tried again here."""
    others = Gateway.objects.filter(is_enabled=True, is_sandbox=False).exclude(pk=gateway.pk)
    if gateway.is_sandbox or not gateway.failover_statuses or not others.exists():
        return frozenset()
    return frozenset(gateway.failover_statuses)


@dataclass(frozen=True, slots=True)
class _Left:
    """What is left to go of one chunk."""

    chunk_id: int
    campaign_id: int
    operators: tuple[int, ...]
    messages: int
    attempts: int


_LEFT = f"""
SELECT n.id, m.campaign_id, array_agg(DISTINCT m.operator_id), count(*), max(m.attempts)
FROM unnest(%s::bigint[]) AS n(id)
JOIN messaging_message m ON m.id BETWEEN n.id * {Chunk.SIZE:d} AND n.id * {Chunk.SIZE:d} + {Chunk.SIZE - 1:d}
 AND m.status <= {Status.QUEUED:d}
GROUP BY n.id, m.campaign_id ORDER BY n.id
"""  # noqa: S608 - numbers of our own enums


def send_on(chunks: Sequence[HeldChunk], *, gateway_id: int, token: int, now: datetime) -> None:
    """Give chunks of which only what this operator did not take is left to the next route, in one transaction. Where
    there is no other, they stay, to be tried here again, less what was refused for good. Each is asked about once
    (``Chunk.moved_from``). Of a bind killed before the commit nothing has moved, after it all."""
    if not chunks:
        return
    with transaction.atomic():
        wanted = Campaign.objects.filter(pk__in={chunk.campaign_id for chunk in chunks}).order_by("pk")
        campaigns = {row.pk: row for row in wanted.select_for_update(of=("self",)).select_related("line")}
        ours = list(writer.ours(chunks, token).select_for_update(of=("self",)).order_by("pk"))
        ways: dict[tuple, Gateway | None] = {}
        moving: dict[Gateway, list[_Left]] = {}
        for left in _left_of(ours):
            campaign = campaigns[left.campaign_id]
            way = (campaign.line_id, left.operators)
            if way not in ways:
                ways[way] = _healthy_for(campaign.line, left.operators, without=gateway_id)
            if campaign.state == Campaign.State.CANCELLED:
                continue
            if ways[way] is None:
                _keep(left, gateway_id, now=now)
            else:
                moving.setdefault(ways[way], []).append(left)
        for other, lefts in moving.items():
            _give(lefts, other, gateway_id, now=now)
        moved = {left.chunk_id for lefts in moving.values() for left in lefts}
        for chunk in chunks:
            if chunk.id not in moved:
                writer.seal(chunk, token, now=now)


def _left_of(chunks: Sequence[Chunk]) -> list[_Left]:
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [[chunk.pk for chunk in chunks]])
        return [_Left(row[0], row[1], tuple(sorted(row[2])), *row[3:]) for row in cursor]


def _healthy_for(line: Line, operator_ids: Iterable[int], *, without: int) -> Gateway | None:
    """One that is down now, though not yet passed over, would keep what it is given: it moves only once."""
    return next((other for other in _serving_all(line, operator_ids, without=without) if not other.down_since), None)


_LONGEST_PAUSE_SECONDS = 60


def _keep(left: _Left, gateway_id: int, *, now: datetime) -> None:
    """Nobody else may take it: what this operator refused for good is refused, the rest is tried here again later."""
    first = left.chunk_id * Chunk.SIZE
    rows = Message.objects.filter(pk__range=(first, first + Chunk.SIZE - 1), status__lte=Status.QUEUED)
    move(
        [
            News(pk, Status.REJECTED, now, error)
            for pk, error in rows.order_by("pk").values_list("pk", "error")
            if (error or "").startswith("smpp:") and action(int(error.partition(":")[2])) is Action.REJECT
        ]
    )
    pause = timedelta(seconds=min(2**left.attempts, _LONGEST_PAUSE_SECONDS))
    Chunk.objects.filter(pk=left.chunk_id).update(moved_from=gateway_id, due_at=now + pause)


def _give(lefts: Sequence[_Left], other: Gateway, gateway_id: int, *, now: datetime) -> None:
    pass_on([left.chunk_id for left in lefts], other, now=now)
    messages = sum(left.messages for left in lefts)
    source = Gateway.objects.values_list("name", flat=True).get(pk=gateway_id)
    log.info("%s did not take %d messages; they go on by %s", source, messages, other.name)
    transaction.on_commit(lambda: metrics.moved.labels(source, other.name).inc(messages))
