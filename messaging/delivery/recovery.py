"""What a lost bind left behind: rows above its cursors go on, rows up to them without an answer are unknown."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from messaging.delivery.writer import settle_state
from messaging.lifecycle import News, move, requeue
from messaging.models import Campaign, Chunk, MessageClass, Status

log = logging.getLogger(__name__)


def recover_expired(*, now: datetime) -> int:
    """Take over every chunk whose lease has run out; how many. Safe to run beside itself and beside the binds."""
    return _recover_all({"lease_until__lt": now}, now=now)


def recover_bind(*, gateway_id: int, bind_number: int, now: datetime) -> int:
    """A new process is this bind, so the old one is dead: take over its chunks at once."""
    return _recover_all({"gateway_id": gateway_id, "bind_number": bind_number}, now=now)


def _recover_all(which: dict, *, now: datetime) -> int:
    recovered = 0
    while True:
        with transaction.atomic():
            chunk = (
                Chunk.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(state=Chunk.State.LEASED, **which)
                .order_by("id")
                .first()
            )
            if chunk is None:
                return recovered
            _recover(chunk, now=now)
        recovered += 1


def _recover(chunk: Chunk, *, now: datetime) -> None:
    first = chunk.id * Chunk.SIZE
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id, attempts FROM messaging_message m
            WHERE id BETWEEN %s AND %s
              AND (status <= {Status.QUEUED:d} AND id <= %s AND attempts = 0 OR status = {Status.SUBMITTING:d})
            ORDER BY id
            """,  # noqa: S608 - numbers of our own enum
            [first, first + chunk.size - 1, chunk.cursor],
        )
        in_doubt = cursor.fetchall()
    again = set()
    if chunk.message_class == MessageClass.OTP:
        again = requeue([message_id for message_id, attempts in in_doubt if not attempts], error="unknown")
    move([News(message_id, Status.UNKNOWN, now, "unknown") for message_id, _ in in_doubt if message_id not in again])
    if in_doubt:
        log.warning("chunk %d: %d messages are unknown after a lost bind", chunk.id, len(in_doubt))
    settle_state(chunk, now=now)


def settle_unknown(*, now: datetime, most: int = 1000) -> int:
    """After settings.UNKNOWN_SETTLE_HOURS a message still unknown has failed; its price comes back if the tariff says
    so. How many were settled."""
    before = now - timedelta(hours=settings.UNKNOWN_SETTLE_HOURS)
    settled = 0
    campaigns = (
        Campaign.objects.filter(status_counts__status=Status.UNKNOWN, confirmed_at__lt=before)
        .values_list("pk", "first_id", "last_id")
        .distinct()
    )
    for campaign_id, first_id, last_id in campaigns.iterator():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT id FROM messaging_message
                WHERE account_id = (SELECT account_id FROM messaging_campaign WHERE id = %s)
                  AND id BETWEEN %s AND %s AND campaign_id = %s AND status = %s ORDER BY id LIMIT %s
                """,
                [campaign_id, first_id, last_id, campaign_id, Status.UNKNOWN, most],
            )
            ids = [row[0] for row in cursor]
            move([News(message_id, Status.FAILED, now, "unknown") for message_id in ids])
        settled += len(ids)
    return settled
