"""What waits, for whom, and for how long: read by partial indexes and short tables only (W12, 3.6)."""

from collections.abc import Iterator

from django.utils import timezone
from prometheus_client.core import Metric

from autoreply.models import Outcome
from messaging.models import Campaign, Chunk, MessageClass
from webservice.metrics.reading import gauge
from webservice.webhooks.models import Delivery

MOST_COUNTED = 100_000
_STATES = {Chunk.State.READY: "ready", Chunk.State.LEASED: "leased", Chunk.State.HELD: "held"}

# Ready and leased chunks have partial indexes. Held and paused ones are reached through the campaigns that are open,
# whose index is partial as well: a table of all chunks that ever were is never read.
_CHUNKS = f"""
    SELECT message_class, state, count(*), sum(id * {Chunk.SIZE} + size - 1 - cursor),
           min(due_at) FILTER (WHERE due_at <= %(now)s)
    FROM messaging_chunk WHERE state IN ({Chunk.State.READY:d}, {Chunk.State.LEASED:d}) GROUP BY 1, 2
    UNION ALL
    SELECT k.message_class, {Chunk.State.HELD:d}, count(*), sum(k.id * {Chunk.SIZE} + k.size - 1 - k.cursor), NULL
    FROM messaging_campaign c JOIN messaging_chunk k ON k.campaign_id = c.id
    WHERE c.state IN ('{Campaign.State.SCHEDULED}', '{Campaign.State.QUEUED}', '{Campaign.State.RUNNING}',
                      '{Campaign.State.PAUSED}') AND c.confirmed_at IS NOT NULL
      AND k.state IN ({Chunk.State.HELD:d}, {Chunk.State.PAUSED:d})
    GROUP BY 1
"""  # noqa: S608 - words of our own enums
_PLANNING = f"""
    SELECT count(*), count(*) FILTER (WHERE planning_lease_until < %(now)s)
    FROM messaging_campaign WHERE state = '{Campaign.State.PLANNING}'
"""  # noqa: S608
_WEBHOOKS = f"""
    SELECT p.is_paused, count(*), min(e.published_at) FROM (
        SELECT d.event_id, n.paused_at IS NOT NULL AS is_paused
        FROM webservice_delivery d JOIN webservice_endpoint n ON n.id = d.endpoint_id
        WHERE d.state = {Delivery.State.PENDING:d} LIMIT {MOST_COUNTED}
    ) p JOIN webservice_event e ON e.id = p.event_id GROUP BY 1
"""  # noqa: S608
_OUTGOING = f"SELECT count(*), min(at) FROM (SELECT at FROM webservice_outgoing LIMIT {MOST_COUNTED}) o"  # noqa: S608
_ANSWERS = f"""
    SELECT count(*), min(received_at) FROM (
        SELECT received_at FROM autoreply_answer WHERE outcome = {Outcome.WAITING:d} LIMIT {MOST_COUNTED}
    ) a
"""  # noqa: S608
_STRANGERS = f"""
    SELECT count(*) FROM (SELECT 1 FROM messaging_receipt WHERE message_id IS NULL LIMIT {MOST_COUNTED}) r
"""  # noqa: S608


def of_queues(cursor) -> Iterator[Metric]:
    """Depths and ages. Those of webhooks, answers and receipts count to 100,000 and stop."""
    now = timezone.now()
    yield from _chunks(cursor, now)
    planning, lost = _one(cursor, _PLANNING, now)
    yield gauge("sms_planning_campaigns", "Campaigns that are being planned.", [], [((), planning)])
    yield gauge("sms_planning_lost", "Campaigns whose planner has gone; the sweeper takes over.", [], [((), lost)])
    yield from _webhooks(cursor, now)
    waiting, oldest = _one(cursor, _ANSWERS, now)
    yield gauge(
        "sms_inbound_unanswered", "Received messages that the auto-responder has yet to see.", [], [((), waiting)]
    )
    words = "Age of the oldest of them."
    yield gauge("sms_inbound_unanswered_oldest_seconds", words, [], [((), _age(oldest, now))])
    (strangers,) = _one(cursor, _STRANGERS, now)
    yield gauge("sms_receipts_unmatched", "Receipts that fit no message so far.", [], [((), strangers)])


def _chunks(cursor, now) -> Iterator[Metric]:
    cursor.execute(_CHUNKS, {"now": now})
    rows = {(MessageClass(kind), Chunk.State(state)): (*counts, oldest) for kind, state, *counts, oldest in cursor}
    each = [(kind, state, rows.get((kind, state), (0, 0, None))) for kind in MessageClass for state in _STATES]
    names = {(kind, state): (kind.name.lower(), _STATES[state]) for kind, state, _row in each}
    words = "Messages paid for and not yet handed to an operator: ready, held by a bind, or held back."
    yield gauge("sms_queue_messages", words, ["class", "state"], ((names[k, s], int(row[1])) for k, s, row in each))
    words = "The chunks of these messages."
    yield gauge("sms_queue_chunks", words, ["class", "state"], ((names[k, s], row[0]) for k, s, row in each))
    words = "How long the oldest ready chunk has been due, its sending hours aside."
    oldest = (((k.name.lower(),), _age(row[2], now)) for k, s, row in each if s == Chunk.State.READY)
    yield gauge("sms_queue_oldest_due_seconds", words, ["class"], oldest)


def _webhooks(cursor, now) -> Iterator[Metric]:
    unpublished, since = _one(cursor, _OUTGOING, now)
    cursor.execute(_WEBHOOKS)
    owed = {is_paused: (count, oldest) for is_paused, count, oldest in cursor}
    rows = [("unpublished", unpublished, since)]
    rows += [(name, *owed.get(is_paused, (0, None))) for name, is_paused in (("owed", False), ("paused", True))]
    words = "Events not yet published, owed to an endpoint, or owed to a paused one."
    yield gauge("sms_webhook_events_waiting", words, ["state"], (((name,), count) for name, count, _ in rows))
    words = "Age of the oldest of them."
    yield gauge("sms_webhook_oldest_seconds", words, ["state"], (((name,), _age(at, now)) for name, _, at in rows))


def _one(cursor, statement: str, now) -> tuple:
    cursor.execute(statement, {"now": now})
    return cursor.fetchone()


def _age(moment, now) -> float:
    return max((now - moment).total_seconds(), 0.0) if moment else 0.0
