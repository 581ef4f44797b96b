"""Whose events are written down: accounts with an endpoint, and those that read GET /events."""

import time
from datetime import timedelta

from django.utils import timezone

from accounts.models import Account
from webservice.webhooks.models import Endpoint, Listener

KEPT = timedelta(days=7)
FRESH_SECONDS = 2.0
_READ_NOTED_EVERY = timedelta(hours=1)
_known: tuple[float, frozenset[int]] = (float("-inf"), frozenset())


def listening_accounts() -> frozenset[int]:
    """Their ids, from memory; asked anew every two seconds, so that a bind does not ask at every move."""
    global _known
    asked_at, accounts = _known
    if time.monotonic() - asked_at > FRESH_SECONDS:
        accounts = _ask()
        _known = (time.monotonic(), accounts)
    return accounts


def forget_listeners() -> None:
    """This process asks again at the next event."""
    global _known
    _known = (float("-inf"), frozenset())


def note_reader(account: Account) -> None:
    """The account reads GET /events: from now on, and for a week after it last did, its events are kept."""
    now = timezone.now()
    listener, is_new = Listener.objects.get_or_create(account=account, defaults={"read_at": now})
    if is_new:
        forget_listeners()
    elif listener.read_at < now - _READ_NOTED_EVERY:
        Listener.objects.filter(pk=account.pk).update(read_at=now)


def _ask() -> frozenset[int]:
    endpoints = Endpoint.objects.values_list("account_id", flat=True).distinct()
    readers = Listener.objects.filter(read_at__gte=timezone.now() - KEPT).values_list("account_id", flat=True)
    return frozenset(endpoints) | frozenset(readers)
