"""What accounts announce to the apps above them."""

from django.dispatch import Signal

account_suspended = Signal()
"""An account may not send any more: ``account_id``. Sent inside the transaction that suspends it.

A receiver asks for a task by ``transaction.on_commit`` that stops what is under way; what comes under way at the same
moment is its sweeper's.
"""
