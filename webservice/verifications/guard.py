"""Limits that make it useless to pump codes to numbers or to annoy people with them (W6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection

from accounts.models import Account
from webservice.verifications.models import Verification

_LOCK = 0x4F5450  # "OTP"
_BLOCK = 10_000  # numbers that differ in their last four digits only
_BURST = timedelta(minutes=10)
_HOUR = timedelta(hours=1)


class Limit(StrEnum):
    """Which limit was met; ``limit`` of the problem document."""

    TOO_SOON = "too_soon"
    NUMBER = "number"
    ACCOUNT = "account"
    PREFIX = "prefix"


@dataclass
class LimitReached(Exception):
    """No code is sent now; ``seconds`` later it may be."""

    limit: Limit
    seconds: int


def check(*, account: Account, msisdn: int, is_test: bool, now: datetime) -> None:
    """Raises LimitReached. Holds the account's codes back until the transaction ends, so that requests which come at
    once are counted one after the other."""
    _lock(account.pk)
    mine = Verification.objects.of(account).filter(is_test=is_test)
    to_number = mine.filter(msisdn=msisdn)
    last = to_number.order_by("-created_at").values_list("created_at", flat=True).first()
    interval = timedelta(seconds=settings.VERIFICATION_INTERVAL_SECONDS)
    if last and last + interval > now:
        raise LimitReached(Limit.TOO_SOON, _seconds(last + interval - now))
    _at_most(to_number, settings.VERIFICATIONS_PER_NUMBER, _HOUR, Limit.NUMBER, now)
    if not is_test:  # whatever account asks: people are not to be flooded
        everybody = Verification.objects.filter(msisdn=msisdn, is_test=False)
        _at_most(everybody, 2 * settings.VERIFICATIONS_PER_NUMBER, _HOUR, Limit.NUMBER, now)
    _at_most(mine, settings.VERIFICATIONS_PER_ACCOUNT, _HOUR, Limit.ACCOUNT, now)
    block = msisdn - msisdn % _BLOCK
    neighbours = mine.filter(msisdn__range=(block, block + _BLOCK - 1)).exclude(msisdn=msisdn)
    _at_most(neighbours, settings.VERIFICATIONS_PER_PREFIX, _BURST, Limit.PREFIX, now)


def _at_most(sent, most: int, span: timedelta, limit: Limit, now: datetime) -> None:
    times = list(sent.filter(created_at__gt=now - span).order_by("-created_at").values_list("created_at")[:most])
    if len(times) >= most:
        raise LimitReached(limit, _seconds(times[-1][0] + span - now))


def _seconds(left: timedelta) -> int:
    return max(1, int(left.total_seconds()) + 1)


def _lock(account_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, account_id % 2**31])
