"""Receipts that the bind does not remember: matched through what was submitted, in set-based statements."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from messaging.copying import Moments, copy_lines, escape, or_null
from messaging.delivery.intake import FINAL_STATUS, ReceiptRow, news_of
from messaging.lifecycle import News, move
from messaging.models import Status
from messaging.smpp.receipts import MessageState

_FIND = """
SELECT DISTINCT ON (n.place) n.place, s.message_id, s.part, m.parts, s.answered_at
FROM unnest(%s::int[], %s::text[], %s::text[]) AS n(place, smsc_id, source)
JOIN messaging_submission s ON s.gateway_id = %s AND s.smsc_id = n.smsc_id AND s.smsc_id <> ''
JOIN messaging_message m ON m.id = s.message_id
ORDER BY n.place, right(m.msisdn::text, 10) = right(n.source, 10) DESC, s.answered_at DESC
"""


def match(gateway_id: int, receipts: Sequence[ReceiptRow]) -> None:
    """Fill in message and part where the id was submitted through this gateway; should the operator use an id
    again, the one to that number, and of those the latest."""
    missing = [receipt for receipt in receipts if receipt.message_id is None]
    if not missing:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _FIND,
            [
                list(range(len(missing))),
                [receipt.smsc_id for receipt in missing],
                [receipt.source for receipt in missing],
                gateway_id,
            ],
        )
        for place, *found in cursor:
            row = missing[place]
            row.message_id, row.part, row.parts, row.answered_at = found


def store(gateway_id: int, receipts: Sequence[ReceiptRow]) -> None:
    if not receipts:
        return
    moments = Moments()
    copy_lines(
        "messaging_receipt (gateway_id, smsc_id, state, error, source, destination, received_at, message_id, part, "
        "parts, raw)",
        (
            f"{gateway_id}\t{escape(row.smsc_id[:65])}\t{row.state}\t{escape(row.error)}\t{escape(row.source[:21])}\t"
            f"{escape(row.destination[:21])}\t{moments[row.at]}\t{or_null(row.message_id)}\t{or_null(row.part)}\t"
            f"{row.parts}\t{escape(row.raw)}\n"
            for row in receipts
        ),
    )


def news_for(receipts: Sequence[ReceiptRow], known: dict[int, News]) -> list[News]:
    """The news in stored receipts that the bind could not draw by itself: matched just now, or of several parts."""
    final = [row for row in receipts if row.message_id is not None and MessageState(row.state).is_final]
    single = {
        row.message_id: news_of(row.message_id, MessageState(row.state), row.error, row.at)
        for row in final
        if row.parts == 1 and not (row.message_id in known and known[row.message_id].status.is_final)
    }
    return [*single.values(), *settle_multipart(sorted({row.message_id for row in final if row.parts > 1}))]


_SETTLE = f"""
SELECT message_id, max(parts), count(*),
       count(*) FILTER (WHERE state = {MessageState.DELIVERED:d}), max(received_at),
       max(error) FILTER (WHERE state <> {MessageState.DELIVERED:d}), max(state)
FROM (
    SELECT DISTINCT ON (message_id, part) message_id, part, parts, state, error, received_at
    FROM messaging_receipt
    WHERE message_id = ANY(%s) AND parts > 1 AND state NOT IN (0, 1, 6)
    ORDER BY message_id, part, id
) one_per_part
GROUP BY message_id
"""  # noqa: S608 - numbers of our own enum


def settle_multipart(message_ids: Sequence[int]) -> list[News]:
    """News of those messages of several parts whose parts all have their final receipt: delivered if every part was."""
    if not message_ids:
        return []
    news = []
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [list(message_ids)])
        for message_id, parts, settled, delivered, at, error, worst in cursor:
            if settled < parts:
                continue
            if delivered == parts:
                news.append(News(message_id, Status.DELIVERED, at))
                continue
            state = MessageState(worst)
            status = FINAL_STATUS.get(state, Status.UNDELIVERED)
            status = Status.UNDELIVERED if status == Status.DELIVERED else status
            news.append(News(message_id, status, at, f"receipt:{error or state.name.lower()}", parts - delivered))
    return news


_UNMATCHED = """
SELECT r.id, r.gateway_id, r.smsc_id, r.state, r.error, r.source, r.received_at, s.message_id, s.part, s.parts
FROM (
    SELECT * FROM messaging_receipt
    WHERE message_id IS NULL AND received_at > %s AND (%s::int IS NULL OR gateway_id = %s)
    ORDER BY id DESC LIMIT %s FOR UPDATE SKIP LOCKED
) r
JOIN LATERAL (
    SELECT s.message_id, s.part, m.parts FROM messaging_submission s JOIN messaging_message m ON m.id = s.message_id
    WHERE s.gateway_id = r.gateway_id AND s.smsc_id = r.smsc_id AND s.smsc_id <> ''
    ORDER BY right(m.msisdn::text, 10) = right(r.source, 10) DESC, s.answered_at DESC LIMIT 1
) s ON true
"""


def match_waiting(*, now: datetime, gateway_id: int | None = None, most: int = 5000, days: int = 3) -> int:
    """Match receipts that came before their submission was known (early, or to another bind); how many found theirs."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_UNMATCHED, [now - timedelta(days=days), gateway_id, gateway_id, most])
        rows = cursor.fetchall()
        if not rows:
            return 0
        cursor.execute(
            """
            UPDATE messaging_receipt r SET message_id = n.message_id, part = n.part, parts = n.parts
            FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::smallint[]) AS n(id, message_id, part, parts)
            WHERE r.id = n.id
            """,
            [[row[0] for row in rows], [row[7] for row in rows], [row[8] for row in rows], [row[9] for row in rows]],
        )
        news: dict[int, News] = {}
        for _, _, _, state, error, _, at, message_id, _, parts in rows:
            if parts == 1 and MessageState(state).is_final:
                news[message_id] = news_of(message_id, MessageState(state), error, at)
        several = {row[7] for row in rows if row[9] > 1}
        move([*news.values(), *settle_multipart(sorted(several))])
    return len(rows)


_FIT_UNKNOWN = f"""
SELECT DISTINCT ON (r.id) r.id, r.state, r.error, r.received_at, m.id, m.parts
FROM (
    SELECT * FROM messaging_receipt
    WHERE message_id IS NULL AND received_at > %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) r
JOIN messaging_message m ON m.msisdn = CASE
        WHEN r.source ~ '^98[0-9]{{10}}$' THEN r.source::bigint
        WHEN r.source ~ '^0[0-9]{{10}}$' THEN ('98' || substr(r.source, 2))::bigint END
JOIN numbers_line l ON l.id = m.line_id AND l.number = r.destination
WHERE m.status = {Status.UNKNOWN:d} AND m.created_at > r.received_at - interval '3 days'
  AND m.created_at <= r.received_at AND m.parts = 1
ORDER BY r.id, m.id
"""  # noqa: S608


def settle_unknown_by_fit(*, now: datetime, most: int = 1000) -> int:
    """A receipt that matches no id but fits an unknown message (line, number, time) settles it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FIT_UNKNOWN, [now - timedelta(days=3), most])
        taken: dict[int, tuple] = {}
        for receipt_id, state, error, at, message_id, _ in cursor.fetchall():
            if message_id not in taken and MessageState(state).is_final:
                taken[message_id] = (receipt_id, news_of(message_id, MessageState(state), error, at))
        if not taken:
            return 0
        cursor.execute(
            """
            UPDATE messaging_receipt r SET message_id = n.message_id, part = 0
            FROM unnest(%s::bigint[], %s::bigint[]) AS n(id, message_id) WHERE r.id = n.id
            """,
            [[receipt_id for receipt_id, _ in taken.values()], list(taken)],
        )
        move([news for _, news in taken.values()])
    return len(taken)
