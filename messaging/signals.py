"""What messaging announces to the apps above it."""

from django.dispatch import Signal

messages_received = Signal()
"""Subscribers' messages were stored: ``messages`` is a list of InboundMessage, whole (parts joined), in the order in
which they came, with ``line`` loaded. Sent inside the transaction that stores them, before the operator is told that
they are safe; so what a receiver writes is there exactly when the message is. Several messages come at once.

``account`` and ``line`` are None where the number belongs to no line of ours. A receiver must be quick: it writes rows,
set by set, or asks for a task by ``transaction.on_commit``. What it raises takes the messages back with it, and the
operator will bring them again.
"""
