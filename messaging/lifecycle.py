"""The one place that moves messages from status to status, counts the moves and returns money for them.

Every statement here is set-based, guarded (a status only grows; see ``ALLOWED``) and safe to run twice: what has
already moved does not move again, is not counted again and is not paid back again.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db import connection, transaction

from billing.services import lock_wallets
from common import metrics
from credit.services import give_back
from messaging.copying import int_array, moment_array
from messaging.models import Campaign, Chunk, Message, Status
from messaging.signals import StatusMove, listened_for, statuses_moved

_WAITING = {Status.DRAFT, Status.SCHEDULED, Status.QUEUED}
_OUT = {Status.SUBMITTING, Status.UNKNOWN}

ALLOWED: dict[Status, set[Status]] = {
    Status.SUBMITTING: _WAITING,
    Status.UNKNOWN: _WAITING | {Status.SUBMITTING},
    Status.SUBMITTED: _WAITING | _OUT,
    Status.DELIVERED: _WAITING | _OUT | {Status.SUBMITTED},
    Status.UNDELIVERED: _WAITING | _OUT | {Status.SUBMITTED},
    Status.EXPIRED: _WAITING | _OUT | {Status.SUBMITTED},
    Status.REJECTED: _WAITING | _OUT | {Status.SUBMITTED},
    Status.FAILED: _WAITING | _OUT,
    Status.CANCELLED: _WAITING,
    Status.BLOCKED: _WAITING,
}
"""From which statuses each status may be reached. A receipt may overtake the answer to its submit_sm, hence the
finals straight from the waiting statuses."""

_PAIRS = [int(old) * 100 + int(new) for new, olds in ALLOWED.items() for old in olds]


@dataclass(slots=True)
class News:
    """What became of one message. ``failed_parts`` of its parts did not arrive (None: all of them)."""

    message_id: int
    status: Status
    at: datetime
    error: str | None = None
    failed_parts: int | None = None


# R2: what the operator did not accept is returned; what it accepted and did not deliver only if the tariff says so.
# A message handed to a socket and never answered (unknown) goes by the tariff's rule as well.
_RETURNED = f"""
    CASE
        WHEN n.status IN ({Status.CANCELLED:d}, {Status.BLOCKED:d}) THEN m.price
        WHEN n.status IN ({Status.REJECTED:d}, {Status.FAILED:d}) AND m.status <> {Status.UNKNOWN:d}
            OR n.status = {Status.EXPIRED:d} AND n.error = 'expired' -- by us, before it was handed over
            OR n.status >= {Status.UNDELIVERED:d} AND m.returns_undelivered
        THEN m.price / m.parts * LEAST(COALESCE(n.failed_parts, m.parts), m.parts)
        ELSE 0
    END"""

# One look and one lock a row: PostgreSQL 18 returns a row as it was and as it became, and looks again at the condition
# when another transaction was before us. A fifth cheaper than to lock the rows first (measured).
_MOVE = f"""
WITH n AS (
    SELECT * FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[], %s::text[], %s::smallint[])
        AS n(id, status, at, error, failed_parts)
), moved AS (
    UPDATE messaging_message m SET
        status = n.status,
        error = CASE WHEN n.status IN ({Status.SUBMITTED:d}, {Status.DELIVERED:d}) THEN NULL -- of an earlier try
                     ELSE COALESCE(n.error, m.error) END,
        submitted_at = CASE WHEN n.status >= {Status.SUBMITTED:d} AND n.status < {Status.FAILED:d}
                            THEN COALESCE(m.submitted_at, n.at) ELSE m.submitted_at END,
        final_at = CASE WHEN n.status >= {Status.DELIVERED:d} THEN n.at ELSE m.final_at END,
        returned = {_RETURNED}
    FROM n
    WHERE m.id = n.id AND m.status * 100 + n.status = ANY(%s)
    RETURNING m.campaign_id, m.parts, m.returned, old.status AS was, new.status AS now
), counted AS (
    INSERT INTO messaging_statuscount (campaign_id, status, messages, parts)
    SELECT campaign_id, s.status, sum(s.sign), sum(s.sign * moved.parts)
    FROM moved CROSS JOIN LATERAL (VALUES (moved.was, -1), (moved.now, 1)) AS s(status, sign)
    GROUP BY campaign_id, s.status
)
SELECT campaign_id, now, count(*), sum(returned) FROM moved GROUP BY campaign_id, now
"""  # noqa: S608
# The same, which also says which messages of the accounts that somebody listens for have moved.
_MOVE_AND_TELL = _MOVE.replace("RETURNING m.campaign_id,", "RETURNING m.id, m.account_id, m.campaign_id,").replace(
    "sum(returned) FROM moved",
    "sum(returned), min(account_id), array_agg(id ORDER BY id) FILTER (WHERE account_id = ANY(%s)) FROM moved",
)


@dataclass(slots=True)
class Moved:
    """How many messages of a campaign reached a status in one call, and the rials that came back for them."""

    campaign_id: int
    status: Status
    messages: int
    returned: int


def move(news: Sequence[News]) -> list[Moved]:
    """Apply ``news`` (at most one per message) and give back what is due, all in the caller's transaction.

    News that comes too late, for a message already further on, changes nothing. Locks the messages in the order of
    their ids, then wallets in key order. Sends ``statuses_moved`` for the accounts that somebody listens for.
    """
    if not news:
        return []
    listened = listened_for()
    news = sorted(news, key=attrgetter("message_id"))  # two that move the same messages lock them in the same order
    columns = [
        int_array(item.message_id for item in news),
        int_array(item.status.value for item in news),
        moment_array(item.at for item in news),
        [item.error for item in news],
        int_array(item.failed_parts for item in news),
        _PAIRS,
    ]
    with connection.cursor() as cursor:
        if listened:
            cursor.execute(_MOVE_AND_TELL, [*columns, list(listened)])
        else:
            cursor.execute(_MOVE, columns)
        rows = cursor.fetchall()
    moved = [Moved(campaign, Status(status), count, int(paid)) for campaign, status, count, paid, *_ in rows]
    _give_back(moved)
    transaction.on_commit(lambda: _count(moved), robust=True)
    if listened:
        _announce(rows)
    return moved


def _announce(rows: list[tuple]) -> None:
    moves = [StatusMove(account, campaign, status, ids) for campaign, status, _, _, account, ids in rows if ids]
    if moves:
        statuses_moved.send(sender=Message, moves=moves)


def move_where(condition: str, parameters: Sequence, *, status: Status, at: datetime, error: str | None = None) -> int:
    """Move every message that an SQL ``condition`` on ``m`` names; the number that moved."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT m.id FROM messaging_message m WHERE {condition} ORDER BY m.id", parameters)  # noqa: S608
        ids = [row[0] for row in cursor]
    return sum(item.messages for item in move([News(message_id, status, at, error) for message_id in ids]))


def cancel_rows(chunk: Chunk, *, now: datetime) -> int:
    """Cancel what a locked chunk has not handed over: rows above its cursor, and those waiting for another try."""
    first = chunk.id * Chunk.SIZE
    return move_where(
        "m.id BETWEEN %s AND %s AND m.status <= %s AND (m.id > %s OR m.attempts > 0)",
        [first, first + chunk.size - 1, Status.QUEUED, chunk.cursor],
        status=Status.CANCELLED,
        at=now,
        error="cancelled",
    )


_REQUEUE = f"""
WITH old AS (
    SELECT id, status FROM messaging_message WHERE id = ANY(%s) AND status < {Status.SUBMITTED:d}
    ORDER BY id FOR NO KEY UPDATE
), moved AS (
    UPDATE messaging_message m SET status = {Status.QUEUED:d}, attempts = m.attempts + 1, error = %s
    FROM old WHERE m.id = old.id
    RETURNING m.id, m.campaign_id, m.parts, old.status AS was
), counted AS (
    INSERT INTO messaging_statuscount (campaign_id, status, messages, parts)
    SELECT campaign_id, s.status, sum(s.sign), sum(s.sign * moved.parts)
    FROM moved CROSS JOIN LATERAL (VALUES (moved.was, -1), ({Status.QUEUED:d}, 1)) AS s(status, sign)
    WHERE moved.was <> {Status.QUEUED:d}
    GROUP BY campaign_id, s.status
)
SELECT id FROM moved
"""  # noqa: S608


def requeue(message_ids: Iterable[int], *, error: str | None) -> set[int]:
    """The one step back: to queued, one attempt more. Only for whoever holds the chunk and knows from the operator's
    own refusal that the message did not leave, or for a class that may leave twice. The ids that went back."""
    with connection.cursor() as cursor:
        cursor.execute(_REQUEUE, [list(message_ids), error])
        return {row[0] for row in cursor}


def _count(moved: list[Moved]) -> None:
    for item in moved:
        metrics.messages.labels(item.status.name.lower()).inc(item.messages)


def _give_back(moved: list[Moved]) -> None:
    owed: dict[int, int] = defaultdict(int)
    reasons: dict[int, dict[str, int]] = defaultdict(dict)
    for item in moved:
        if item.returned:
            owed[item.campaign_id] += item.returned
            reasons[item.campaign_id][item.status.name.lower()] = item.messages
    if not owed:
        return
    campaigns = list(Campaign.objects.filter(pk__in=owed).values_list("pk", "account_id", "reservation_id"))
    lock_wallets(account_id for _, account_id, _ in campaigns)
    for campaign_id, _, reservation_id in campaigns:
        give_back(
            reservation_id=reservation_id,
            amount=owed[campaign_id],
            reference=f"campaign:{campaign_id}:return:{uuid.uuid4().hex}",
            reason="messages_returned",
            details={"campaign": campaign_id, "messages": reasons[campaign_id]},
        )
