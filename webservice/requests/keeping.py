"""From Valkey into the table, and out of it after 30 days (W10)."""

import json
from datetime import UTC, datetime, timedelta

import redis
from django.conf import settings
from django.db import connection, transaction

from common.bulk import copy_in
from webservice.models import ApiRequest
from webservice.requests.recording import QUEUE

BATCH = 5_000
KEPT = timedelta(days=30)


def keep() -> int:
    """Store what waits in Valkey; how many calls. A batch that cannot be stored goes back."""
    kept = 0
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=2) as valkey:
        while rows := valkey.lpop(QUEUE, BATCH):
            try:
                with transaction.atomic():
                    copy_in([_record(row) for row in rows])
            except BaseException:
                valkey.lpush(QUEUE, *reversed(rows))
                raise
            kept += len(rows)
    return kept


def forget(*, now: datetime, most: int = 50_000) -> int:
    """Delete what is older than 30 days, ``most`` rows a transaction; how many went."""
    deleted = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM webservice_apirequest WHERE id IN "
                "(SELECT id FROM webservice_apirequest WHERE at < %s ORDER BY at LIMIT %s)",
                [now - KEPT, most],
            )
            deleted += cursor.rowcount
            if cursor.rowcount < most:
                return deleted


def _record(row: bytes) -> ApiRequest:
    at, key, account, method, path, status, code, milliseconds, address, request_id = json.loads(row)
    return ApiRequest(
        at=datetime.fromtimestamp(at, UTC),
        key_id=key,
        account_id=account,
        method=method,
        path=path,
        status=status,
        code=code,
        duration_ms=milliseconds,
        address=address,
        request_id=request_id,
    )
