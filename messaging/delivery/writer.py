"""A `Batch` into the database: answers, receipts, messages from subscribers, refunds and counts in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging.copying import Moments, copy_lines, escape
from messaging.delivery import inbound, receipts
from messaging.delivery.hand import Closing, HeldChunk, Item, Templates, validity_period
from messaging.delivery.intake import Batch
from messaging.dispatch import LEASE
from messaging.lifecycle import cancel_rows, move, move_where, requeue
from messaging.models import Campaign, Chunk, Gateway, Status
from messaging.signals import campaign_finished, listened_for


def write(batch: Batch, *, gateway_id: int, bind_number: int, now: datetime, is_repeat: bool = False) -> list[int]:
    """Make a batch durable, in the caller's transaction; ids of the inbound parts in it. ``is_repeat``: an earlier try
    failed, and perhaps only in telling us that it had been committed; what is there already stays as it is."""
    if is_repeat:
        _store_missing_submissions(batch.submissions, gateway_id, bind_number)
    else:
        _store_submissions(batch.submissions, gateway_id, bind_number)
    receipts.match(gateway_id, batch.receipts)
    receipts.store(gateway_id, batch.receipts)
    for news in receipts.news_for(batch.receipts, batch.news):
        batch.tell(news)
    move(list(batch.news.values()))
    requeue_items(batch.requeued.values())
    return inbound.store(gateway_id, batch.inbound, now=now)


def _store_submissions(rows: Sequence[tuple], gateway_id: int, bind_number: int) -> None:
    if not rows:
        return
    moments = Moments()
    bind = f"{gateway_id}\t{bind_number}\t"
    copy_lines(
        "messaging_submission (gateway_id, bind_number, message_id, part, attempt, command_status, smsc_id, "
        "answered_at)",
        (
            f"{bind}{message_id}\t{part}\t{attempt}\t{status}\t{escape(smsc_id[:65])}\t{moments[at]}\n"
            for message_id, part, attempt, status, smsc_id, at in rows
        ),
    )


def _store_missing_submissions(rows: Sequence[tuple], gateway_id: int, bind_number: int) -> None:
    """As above, but for those that are there: no COPY can leave rows out."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_submission
                (gateway_id, bind_number, message_id, part, attempt, command_status, smsc_id, answered_at)
            SELECT %s, %s, n.* FROM unnest(%s::bigint[], %s::smallint[], %s::smallint[], %s::int[], %s::text[],
                                           %s::timestamptz[]) AS n
            ON CONFLICT DO NOTHING
            """,
            [gateway_id, bind_number, *map(list, zip(*_shortened(rows), strict=True))],
        )


def _shortened(rows: Sequence[tuple]) -> list[tuple]:
    return [(*row[:4], row[4][:65].replace("\x00", ""), row[5]) for row in rows]


def requeue_items(items: Iterable[Item]) -> None:
    by_error: dict[str | None, list[int]] = {}
    for item in items:
        by_error.setdefault(item.error, []).append(item.id)
    for error, ids in by_error.items():
        requeue(ids, error=error)


# --- putting chunks down ----------------------------------------------------------------------------------------------


def finish(chunks: Sequence[HeldChunk], token: int, *, now: datetime) -> None:
    """Every message of these chunks was handed over and answered."""
    if not chunks:
        return
    ours(chunks, token).update(state=Chunk.State.DONE, lease_until=None, lease_token=None)
    _finish_after_commit({chunk.campaign_id for chunk in chunks}, now=now)


def lower(chunk: HeldChunk, token: int, *, now: datetime) -> None:
    """Commit the chunk's lowered cursor, and take back at once what a cancelled or expired chunk did not hand over."""
    ours([chunk], token).update(cursor=chunk.cursor)
    if chunk.closing is Closing.EXPIRED:
        move_where(
            "m.id BETWEEN %s AND %s AND m.status <= %s AND (m.id > %s OR m.attempts > 0)",
            [chunk.first_id, chunk.last_id, Status.QUEUED, chunk.cursor],
            status=Status.EXPIRED,
            at=now,
            error="expired",
        )
    elif held_up({chunk.campaign_id}).get(chunk.campaign_id) == Campaign.State.CANCELLED:
        for row in ours([chunk], token).select_for_update():
            cancel_rows(row, now=now)


def seal(chunk: HeldChunk, token: int, *, now: datetime) -> None:
    """Put down a chunk of which nothing is under way any more."""
    row = ours([chunk], token).select_for_update(of=("self",)).first()
    if row is not None:
        row.cursor = chunk.cursor
        settle_state(row, now=now)


def let_go(cursors: dict[int, int], token: int, *, now: datetime) -> None:
    """Put down those of these chunks that are ours after all, though nothing of them was handed over: the database
    went away between the commit of their lease and its answer. Left alone they would count as a lost bind's."""
    with transaction.atomic():
        ours = Chunk.objects.filter(pk__in=cursors, lease_token=token, state=Chunk.State.LEASED)
        for row in ours.select_for_update(of=("self",)).order_by("pk"):
            row.cursor = cursors[row.pk]
            settle_state(row, now=now)


def settle_state(chunk: Chunk, *, now: datetime) -> None:
    """Give a locked chunk that nobody holds any more the state that its campaign and its rows ask for."""
    state = Campaign.objects.select_for_update(of=("self",)).values_list("state", flat=True).get(pk=chunk.campaign_id)
    chunk.lease_token = chunk.lease_until = None
    if state == Campaign.State.CANCELLED:
        cancel_rows(chunk, now=now)
        chunk.state = Chunk.State.CANCELLED
    elif not _has_rows_left(chunk):
        chunk.state = Chunk.State.DONE
    else:
        chunk.state = Chunk.State.PAUSED if state == Campaign.State.PAUSED else Chunk.State.READY
    chunk.save(update_fields=["state", "cursor", "lease_token", "lease_until"])
    if chunk.state == Chunk.State.DONE:
        _finish_after_commit({chunk.campaign_id}, now=now)


def _has_rows_left(chunk: Chunk) -> bool:
    first = chunk.id * Chunk.SIZE
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [first, first + chunk.size - 1, chunk.cursor])
        return cursor.fetchone() is not None


def ours(chunks: Iterable[HeldChunk], token: int) -> QuerySet[Chunk]:
    """Those of these chunks whose lease is still this bind's."""
    return Chunk.objects.filter(pk__in=[chunk.id for chunk in chunks], lease_token=token, state=Chunk.State.LEASED)


_LEFT_TO_GO = [Chunk.State.HELD, Chunk.State.READY, Chunk.State.LEASED, Chunk.State.PAUSED]


def _finish_after_commit(campaign_ids: set[int], *, now: datetime) -> None:
    """Two binds that end a campaign's last chunks at once do not see each other's before both have committed."""
    transaction.on_commit(lambda: finish_campaigns(campaign_ids, now=now), robust=True)


def finish_forgotten(*, now: datetime) -> None:
    """Those whose last bind died between its commit and the look at the whole campaign."""
    left = Chunk.objects.filter(campaign_id=OuterRef("pk"), state__in=_LEFT_TO_GO)
    forgotten = Campaign.objects.filter(~Exists(left), state__in=[Campaign.State.RUNNING, Campaign.State.PAUSED])
    finish_campaigns(forgotten.values_list("pk", flat=True), now=now)


def finish_campaigns(campaign_ids: Iterable[int], *, now: datetime) -> None:
    """A campaign is sent once none of its chunks is left to go. Look after the commit of what ended a chunk."""
    for campaign_id in sorted(campaign_ids):
        if not Chunk.objects.filter(campaign_id=campaign_id, state__in=_LEFT_TO_GO).exists():
            if listened_for():
                with transaction.atomic():
                    if _finish_campaign(campaign_id, now=now):
                        _announce_finished(campaign_id)
            else:
                _finish_campaign(campaign_id, now=now)


def _finish_campaign(campaign_id: int, *, now: datetime) -> int:
    return Campaign.objects.filter(
        Q(state=Campaign.State.RUNNING) | Q(state=Campaign.State.QUEUED) | Q(state=Campaign.State.PAUSED),
        pk=campaign_id,
    ).update(state=Campaign.State.FINISHED, finished_at=now, wire_text=None)


def _announce_finished(campaign_id: int) -> None:
    campaign = Campaign.objects.select_related("account", "line").get(pk=campaign_id)
    if campaign.account_id in listened_for():
        campaign_finished.send(sender=Campaign, campaign=campaign)


# --- taking work ------------------------------------------------------------------------------------------------------


def begin_campaigns(campaign_ids: set[int], *, now: datetime) -> None:
    Campaign.objects.filter(pk__in=campaign_ids, state=Campaign.State.QUEUED).update(
        state=Campaign.State.RUNNING, started_at=now, undo_until=None
    )


_LOAD = f"""
SELECT id, msisdn, parts, attempts, text, status FROM messaging_message
WHERE id BETWEEN %s AND %s AND status <= {Status.QUEUED:d} AND (id > %s OR attempts > 0)
ORDER BY id
"""  # noqa: S608 - a number of our own enum


def load(chunk: HeldChunk) -> list[Item]:
    """The items of a leased chunk that are still to be handed over; first those that are to be tried again."""
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [chunk.first_id, chunk.last_id, chunk.cursor])
        items = [Item(chunk, *row[:5]) for row in cursor]
    again = [item for item in items if item.attempts and item.parts > 1]
    if again:
        _leave_out_accepted_parts(again)
    return items


def _leave_out_accepted_parts(items: list[Item]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, part FROM messaging_submission WHERE message_id = ANY(%s) AND command_status = 0",
            [[item.id for item in items]],
        )
        accepted: dict[int, set[int]] = {}
        for message_id, part in cursor:
            accepted.setdefault(message_id, set()).add(part)
    for item in items:
        item.todo = [part for part in item.todo if part not in accepted.get(item.id, ())]
        item.waiting = len(item.todo)


def templates_for(gateway: Gateway, campaign_ids: set[int], chunks: Iterable[tuple], *, now: datetime) -> dict:
    """campaign id → the bodies of its submit_sm."""
    expiry = {row[1]: row[6] for row in chunks}
    rows = Campaign.objects.filter(pk__in=campaign_ids).values_list("pk", "line__number", "text", "wire_text")
    return {
        pk: Templates(gateway, number, wire_text or text, validity_period(expiry.get(pk), now))
        for pk, number, text, wire_text in rows
    }


def advance(cursors: dict[int, int], token: int) -> set[int]:
    """Commit, with the caller's transaction, that everything up to these cursors is about to be written to a socket.
    The ids of the chunks that are still ours; the others were taken from us and nothing of them may be sent."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE messaging_chunk c SET cursor = n.cursor
            FROM unnest(%s::bigint[], %s::bigint[]) AS n(id, cursor)
            WHERE c.id = n.id AND c.lease_token = %s AND c.state = {Chunk.State.LEASED:d}
            RETURNING c.id
            """,  # noqa: S608
            [list(cursors), list(cursors.values()), token],
        )
        return {row[0] for row in cursor}


def renew(token: int, *, now: datetime) -> set[int]:
    """Keep the lease of every chunk of ours; the ids that are still ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE messaging_chunk SET lease_until = %s
            WHERE lease_token = %s AND state = {Chunk.State.LEASED:d} RETURNING id
            """,  # noqa: S608
            [now + LEASE, token],
        )
        return {row[0] for row in cursor}


def held_up(campaign_ids: set[int]) -> dict[int, str]:
    """Of these campaigns, those that people paused or cancelled."""
    return dict(
        Campaign.objects.filter(
            pk__in=campaign_ids, state__in=[Campaign.State.PAUSED, Campaign.State.CANCELLED]
        ).values_list("pk", "state")
    )
