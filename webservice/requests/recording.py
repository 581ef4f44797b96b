"""From an answered call to Valkey: a few microseconds in the request, the rest in a thread beside it."""

import atexit
import json
import logging
import os
import threading
import time
from collections import deque
from urllib.parse import parse_qsl

import redis
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.addresses import client_address
from common.logs import mask_numbers
from webservice.logs import mask_keys

log = logging.getLogger(__name__)

QUEUE = "api-requests"
EVERY_SECONDS = 0.5
MOST_HELD = 100_000  # in a process, while Valkey is away
MOST_WAITING = 1_000_000  # in Valkey, while no worker is there
BATCH = 1_000
LONGEST_PATH = 300
SHOWN = {
    "state", "status", "line", "campaign", "kind", "from", "until", "after", "limit", "cursor", "province", "method",
    "key",
}  # fmt: skip
NATIVE = "/api/v1/"

_rows: deque[tuple] = deque(maxlen=MOST_HELD)
_lock = threading.Lock()
_thread: tuple[int, threading.Thread] | None = None


def note(request: HttpRequest, response: HttpResponse, *, request_id: str, seconds: float) -> None:
    """Keep what a call with a known key was and how it ended; it reaches Valkey within half a second."""
    key = request.api_key
    _rows.append(
        (
            time.time(),
            key.pk,
            key.account_id,
            request.method,
            request.path,
            request.META.get("QUERY_STRING", ""),
            response.status_code,
            getattr(response, "problem_code", ""),
            seconds,
            client_address(request),
            request_id,
        )
    )
    _start()


def flush() -> int:
    """Hand everything that was noted to Valkey now; how many calls. What Valkey does not take is given up."""
    with _lock:
        rows = [_rows.popleft() for _ in range(len(_rows))]
    if not rows:
        return 0
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=2) as valkey:
            for start in range(0, len(rows), BATCH):
                valkey.rpush(QUEUE, *(_written(row) for row in rows[start : start + BATCH]))
            valkey.ltrim(QUEUE, -MOST_WAITING, -1)
    except redis.RedisError:
        log.warning("%d requests are missing in the log: Valkey does not answer", len(rows))
    return len(rows)


def _start() -> None:
    """One thread in each process; a forked one needs its own."""
    global _thread
    if _thread is not None and _thread[0] == os.getpid() and _thread[1].is_alive():
        return
    with _lock:
        if _thread is None or _thread[0] != os.getpid() or not _thread[1].is_alive():
            thread = threading.Thread(target=_go_on, name="request-log", daemon=True)
            _thread = os.getpid(), thread
            thread.start()
            atexit.register(flush)


def _go_on() -> None:
    while True:
        time.sleep(EVERY_SECONDS)
        flush()


def _written(row: tuple) -> str:
    at, key, account, method, path, query, status, code, seconds, address, request_id = row
    return json.dumps(
        [at, key, account, method[:10], shown(path, query), status, code, round(seconds * 1000), address, request_id]
    )


def shown(path: str, query: str) -> str:
    """A path as the log keeps it: keys and mobile numbers masked, of the query only what names nobody and says no
    text; the value of anything else is «…»."""
    is_native = path.startswith(NATIVE)
    pieces = []
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=None):
        value = mask_numbers(value[:60]) if is_native and name in SHOWN else "…"
        pieces.append(f"{mask_numbers(mask_keys(name[:40]))}={value}")
    masked = mask_numbers(mask_keys(path + "/"))[:-1]
    return (masked + ("?" + "&".join(pieces) if pieces else "")).replace("\x00", "")[:LONGEST_PATH]
