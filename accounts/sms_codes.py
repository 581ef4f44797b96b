"""Codes of the second step by SMS: limited, short-lived, good once (10, Beyond).

They leave by common.notify, so from the platform's own line and as one-time passwords; nobody but the addressee can
read them.
"""

import math
import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.addresses import lockout_address
from accounts.models import SmsCode, User
from common.notify import notify

GOOD_FOR = timedelta(minutes=5)
TRIES = 5
INTERVAL = timedelta(seconds=60)
HOUR = timedelta(hours=1)
CODES_AN_HOUR = 5  # to one user, and to one number whoever asks
CODES_AN_HOUR_OF_ADDRESS = 30  # many people share one at a mobile operator


class TooManyCodes(Exception):
    """No code is sent now; ``seconds`` later one may be."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@transaction.atomic
def send(user: User, mobile: str, *, request: HttpRequest, now: datetime) -> None:
    """Send a code to ``mobile``; earlier ones are worth nothing from now on. Raises TooManyCodes."""
    address = lockout_address(request)
    _one_at_a_time(user, mobile, address)
    seconds = seconds_left(user, mobile, request=request, now=now)
    if seconds:
        raise TooManyCodes(seconds)
    code, nonce = f"{secrets.randbelow(10**6):06}", secrets.token_hex(16)
    row = SmsCode.objects.create(
        user=user, mobile=mobile, address=address, nonce=nonce, digest=_digest(code, nonce), created_at=now,
        expires_at=now + GOOD_FOR,
    )  # fmt: skip
    with translation.override(user.language):
        notify(
            kind="login.code",
            key=f"login.code:{row.pk}",
            subject=_("The code of your login"),
            text=_("Your code for the login is %(code)s. It works for five minutes; give it to nobody.")
            % {"code": code},
            mobile=mobile,
            hides=code,
            expires_at=row.expires_at,
        )


def seconds_left(user: User, mobile: str, *, request: HttpRequest, now: datetime) -> int:
    """Whole seconds until another code may be sent; 0: now."""
    address = SmsCode.objects.filter(address=lockout_address(request))
    ends = [
        _end_of(SmsCode.objects.filter(user=user), 1, INTERVAL, now),
        _end_of(SmsCode.objects.filter(user=user), CODES_AN_HOUR, HOUR, now),
        _end_of(SmsCode.objects.filter(mobile=mobile), CODES_AN_HOUR, HOUR, now),
        _end_of(address, CODES_AN_HOUR_OF_ADDRESS, HOUR, now),
    ]
    return max((math.ceil((end - now).total_seconds()) for end in ends if end is not None), default=0)


def waiting(user: User, mobile: str, *, now: datetime) -> SmsCode | None:
    """The code that was sent last, while it may still be used."""
    last = SmsCode.objects.filter(user=user, mobile=mobile).order_by("-created_at", "-id").first()
    is_open = last is not None and last.used_at is None and last.expires_at > now and last.wrong < TRIES
    return last if is_open else None


def take(user: User, mobile: str, code: str, *, now: datetime) -> bool:
    """Whether ``code`` is the one that was sent last; it is used up then. The fifth wrong one ends it."""
    with transaction.atomic():
        found = waiting(user, mobile, now=now)
        row = SmsCode.objects.select_for_update().filter(pk=found.pk).first() if found else None
        if row is None or row.used_at is not None or row.wrong >= TRIES:
            return False
        if constant_time_compare(row.digest, _digest(code, row.nonce)):
            row.used_at = now
        else:
            row.wrong += 1
        row.save(update_fields=["used_at", "wrong"])
    return row.used_at is not None


def forget_old(now: datetime) -> None:
    """Rows that no limit counts any more are not kept."""
    SmsCode.objects.filter(created_at__lt=now - timedelta(days=1)).delete()


def _end_of(sent, most: int, span: timedelta, now: datetime) -> datetime | None:
    """When fewer than ``most`` of these rows are younger than ``span``; None: now."""
    times = list(sent.filter(created_at__gt=now - span).order_by("-created_at").values_list("created_at")[:most])
    return times[-1][0] + span if len(times) >= most else None


def _one_at_a_time(*names: object) -> None:
    """Requests that come at once are counted one after the other."""
    with connection.cursor() as cursor:
        for name in sorted(f"sms-code {type(name).__name__} {name}" for name in names):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _digest(code: str, nonce: str) -> str:
    return salted_hmac("accounts.sms_codes", f"{nonce} {code}", algorithm="sha256").hexdigest()
