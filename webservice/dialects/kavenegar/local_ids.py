"""Clients' own ids: a message that was sent under one is not sent again under it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from messaging.models import Message
from webservice.dialects.sending import messages_by_id
from webservice.models import ApiKey, LocalId

# An update that changes nothing makes the statement wait for, lock and return a row that is already there.
_CLAIM = """
    INSERT INTO webservice_localid (account_id, local_id, created_at)
    SELECT %s, given.local_id, %s FROM unnest(%s::text[]) AS given(local_id) ORDER BY given.local_id
    ON CONFLICT (account_id, local_id) DO UPDATE SET local_id = EXCLUDED.local_id
    RETURNING local_id, message_id
"""


def claim(key: ApiKey, local_ids: Iterable[str], now: datetime) -> dict[str, Message]:
    """The messages already sent under these ids. The others are held for the caller's transaction: a request that
    brings one of them meanwhile waits for it. They are taken in order, so two requests never wait for each other."""
    wanted = {_stored(key, local_id): local_id for local_id in local_ids}
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [key.account_id, now, sorted(wanted)])
        sent = {wanted[stored]: message_id for stored, message_id in cursor if message_id is not None}
    found = messages_by_id(key, sent.values())
    return {local_id: found[message_id] for local_id, message_id in sent.items() if message_id in found}


def settle(key: ApiKey, messages: dict[str, int]) -> None:
    """Remember which message each id now stands for."""
    by_stored = {_stored(key, local_id): message_id for local_id, message_id in messages.items()}
    rows = list(LocalId.objects.filter(account=key.account, local_id__in=by_stored))
    for row in rows:
        row.message_id = by_stored[row.local_id]
    LocalId.objects.bulk_update(rows, ["message_id"])


def known(key: ApiKey, local_ids: Iterable[str], *, since: datetime) -> dict[str, int]:
    """The ids of the messages sent under these ids since then."""
    wanted = {_stored(key, local_id): local_id for local_id in local_ids}
    rows = LocalId.objects.filter(
        account=key.account, local_id__in=wanted, created_at__gte=since, message_id__isnull=False
    )
    return {wanted[stored]: message_id for stored, message_id in rows.values_list("local_id", "message_id")}


def _stored(key: ApiKey, local_id: str) -> str:
    """The ids of tests stand apart (W1); those that clients give are digits."""
    return f"t{local_id}" if key.is_test else local_id
