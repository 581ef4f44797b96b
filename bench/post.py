"""``POST /api/v1/messages``: one recipient a request, and 10,000 a request, over HTTP with rows and charges durable."""

import json
import tempfile
from pathlib import Path

from django.db import connection

from bench.plan import copy_by_hand
from bench.table import Row

CONNECTIONS = 64
BATCH = 10_000
TEXT = "کد ورود شما ۱۲۳۴۵ است"


def measure(stage, options) -> list[Row]:
    from messaging.checks import check_charges
    from messaging.models import Gateway, Message, Route
    from webservice.services import create_key

    gateway = Gateway.objects.create(name="post", host="127.0.0.1", port=1, system_id="bench")
    Route.objects.create(gateway=gateway)
    _key, secret = create_key(account=stage.account, name="bench", scopes=["send"])
    port = stage.web("smsplatform.wsgi:application", API_RATE_PER_MINUTE=str(10**9))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_message (id bigserial PRIMARY KEY, msisdn bigint, body text)")
    bare_port = stage.web("bench.bare_app:application", BENCH_CONNINFO=stage.conninfo)
    single = request_of(secret, {"to": "989120000000", "text": TEXT, "class": "otp"})
    many = request_of(secret, {"to": ["989120000000"] * BATCH, "text": TEXT, "class": "bulk"})
    bare = request_of("", {"to": "989120000000", "text": TEXT})
    mine, yardstick, batches, copies = [], [], [], []
    calls = max(4, options.rows // BATCH)
    sends = min(options.rows, 20_000)
    for run in range(options.runs + 1):
        there = Message.objects.count()
        one = _load(stage, port, CONNECTIONS, sends, single)
        assert Message.objects.count() == there + sends, "a message was lost or doubled"
        base = _load(stage, bare_port, CONNECTIONS, sends, bare)
        last = _last_chunk()
        batch = _load(stage, port, 2, calls, many)
        copy = copy_by_hand(stage, last + 1, _last_chunk(), at_once=BATCH // 1000)
        print(
            f"post {run or 'warm-up'}: single {sends / one['seconds']:.0f}/s (median {one['median_ms']:.1f} ms, "
            f"p99 {one['p99_ms']:.1f} ms), bare {sends / base['seconds']:.0f}/s, batch {batch['seconds']:.2f} s",
            flush=True,
        )
        if run:
            mine.append(one["seconds"])
            yardstick.append(base["seconds"])
            batches.append(batch["seconds"])
            copies.append(copy)
    assert check_charges() == []
    stage.stop_processes()
    name = f"{sends:,} single POST /messages over {CONNECTIONS} connections, row and charge durable"
    return [
        Row(name, sends, mine, "same server, no framework, one row inserted and committed", yardstick),
        Row(
            f"POST /messages of {BATCH:,} recipients a request, 2 at a time",
            calls * BATCH,
            batches,
            "bare COPY of the same rows, same indexes",
            copies,
        ),
    ]


def _last_chunk() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM messaging_chunk")
        return cursor.fetchone()[0]


def request_of(secret: str, body: dict) -> bytes:
    """A whole HTTP request of ``POST /api/v1/messages``."""
    octets = json.dumps(body, ensure_ascii=False).encode()
    head = (
        "POST /api/v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {secret}\r\nContent-Length: {len(octets)}\r\n\r\n"
    )
    return head.encode() + octets


def _load(stage, port: int, connections: int, total: int, request: bytes) -> dict:
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(request)
        return json.loads(stage.run("bench/http_load.py", str(port), str(connections), str(total), file.name))
