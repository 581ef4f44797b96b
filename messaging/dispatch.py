"""Which chunk leaves next, and telling the binds that there is one.

Order: class (otp, transactional, bulk), then accounts, then turns within the account. Accounts share in parts: the one
to which a bind has given least is next (delivery/shares.py keeps that score), however many campaigns each has. A
campaign's chunks take consecutive turns that begin at the turn its account is now being served, so campaigns of one
account that wait together leave in rounds, one chunk of each: ten rows never wait behind ten million. Rows are the
queue; the task is only the nudge, and a bind looks by itself every second.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from messaging.models import Campaign, Chunk, Gateway, MessageClass

log = logging.getLogger(__name__)

TEHRAN = ZoneInfo("Asia/Tehran")
LEASE = timedelta(seconds=30)


# The turn at which a gateway is now serving an account in a class; ``g`` names the three.
_SERVING = f"""COALESCE((
    SELECT min(turn) FROM messaging_chunk c
    WHERE c.state = {Chunk.State.READY:d} AND c.gateway_id = g.gateway_id AND c.message_class = g.message_class
      AND c.account_id = g.account_id AND c.due_at <= %(now)s
), 0)"""  # noqa: S608 - numbers of our own enum

_RELEASE = f"""
WITH mine AS (
    SELECT id, gateway_id, message_class, account_id FROM messaging_chunk
    WHERE campaign_id = %(campaign)s
      AND (state = {Chunk.State.PAUSED:d}
           OR state = {Chunk.State.HELD:d} AND (due_at IS NULL OR due_at <= GREATEST(%(now)s, %(due)s)))
    ORDER BY id FOR NO KEY UPDATE
), serving AS (
    SELECT g.gateway_id, g.message_class, g.account_id, {_SERVING} AS turn
    FROM (SELECT DISTINCT gateway_id, message_class, account_id FROM mine) g
), numbered AS (
    SELECT mine.id, serving.turn + row_number() OVER (PARTITION BY mine.gateway_id ORDER BY mine.id) AS turn
    FROM mine JOIN serving USING (gateway_id, message_class, account_id)
)
UPDATE messaging_chunk c SET state = {Chunk.State.READY:d}, turn = numbered.turn, due_at = %(due)s,
    expires_at = GREATEST(CASE WHEN c.state = {Chunk.State.HELD:d} THEN c.due_at END, %(begins)s)
                 + %(validity)s::int * interval '1 minute'
FROM numbered WHERE c.id = numbered.id
"""  # noqa: S608 - numbers of our own enum


def release(campaign: Campaign, *, now: datetime, due_at: datetime) -> None:
    """Let a campaign's chunks go from ``due_at``, in the caller's transaction; binds hear of it after the commit. Held
    chunks whose own time is later stay held."""
    begins = max(campaign.send_at or due_at, campaign.confirmed_at or due_at)
    with connection.cursor() as cursor:
        cursor.execute(
            _RELEASE,
            {"campaign": campaign.pk, "now": now, "due": due_at, "begins": begins}
            | {"validity": campaign.validity_minutes},
        )
    wait = (due_at - now).total_seconds()
    transaction.on_commit(lambda: nudge(campaign_id=campaign.pk, after_seconds=max(wait, 0)))


_WRITE_READY = f"""
WITH given AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(campaigns)s::bigint[], %(accounts)s::bigint[], %(gateways)s::bigint[],
                         %(classes)s::smallint[], %(parts)s::int[], %(expire)s::timestamptz[],
                         %(open)s::smallint[], %(close)s::smallint[])
        AS t(id, campaign_id, account_id, gateway_id, message_class, parts, expires_at, opens_minute, closes_minute)
), serving AS (
    SELECT g.gateway_id, g.message_class, g.account_id, {_SERVING} AS turn
    FROM (SELECT DISTINCT gateway_id, message_class, account_id FROM given) g
)
INSERT INTO messaging_chunk (id, campaign_id, account_id, gateway_id, message_class, state, turn, due_at, expires_at,
                             opens_minute, closes_minute, size, parts, cursor)
SELECT id, campaign_id, account_id, gateway_id, message_class, {Chunk.State.READY:d}, turn + 1, %(now)s, expires_at,
       opens_minute, closes_minute, 1, parts, id * {Chunk.SIZE:d} - 1
FROM given JOIN serving USING (gateway_id, message_class, account_id)
"""  # noqa: S608


def write_ready(columns: dict[str, list], gateways: Iterable[Gateway], *, now: datetime) -> None:
    """Chunks of one message each that may leave at once, in the caller's transaction; binds hear of them after the
    commit. ``columns``: ids, campaigns, accounts, gateways, classes, parts, expire, open, close."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_READY, columns | {"now": now})
    names = {gateway.name for gateway in gateways}
    transaction.on_commit(lambda: call(names))


_PASS_ON = f"""
WITH mine AS (
    SELECT c.id, c.message_class, c.account_id, %(to)s::bigint AS gateway_id, k.state = 'paused' AS waits
    FROM messaging_chunk c JOIN messaging_campaign k ON k.id = c.campaign_id WHERE c.id = ANY(%(ids)s)
), serving AS (
    SELECT g.gateway_id, g.message_class, g.account_id, {_SERVING} AS turn
    FROM (SELECT DISTINCT gateway_id, message_class, account_id FROM mine) g
), numbered AS (
    SELECT mine.id, mine.waits, serving.turn
           + row_number() OVER (PARTITION BY message_class, account_id ORDER BY mine.id) AS turn
    FROM mine JOIN serving USING (gateway_id, message_class, account_id)
)
UPDATE messaging_chunk c SET gateway_id = %(to)s, moved_from = c.gateway_id, turn = numbered.turn,
    state = CASE WHEN numbered.waits THEN {Chunk.State.PAUSED:d} ELSE {Chunk.State.READY:d} END,
    bind_number = NULL, lease_token = NULL, lease_until = NULL
FROM numbered WHERE c.id = numbered.id
"""  # noqa: S608 - numbers of our own enum


def pass_on(chunk_ids: Sequence[int], to: Gateway, *, now: datetime) -> None:
    """Put down chunks that the caller has leased and locked, with their campaigns, in another gateway's queue, in the
    caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_PASS_ON, {"ids": list(chunk_ids), "to": to.pk, "now": now})
    transaction.on_commit(lambda: call([to.name]))


def nudge(*, campaign_id: int, after_seconds: float = 0) -> None:
    """Tell one bind of each gateway that a campaign uses to look at the queue. Losing it only delays."""
    names = Gateway.objects.filter(
        pk__in=Chunk.objects.filter(campaign_id=campaign_id, gateway__isnull=False).values("gateway_id").distinct()
    ).values_list("name", flat=True)
    call(names, after_seconds=after_seconds)


def call(names: Iterable[str], *, after_seconds: float = 0) -> None:
    """Wake one bind of each gateway named."""
    for name in names:
        try:
            current_app.send_task(
                "messaging.deliver", queue=f"smpp.{name}", countdown=after_seconds or None, expires=after_seconds + 60
            )
        except OperationalError as error:
            log.warning("no nudge for gateway %s (%s); its binds will look by themselves", name, error)


_MAY_LEAVE = f"""
    c.gateway_id = %(gateway)s AND c.state = {Chunk.State.READY:d} AND c.due_at <= %(now)s
    AND (c.opens_minute IS NULL OR CASE WHEN c.opens_minute <= c.closes_minute
                                        THEN %(minute)s >= c.opens_minute AND %(minute)s < c.closes_minute
                                        ELSE %(minute)s >= c.opens_minute OR %(minute)s < c.closes_minute END)"""

# ``waiting`` steps from account to account through the index; what is not chosen is neither locked nor read twice.
_CLAIM = f"""
WITH RECURSIVE waiting AS (
    (SELECT message_class, account_id FROM messaging_chunk
     WHERE gateway_id = %(gateway)s AND state = {Chunk.State.READY:d} ORDER BY message_class, account_id LIMIT 1)
    UNION ALL
    SELECT following.* FROM waiting w CROSS JOIN LATERAL (
        SELECT c.message_class, c.account_id FROM messaging_chunk c
        WHERE c.gateway_id = %(gateway)s AND c.state = {Chunk.State.READY:d}
          AND (c.message_class, c.account_id) > (w.message_class, w.account_id)
        ORDER BY c.message_class, c.account_id LIMIT 1
    ) following
), known AS (
    SELECT * FROM unnest(%(classes)s::smallint[], %(accounts)s::bigint[], %(given)s::float8[], %(held)s::bool[])
        AS t(message_class, account_id, given, held)
), shares AS (
    SELECT w.message_class, w.account_id,
           COALESCE(known.given, (%(floors)s::float8[])[w.message_class + 1]) AS given
    FROM waiting w LEFT JOIN known USING (message_class, account_id)
    WHERE NOT (%(only_others)s AND COALESCE(known.held, false))
      AND (%(most_class)s::int IS NULL OR w.message_class <= %(most_class)s)
), candidates AS (
    SELECT s.message_class, s.account_id, one.id, s.given,
           sum(one.parts) OVER (PARTITION BY s.message_class, s.account_id ORDER BY one.turn, one.id)
           - one.parts AS before
    FROM shares s CROSS JOIN LATERAL (
        SELECT c.id, c.turn, c.parts FROM messaging_chunk c
        WHERE c.message_class = s.message_class AND c.account_id = s.account_id AND {_MAY_LEAVE}
        ORDER BY c.turn, c.id LIMIT %(most)s
    ) one
), wanted AS (
    SELECT message_class, account_id, count(*) AS chunks, min(place) AS place
    FROM (SELECT message_class, account_id, given + before AS place FROM candidates
          WHERE before < %(enough)s OR message_class < {MessageClass.BULK:d}
          ORDER BY message_class, place, account_id LIMIT %(most)s) next
    GROUP BY message_class, account_id
), picked AS MATERIALIZED (
    SELECT mine.id, wanted.place FROM wanted CROSS JOIN LATERAL (
        SELECT c.id FROM messaging_chunk c
        WHERE c.message_class = wanted.message_class AND c.account_id = wanted.account_id AND {_MAY_LEAVE}
        ORDER BY c.turn, c.id LIMIT wanted.chunks FOR NO KEY UPDATE SKIP LOCKED
    ) mine
)
UPDATE messaging_chunk c SET state = {Chunk.State.LEASED:d}, bind_number = %(bind)s, lease_token = %(token)s,
                             lease_until = %(until)s
FROM picked WHERE c.id = picked.id
RETURNING c.id, c.campaign_id, c.message_class, c.account_id, c.size, c.cursor, c.expires_at, c.opens_minute,
          c.closes_minute, c.moved_from, c.turn, picked.place
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Standing:
    """What a bind has given to accounts, in parts, by class. ``accounts`` has those ahead of their class's floor, or of
    which the bind holds something (``held``): (class, account) → (parts given and promised, held). All others stand at
    ``floors`` of their class."""

    floors: tuple[float, float, float] = (0.0, 0.0, 0.0)
    accounts: dict[tuple[int, int], tuple[float, bool]] = field(default_factory=dict)


def claim(
    *, gateway_id: int, bind_number: int, token: int, most: int, now: datetime, standing: Standing | None = None,
    only_others: bool = False, enough: float = float("inf"), most_class: int | None = None,
) -> list[tuple]:  # fmt: skip
    """Lease at most ``most`` chunks for a bind, the next first: rows of (id, campaign_id, message_class, account_id,
    size, cursor, expires_at, opens_minute, closes_minute, moved_from). With ``only_others`` those of accounts of which
    the bind holds nothing in their class; of bulk no more for each than has ``enough`` parts. ``most_class`` leaves out
    classes after it."""
    local = now.astimezone(TEHRAN)
    standing = standing or Standing()
    keys, known = list(standing.accounts), list(standing.accounts.values())
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {"gateway": gateway_id, "bind": bind_number, "token": token, "most": most, "now": now}
            | {"until": now + LEASE, "minute": local.hour * 60 + local.minute}
            | {"classes": [key[0] for key in keys], "accounts": [key[1] for key in keys]}
            | {"given": [given for given, _ in known], "held": [held for _, held in known]}
            | {"floors": list(standing.floors), "enough": enough, "only_others": only_others}
            | {"most_class": most_class},
        )
        rows = sorted(cursor.fetchall(), key=lambda row: (row[2], row[11], row[3], row[10], row[0]))
        return [row[:10] for row in rows]


def is_open(opens_minute: int | None, closes_minute: int | None, now: datetime) -> bool:
    """Whether a chunk's sending hours (minutes of the Tehran day) allow it to leave now (R4)."""
    if opens_minute is None or closes_minute is None:
        return True
    local = now.astimezone(TEHRAN)
    minute = local.hour * 60 + local.minute
    if opens_minute <= closes_minute:
        return opens_minute <= minute < closes_minute
    return minute >= opens_minute or minute < closes_minute
