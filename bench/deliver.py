"""Charged rows → submitted → answered → receipt recorded, by real workers; beside a raw client and statements."""

import time

import psycopg
from django.db import connection
from django.utils import timezone

from bench import kannel
from bench.stage import wait_until
from bench.table import Row


def measure(stage, options) -> list[Row]:
    from messaging.models import Gateway, Route

    port = stage.simulator(latency_ms=options.latency_ms)
    gateway = Gateway.objects.create(
        name="deliver", host="127.0.0.1", port=port, system_id="bench", window=options.window, binds=options.binds
    )
    Route.objects.create(gateway=gateway)
    stage.binds(gateway, options.binds)
    wait_until(lambda: gateway.bind_rows.filter(state="bound").count() == options.binds, seconds=30)
    mine, whole, raw, bare, costs, peers = [], [], [], [], [], {}
    for run in range(options.runs + 1):
        before = stage.usage()
        planned, seconds = _deliver(stage, options.rows)
        cost = {name: used - before[name] for name, used in stage.usage().items()}
        client = float(
            stage.run("bench/raw_client.py", str(port), str(options.rows), str(options.window), str(options.binds))
        )
        statements = _by_hand(stage, options.rows)
        print(
            f"deliver {run or 'warm-up'}: planned in {planned:.2f} s, delivered in {seconds:.2f} s, "
            f"raw {client:.2f} s, statements {statements:.2f} s; " + _cost(cost, options.rows),
            flush=True,
        )
        if run:
            mine.append(seconds)
            whole.append(planned + seconds)
            raw.append(client)
            bare.append(statements)
            costs.append(cost)
            for kind, seconds in _peer(stage, port, options):
                peers.setdefault(kind, []).append(seconds)
    stage.stop_processes()
    name = (
        f"deliver {options.rows:,} with receipts, {options.binds} binds × {options.window}, {options.latency_ms:g} ms"
    )
    return [
        Row(
            name,
            options.rows,
            mine,
            "raw windowed client, receipts acknowledged, nothing kept",
            raw,
            _cost(_middle(costs), options.rows),
        ),
        Row(name, options.rows, mine, "COPY and UPDATE of the same rows by hand", bare),
        Row(f"{name}, from the file on", options.rows, whole, "COPY and UPDATE of the same rows by hand", bare),
        *(Row(name, options.rows, mine, kind, seconds) for kind, seconds in peers.items()),
        *_window(name, mine, options),
    ]


def _peer(stage, port: int, options) -> list[tuple[str, float]]:
    """What Debian's Kannel, where it is installed, takes for as many; of a few of them, for it is slower."""
    if not kannel.is_installed():
        return []
    rows = min(max(options.rows // 20, 5000), 10_000)
    given = {"rows": rows, "window": options.window}
    return [
        (
            f"Kannel with receipts, one bind, {words}",
            kannel.deliver(stage, port, **given, durable=durable) * options.rows / rows,
        )
        for words, durable in (("all in its memory", False), ("its queue on disk", True))
    ]


def _window(name: str, mine: list[float], options) -> list[Row]:
    """With a latency, no client can be faster than its windows a round trip."""
    if not options.latency_ms:
        return []
    fastest = options.rows / (options.window * options.binds / (options.latency_ms / 1000))
    return [Row(name, options.rows, mine, "window × binds / round trip", [fastest] * len(mine))]


def _middle(costs: list[dict]) -> dict:
    return sorted(costs, key=lambda cost: sum(used.seconds for used in cost.values()))[len(costs) // 2]


def _cost(cost: dict, rows: int) -> str:
    """Microseconds of processor time a message, and each kind of process's largest memory."""
    return ", ".join(
        f"{name} {used.seconds / rows * 1e6:.0f} µs" + (f" ({used.peak_mb:.0f} MB)" if used.peak_mb else "")
        for name, used in cost.items()
    )


def _deliver(stage, rows: int) -> tuple[float, float]:
    """Seconds of planning the file, and from the confirmation to the last receipt recorded; asserts that every message
    is delivered and paid."""
    from messaging import services
    from messaging.checks import check_charges
    from messaging.counts import counts_of
    from messaging.models import Campaign, Status

    campaign = stage.campaign(rows)
    began = time.perf_counter()
    services.plan(campaign.pk, now=timezone.now())
    planned = time.perf_counter() - began
    campaign = Campaign.objects.get(pk=campaign.pk)
    began = time.perf_counter()
    services.confirm(campaign=campaign, by=None, now=timezone.now(), hold_seconds=0)
    wait_until(
        lambda: counts_of([campaign.pk])[campaign.pk].get(Status.DELIVERED) == rows, seconds=max(60, rows / 1000)
    )
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM messaging_message WHERE campaign_id = %s AND status = %s",
            [campaign.pk, Status.DELIVERED],
        )
        assert cursor.fetchone()[0] == rows
    assert check_charges() == []
    return planned, seconds


_SUBMISSION = "message_id, part, attempt, gateway_id, bind_number, command_status, smsc_id, answered_at"
_RECEIPT = "gateway_id, smsc_id, state, error, source, destination, received_at, message_id, part, parts, raw"
_TABLES = """
DROP TABLE IF EXISTS m; DROP TABLE IF EXISTS s; DROP TABLE IF EXISTS r;
CREATE TABLE m (LIKE messaging_message INCLUDING ALL) WITH (fillfactor = 50);
CREATE TABLE s (LIKE messaging_submission INCLUDING ALL);
CREATE TABLE r (LIKE messaging_receipt INCLUDING ALL);
INSERT INTO m SELECT * FROM messaging_message WHERE campaign_id = (SELECT max(id) FROM messaging_campaign);
UPDATE m SET status = 20, final_at = NULL, submitted_at = NULL;
ANALYZE m;
"""
_UPDATE = """
UPDATE m SET status = 50, submitted_at = now(), final_at = now() FROM unnest(%s::bigint[]) AS n(id) WHERE m.id = n.id
"""


def _by_hand(stage, rows: int) -> float:
    """COPY the submissions and the receipts, and UPDATE each message once, 1,000 rows a transaction; nothing else."""
    with psycopg.connect(stage.conninfo) as db:
        db.execute(_TABLES)
        mine = "WHERE message_id IN (SELECT id FROM m) ORDER BY message_id"
        submissions = db.execute(f"SELECT {_SUBMISSION} FROM messaging_submission {mine}").fetchall()
        receipts = db.execute(f"SELECT {_RECEIPT} FROM messaging_receipt {mine}").fetchall()
        db.commit()
        began = time.perf_counter()
        for start in range(0, rows, 1000):
            piece = slice(start, start + 1000)
            _copy(db, f"COPY s ({_SUBMISSION}) FROM STDIN", submissions[piece])
            _copy(db, f"COPY r ({_RECEIPT}) FROM STDIN", receipts[piece])
            db.execute(_UPDATE, [[row[0] for row in submissions[piece]]])
            db.commit()
        seconds = time.perf_counter() - began
        db.execute("DROP TABLE m; DROP TABLE s; DROP TABLE r")
    return seconds


def _copy(db, statement: str, rows: list[tuple]) -> None:
    with db.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
