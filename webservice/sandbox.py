"""What a test key meets before its messages are taken: fates that no operator gives (W1, docs/api.md).

The others are the simulated operator's (messaging.smpp.simulator), and one is planning's (blocked).
"""

from collections.abc import Iterable

from django.core.cache import cache

from billing.selectors import balance
from billing.services import InsufficientCredit
from common.phones import normalise
from webservice.models import ApiKey
from webservice.problems import Code, Problem

ENDING = 10_000
NO_CREDIT, TOO_MANY = 402, 429  # a number that ends in 0402, in 0429
RETRY_SECONDS = 1
REMEMBERED_SECONDS = 60


def refuse_agreed(key: ApiKey, recipients: Iterable[str | int]) -> None:
    """Raises InsufficientCredit where a test key sends to a number ending in 0402, and Problem (429) the first time of
    every two where it sends to one ending in 0429, so that a repeat passes. Other keys: nothing."""
    if not key.is_test:
        return
    endings = {number % ENDING for raw in recipients if (number := normalise(raw))}
    if NO_CREDIT in endings:
        there = balance(key.account)
        raise InsufficientCredit(needed=max(there, 0) + 1, balance=there)
    name = f"sandbox-throttled:{key.pk}"
    if TOO_MANY in endings and not cache.delete(name):
        cache.set(name, True, REMEMBERED_SECONDS)
        raise Problem(Code.RATE_LIMITED, headers={"Retry-After": str(RETRY_SECONDS)})
