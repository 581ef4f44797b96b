"""Keywords from subscribers → stored, matched, answered: rows durable, charged, submitted; beside a raw client."""

import time

import psycopg
from django.db import connection

from bench.mo import KEYWORDS, keyword, write_in
from bench.stage import wait_until
from bench.table import Row


def measure(stage, options) -> list[Row]:
    from messaging.models import Gateway, Route

    port, control_port = stage.controlled_simulator(latency_ms=options.latency_ms)
    gateway = Gateway.objects.create(
        name="inbound", host="127.0.0.1", port=port, system_id="bench", window=options.window, binds=options.binds
    )
    Route.objects.create(gateway=gateway)
    _rules(stage)
    raw_port, raw_control_port = stage.controlled_simulator(latency_ms=options.latency_ms)
    stage.worker()
    stage.binds(gateway, options.binds)
    wait_until(lambda: gateway.bind_rows.filter(state="bound").count() == options.binds, seconds=30)
    mine, raw, copies = [], [], []
    for run in range(options.runs + 1):
        seconds, copied = _answer(stage, control_port, options.rows, run)
        client = float(
            stage.run(
                "bench/raw_replies.py", str(raw_port), str(raw_control_port), str(options.rows), str(options.window),
                str(options.binds),
            )
        )  # fmt: skip
        print(f"inbound {run or 'warm-up'}: {seconds:.2f} s, raw {client:.2f} s, COPY {copied:.2f} s", flush=True)
        if run:
            mine.append(seconds)
            raw.append(client)
            copies.append(copied)
    stage.stop_processes()
    name = f"{options.rows:,} keywords received and answered, {KEYWORDS:,} rules, {options.binds} binds"
    return [
        Row(name, options.rows, mine, "raw client that acknowledges and replies, nothing kept", raw),
        Row(name, options.rows, mine, "bare COPY of the messages, their log and the replies", copies),
    ]


def _rules(stage) -> None:
    from autoreply.services import save_rule, set_line_reply

    for number in range(KEYWORDS):
        save_rule(account=stage.account, keywords=[keyword(number)], reply=f"پاسخ شمارهٔ {number} برای شما")
    set_line_reply(account=stage.account, line=stage.line, per_hour=100, per_day=1000)


def _answer(stage, control_port: int, rows: int, run: int) -> tuple[float, float]:
    """Seconds from the first message to the operator's answer to the last reply, and those of the bare COPY."""
    from autoreply.models import Answer, Outcome
    from messaging.checks import check_charges
    from messaging.models import Campaign, InboundMessage, Status

    last_message = InboundMessage.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    last_campaign = Campaign.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    began = time.perf_counter()
    write_in(control_port, stage.line.number, first=989_120_000_000 + run * rows, count=rows)
    wait_until(lambda: _count(last_campaign, Status.SUBMITTED) == rows, seconds=max(60, rows / 200), every=0.1)
    seconds = time.perf_counter() - began
    mine = Answer.objects.filter(pk__gt=last_message, outcome=Outcome.ANSWERED)
    assert mine.count() == rows, mine.count()
    wait_until(lambda: _count(last_campaign, Status.DELIVERED) == rows, seconds=max(60, rows / 200))
    assert check_charges() == []
    return seconds, _by_hand(stage, last_message, last_campaign)


def _count(last_campaign: int, status: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM messaging_message WHERE campaign_id > %s AND status >= %s", [last_campaign, status]
        )
        return cursor.fetchone()[0]


_TABLES = {
    "messaging_inboundmessage": "id > {message}",
    "messaging_inboundpart": "message_id > {message}",
    "autoreply_answer": "message_id > {message}",
    "messaging_message": "campaign_id > {campaign}",
}
AT_ONCE = 1000


def _by_hand(stage, last_message: int, last_campaign: int) -> float:
    """The same rows by bare COPY, 1,000 at a time and committed, into tables with the same indexes."""
    seconds = 0.0
    with psycopg.connect(stage.conninfo, autocommit=True) as db:
        for table, which in _TABLES.items():
            condition = which.format(message=last_message, campaign=last_campaign)
            db.execute(f"DROP TABLE IF EXISTS copied; CREATE TABLE copied (LIKE {table} INCLUDING ALL)")
            with (
                db.cursor() as cursor,
                cursor.copy(f"COPY (SELECT * FROM {table} WHERE {condition}) TO STDOUT") as copy,
            ):
                lines = [bytes(line) for line in copy]
            began = time.perf_counter()
            for start in range(0, len(lines), AT_ONCE):
                with db.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as copy:
                    copy.write(b"".join(lines[start : start + AT_ONCE]))
            seconds += time.perf_counter() - began
        db.execute("DROP TABLE copied")
    return seconds
