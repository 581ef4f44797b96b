"""What messaging announces to the apps above it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.dispatch import Signal

messages_received = Signal()
"""Subscribers' messages were stored: ``messages`` is a list of InboundMessage, whole (parts joined), in the order in
which they came, with ``line`` loaded. Sent inside the transaction that stores them, before the operator is told that
they are safe; so what a receiver writes is there exactly when the message is. Several messages come at once.

``account`` and ``line`` are None where the number belongs to no line of ours. A receiver must be quick: it writes rows,
set by set, or asks for a task by ``transaction.on_commit``. What it raises takes the messages back with it, and the
operator will bring them again.
"""

statuses_moved = Signal()
"""Messages of accounts that somebody listens for (``listen``) reached a status: ``moves`` is a list of StatusMove, one
for each campaign and status. Sent inside the transaction that moved them, once for each set of news that a bind or a
cancellation brought, which may be thousands of messages: a receiver writes its rows by one statement that joins the
ids with messaging_message (already changed), and never asks once for each message.

Before it is sent, an earlier move of the same message is committed; rows written here are therefore in its order.
"""

campaign_finished = Signal()
"""A campaign of an account that somebody listens for has handed over its last message: ``campaign``, its account and
line loaded. Sent once, inside the transaction that ends it. Receipts may still be on their way.
"""


@dataclass(frozen=True, slots=True)
class StatusMove:
    """``message_ids`` of one campaign, ascending, that reached ``status`` (a messaging.models.Status)."""

    account_id: int
    campaign_id: int
    status: int
    message_ids: list[int]


_listeners: list[Callable[[], frozenset[int]]] = []


def listen(accounts: Callable[[], frozenset[int]]) -> None:
    """Have the two signals above sent for the accounts that ``accounts()`` gives. It is asked at every move, so it
    answers from memory; while it gives none, moving messages costs what it costs without any signal."""
    _listeners.append(accounts)


def listened_for() -> frozenset[int]:
    """The accounts whose moves are announced."""
    return frozenset().union(*(accounts() for accounts in _listeners))
