"""What messaging announces: each received message of an account with an auto-responder gets its row, and a nudge."""

import hashlib
from collections.abc import Sequence

from django.db import transaction

from autoreply.book import folded
from autoreply.models import Answer, Book
from common.bulk import copy_in
from messaging.models import InboundMessage


def take_in(*, messages: Sequence[InboundMessage], **_) -> None:
    """A waiting Answer for each, in the transaction that stores the messages: both are there, or neither."""
    mine = [message for message in messages if message.account_id and message.line_id]
    if not mine:
        return
    accounts = {message.account_id for message in mine}
    responding = set(Book.objects.filter(pk__in=accounts).values_list("pk", flat=True))
    rows = [
        Answer(
            message=message,
            account_id=message.account_id,
            line_id=message.line_id,
            msisdn=message.msisdn,
            fingerprint=fingerprint(folded(message.text)),
            received_at=message.received_at,
        )
        for message in mine
        if message.account_id in responding
    ]
    if rows:
        copy_in(rows)
        transaction.on_commit(_nudge, robust=True)


def fingerprint(text: str) -> int:
    """64 bits that tell texts apart."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _nudge() -> None:
    from autoreply.tasks import answer

    answer.apply_async(expires=60)
