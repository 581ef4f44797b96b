"""Received messages handed to web addresses (6.6): signed, tried again for a day, in the order in which they came.

The body is JSON. ``Webhook-Signature`` is ``v1=`` and the HMAC-SHA256, in hex, of ``<Webhook-Timestamp>.<body>`` with
the account's secret, which the owner sees in the editor of a rule.
"""

import hashlib
import hmac
import json
from datetime import datetime, timedelta

from django.db import transaction

from autoreply.models import Book, Forward
from common import outbound
from common.phones import e164

FIRST_WAIT, LONGEST_WAIT, KEPT_TRYING = timedelta(seconds=30), timedelta(hours=2), timedelta(days=1)
LEASE = timedelta(minutes=1)  # while one process calls, no other does
AT_ONCE = 5  # calls of at most ten seconds within the lease


def deliver_due(*, now: datetime) -> int:
    """Call for what is due, and say how many were tried. Safe beside itself; a call that a crash cut short is made
    again, so a receiver must expect the same ``id`` twice."""
    rows = _claim(now)
    secrets = Book.objects.in_bulk({row.account_id for row in rows})
    for row in rows:
        _deliver(row, secrets[row.account_id].secret, now=now)
    return len(rows)


@transaction.atomic
def _claim(now: datetime) -> list[Forward]:
    due = Forward.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=Forward.State.WAITING, due_at__lte=now
    )
    rows = list(due.select_related("message", "message__line").order_by("due_at", "pk")[:AT_ONCE])
    Forward.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=now + LEASE)
    return rows


def _deliver(row: Forward, secret: str, *, now: datetime) -> None:
    row.attempts += 1
    body = json.dumps(_document(row), ensure_ascii=False, separators=(",", ":")).encode()
    try:
        answer = outbound.post(row.url, body=body, headers=_headers(body, secret, now))
    except outbound.CallFailed as failure:
        row.status, row.problem = None, str(failure)[:300]
        is_final = isinstance(failure, outbound.Refused)
    else:
        row.status, row.problem, is_final = answer.status, "", False
        if 200 <= answer.status < 300:
            row.state = Forward.State.SENT
    if row.state == Forward.State.WAITING:
        row.due_at = now + min(FIRST_WAIT * 2 ** (row.attempts - 1), LONGEST_WAIT)
        if is_final or row.due_at - row.created_at > KEPT_TRYING:
            row.state = Forward.State.FAILED
    row.save(update_fields=["attempts", "status", "problem", "state", "due_at"])


def _document(row: Forward) -> dict:
    message = row.message
    return {
        "event": "message.received",
        "id": message.pk,
        "from": e164(message.msisdn) if message.msisdn else message.sender,
        "line": message.line.number if message.line else message.destination,
        "text": message.text,
        "received_at": message.received_at.isoformat().replace("+00:00", "Z"),
    }


def _headers(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    moment = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Webhook-Timestamp": moment,
        "Webhook-Signature": f"v1={digest}",
    }
