"""Clients' own ids: a message that was sent under one is not sent again under it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from accounts.models import Account
from messaging.models import Message
from webservice.dialects.sending import messages_by_id
from webservice.models import LocalId

# An update that changes nothing makes the statement wait for, lock and return a row that is already there.
_CLAIM = """
    INSERT INTO webservice_localid (account_id, local_id, created_at)
    SELECT %s, given.local_id, %s FROM unnest(%s::text[]) AS given(local_id) ORDER BY given.local_id
    ON CONFLICT (account_id, local_id) DO UPDATE SET local_id = EXCLUDED.local_id
    RETURNING local_id, message_id
"""


def claim(account: Account, local_ids: Iterable[str], now: datetime) -> dict[str, Message]:
    """The messages already sent under these ids. The others are held for the caller's transaction: a request that
    brings one of them meanwhile waits for it. They are taken in order, so two requests never wait for each other."""
    wanted = sorted(set(local_ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [account.pk, now, wanted])
        sent = {local_id: message_id for local_id, message_id in cursor if message_id is not None}
    found = messages_by_id(account, sent.values())
    return {local_id: found[message_id] for local_id, message_id in sent.items() if message_id in found}


def settle(account: Account, messages: dict[str, int]) -> None:
    """Remember which message each id now stands for."""
    rows = list(LocalId.objects.filter(account=account, local_id__in=messages))
    for row in rows:
        row.message_id = messages[row.local_id]
    LocalId.objects.bulk_update(rows, ["message_id"])
