"""A file of numbers → unique, routed, priced, charged, queued rows; beside a bare COPY of the same rows."""

import time

import psycopg
from django.db import connection
from django.utils import timezone

from bench.table import Row


def measure(stage, options) -> list[Row]:
    from messaging.models import Gateway, Route

    gateway = Gateway.objects.create(name="plan", host="127.0.0.1", port=1, system_id="bench", is_enabled=True)
    Route.objects.create(gateway=gateway)
    mine, its = [], []
    for run in range(options.runs + 1):
        seconds, campaign = _plan_and_charge(stage, options.rows)
        yardstick = copy_by_hand(stage, *_chunks(campaign))
        _forget(campaign)
        print(f"plan {run or 'warm-up'}: {seconds:.2f} s, COPY {yardstick:.2f} s", flush=True)
        if run:
            mine.append(seconds)
            its.append(yardstick)
    Route.objects.all().delete()
    name = f"plan and charge {options.rows:,} recipients from a file"
    return [Row(name, options.rows, mine, "bare COPY of the same rows, same indexes", its)]


def _plan_and_charge(stage, rows: int):
    from messaging import services
    from messaging.models import Campaign

    campaign = stage.campaign(rows)
    began = time.perf_counter()
    services.plan(campaign.pk, now=timezone.now())
    campaign = services.confirm(
        campaign=Campaign.objects.get(pk=campaign.pk), by=None, now=timezone.now(), hold_seconds=0
    )
    seconds = time.perf_counter() - began
    assert campaign.recipients == rows, campaign.recipients
    return seconds, campaign


_OUT = "COPY (SELECT * FROM messaging_message WHERE id BETWEEN %s AND %s ORDER BY id) TO STDOUT (FORMAT BINARY)"


def copy_by_hand(stage, first: int, last: int, *, at_once: int = 50) -> float:
    """The rows of chunks ``first`` … ``last`` by binary COPY into an empty table with the same indexes and settings,
    ``at_once`` chunks in a transaction; seconds."""
    with psycopg.connect(stage.conninfo, autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS copied")
        db.execute("CREATE TABLE copied (LIKE messaging_message INCLUDING ALL) WITH (fillfactor = 50)")
        pieces = []
        for chunk in range(first, last + 1, at_once):
            end = min(chunk + at_once, last + 1) * 1000 - 1
            with db.cursor() as cursor, cursor.copy(_OUT, [chunk * 1000, end]) as copy:
                pieces.append(b"".join(copy))
        began = time.perf_counter()
        for piece in pieces:
            with db.cursor() as cursor, cursor.copy("COPY copied FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(piece)
        seconds = time.perf_counter() - began
        db.execute("DROP TABLE copied")
    return seconds


def _chunks(campaign) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM messaging_chunk WHERE campaign_id = %s", [campaign.pk])
        return cursor.fetchone()


def _forget(campaign) -> None:
    """An empty table again, so that every run begins alike."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE messaging_message")
        cursor.execute("DELETE FROM messaging_statuscount")
        cursor.execute("DELETE FROM messaging_chunk")
        cursor.execute("UPDATE messaging_campaign SET state = 'discarded'")
