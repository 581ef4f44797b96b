"""Calling endpoints: one worker an endpoint, events of a message in order, failures again and again for a day (W11).

A slice of work: lease an endpoint, take the events whose turn it is, call, write down what came back, go on for a few
seconds. What a killed worker had under way is due again when its lease runs out: at least once, never lost.
"""

import random
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Least
from django.utils import timezone

from common import outbound
from webservice.webhooks import payloads, signing
from webservice.webhooks.models import Attempt, Delivery, Endpoint, Event
from webservice.webhooks.pausing import pause_failing

SLICE_SECONDS = 5.0
PARALLEL = 4  # calls to one endpoint at once, of events that may pass each other
SLOW_AT_ONCE = 4  # slow endpoints served at once, all workers together
SLOW_MILLISECONDS, QUICK_MILLISECONDS = 2000, 1000
ALONE_AFTER = 3  # an event that failed so often in a batch is sent by itself: it may be what the receiver chokes on
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
BACK_OFF_AFTER = 3
PAUSED_AFTER = timedelta(hours=24)
ANSWER_SHOWN = 500

Clock = Callable[[], datetime]

# A delivery whose turn it is: due, and no earlier event of the same message still to be delivered.
_IS_ITS_TURN = """
d.state = 0 AND d.next_at <= %(now)s AND (d.subject IS NULL OR NOT EXISTS (
    SELECT 1 FROM webservice_delivery o
    WHERE o.endpoint_id = d.endpoint_id AND o.subject = d.subject AND o.state = 0 AND o.id < d.id))
"""
_IS_TO_BE_SERVED = f"""
e.paused_at IS NULL
AND (e.lease_until IS NULL OR e.lease_until <= %(now)s) AND (e.not_before IS NULL OR e.not_before <= %(now)s)
AND EXISTS (SELECT 1 FROM webservice_delivery d WHERE d.endpoint_id = e.id AND {_IS_ITS_TURN})
"""  # noqa: S608

_DUE = f"SELECT count(*) FROM webservice_endpoint e WHERE {_IS_TO_BE_SERVED}"  # noqa: S608

_CLAIM = f"""
UPDATE webservice_endpoint SET lease_token = %(token)s, lease_until = %(until)s, served_at = %(now)s
WHERE id = (
    SELECT e.id FROM webservice_endpoint e
    WHERE {_IS_TO_BE_SERVED} AND (NOT e.is_slow OR %(slow)s > (
        SELECT count(*) FROM webservice_endpoint s WHERE s.is_slow AND s.lease_until > %(now)s))
    ORDER BY e.served_at NULLS FIRST, e.id
    LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
)
RETURNING id
"""  # noqa: S608

_TURN = f"""
SELECT d.id, d.event_id, d.attempts FROM webservice_delivery d
WHERE d.endpoint_id = %(endpoint)s AND {_IS_ITS_TURN} ORDER BY d.id LIMIT %(most)s
"""  # noqa: S608


@dataclass(slots=True)
class _Call:
    """Events that go in one call, and what came of it."""

    deliveries: list[tuple[int, int, int]]
    body: bytes
    attempt: Attempt | None = None


def due(*, now: datetime) -> int:
    """How many endpoints have something to be called with."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": now})
        return cursor.fetchone()[0]


def deliver_next(*, clock: Clock = timezone.now) -> bool:
    """Serve the endpoint that has waited longest, for a few seconds; False where none has anything due."""
    endpoint = _claim(clock())
    if endpoint is None:
        return False
    try:
        _give_up_late(endpoint, clock())
        began = time.monotonic()
        while time.monotonic() - began < SLICE_SECONDS:
            calls = _next_calls(endpoint, clock())
            if not calls or not _make(endpoint, calls, clock):
                break
    finally:
        Endpoint.objects.filter(pk=endpoint.pk, lease_token=endpoint.lease_token).update(
            lease_token=None, lease_until=None
        )
    return True


def lease_time() -> timedelta:
    return timedelta(seconds=3 * settings.WEBHOOK_TIMEOUT_SECONDS)


def wait_after(failures: int) -> timedelta:
    """5 seconds, doubled each time up to an hour, a fifth more or less so that calls do not come in waves."""
    wait = FIRST_WAIT * 2 ** min(failures - 1, 12)
    return min(wait, LONGEST_WAIT) * random.uniform(0.8, 1.2)


def _claim(now: datetime) -> Endpoint | None:
    values = {"token": uuid.uuid4(), "until": now + lease_time(), "now": now, "slow": SLOW_AT_ONCE}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        row = cursor.fetchone()
    return row and Endpoint.objects.select_related("account").filter(pk=row[0]).first()


def _give_up_late(endpoint: Endpoint, now: datetime) -> None:
    Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.PENDING, give_up_at__lte=now).update(
        state=Delivery.State.GIVEN_UP, settled_at=now
    )


def _next_calls(endpoint: Endpoint, now: datetime) -> list[_Call]:
    with connection.cursor() as cursor:
        most = endpoint.batch_size if endpoint.is_batched else PARALLEL
        cursor.execute(_TURN, {"endpoint": endpoint.pk, "now": now, "most": most})
        rows = cursor.fetchall()
    if not rows:
        return []
    groups = [[row] for row in rows]
    if endpoint.is_batched:
        together = [row for row in rows if row[2] < ALONE_AFTER]
        groups = [together] if together else groups[:1]
    events = Event.objects.filter(pk__in=[row[1] for group in groups for row in group])
    told = {document["id"]: document for document in payloads.rendered(list(events))}
    return [
        _Call(group, payloads.body_of([told[row[1]] for row in group], batched=endpoint.is_batched)) for group in groups
    ]


def _make(endpoint: Endpoint, calls: list[_Call], clock: Clock) -> bool:
    """Call, then write down what came back; whether to go on with this endpoint."""
    secrets = [endpoint.secret]
    if endpoint.previous_secret and endpoint.previous_secret_until and endpoint.previous_secret_until > clock():
        secrets.append(endpoint.previous_secret)
    with ThreadPoolExecutor(len(calls)) as pool:
        attempts = list(pool.map(lambda call: _post(endpoint, call, secrets, clock()), calls))
    for call, attempt in zip(calls, attempts, strict=True):
        call.attempt = attempt
    return _settle(endpoint, calls, clock())


def _post(endpoint: Endpoint, call: _Call, secrets: list[str], now: datetime) -> Attempt:
    """In a thread of its own: no database here."""
    attempt = Attempt(endpoint_id=endpoint.pk, at=now, events=[row[1] for row in call.deliveries], milliseconds=0)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        signing.ID_HEADER: str(call.deliveries[0][1]),
        signing.HEADER: signing.signature(timestamp=int(now.timestamp()), body=call.body, secrets_=secrets),
    }
    began = time.monotonic()
    try:
        answer = outbound.post(endpoint.url, body=call.body, headers=headers, timeout=settings.WEBHOOK_TIMEOUT_SECONDS)
    except outbound.CallFailed as failure:
        attempt.reason = failure.reason
        attempt.milliseconds = round((time.monotonic() - began) * 1000)
    else:
        attempt.status, attempt.milliseconds = answer.status, answer.milliseconds
        attempt.answer = answer.body.decode("utf-8", "replace").replace("\x00", "�")[:ANSWER_SHOWN]
    return attempt


def _settle(endpoint: Endpoint, calls: list[_Call], now: datetime) -> bool:
    """In one transaction, and only while the lease is ours. Whether to go on."""
    with transaction.atomic():
        there = (
            Endpoint.objects.select_for_update(no_key=True)
            .filter(pk=endpoint.pk, lease_token=endpoint.lease_token)
            .first()
        )
        if there is None:  # deleted, or taken over by another worker, which delivers these events again
            return False
        Attempt.objects.bulk_create([call.attempt for call in calls])
        well = [call for call in calls if call.attempt.is_success]
        badly = [call for call in calls if not call.attempt.is_success]
        _settle_delivered([row[0] for call in well for row in call.deliveries], now)
        for call in badly:
            _settle_failed(call, now)
        _judge(there, calls, recovered=bool(well), now=now)
        there.lease_until = now + lease_time()
        there.save(
            update_fields=["failures", "failing_since", "not_before", "is_slow", "paused_at", "pause_reason",
                           "lease_until"]
        )  # fmt: skip
        return not badly and there.paused_at is None


def _settle_delivered(ids: list[int], now: datetime) -> None:
    if ids:
        Delivery.objects.filter(pk__in=ids).update(state=Delivery.State.DELIVERED, settled_at=now)


def _settle_failed(call: _Call, now: datetime) -> None:
    for delivery_id, _, attempts in call.deliveries:
        next_at = Least(Value(now + wait_after(attempts + 1), DateTimeField()), "give_up_at")
        Delivery.objects.filter(pk=delivery_id).update(attempts=attempts + 1, next_at=next_at)


def _judge(endpoint: Endpoint, calls: list[_Call], *, recovered: bool, now: datetime) -> None:
    slowest = max(call.attempt.milliseconds for call in calls)
    if slowest > SLOW_MILLISECONDS:
        endpoint.is_slow = True
    elif slowest < QUICK_MILLISECONDS:
        endpoint.is_slow = False
    if any(call.attempt.reason in outbound.REFUSALS for call in calls):
        pause_failing(endpoint, Endpoint.PauseReason.REFUSED, now=now)
        return
    if any(call.attempt.status == 410 for call in calls):
        pause_failing(endpoint, Endpoint.PauseReason.GONE, now=now)
        return
    if recovered:
        if endpoint.failures >= BACK_OFF_AFTER:  # it is back: what waited for long goes now
            Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.PENDING).update(next_at=now)
        endpoint.failures, endpoint.failing_since, endpoint.not_before = 0, None, None
        return
    endpoint.failures += len(calls)
    endpoint.failing_since = endpoint.failing_since or now
    if endpoint.failures >= BACK_OFF_AFTER:
        endpoint.not_before = now + wait_after(endpoint.failures - BACK_OFF_AFTER + 1)
    if now - endpoint.failing_since >= PAUSED_AFTER:
        pause_failing(endpoint, Endpoint.PauseReason.FAILING, now=now)
