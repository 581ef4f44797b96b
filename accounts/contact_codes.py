"""A new mobile or e-mail address is one's own only after the code that was sent there came back (10).

What waits is kept in the session, of the code only a hash.
"""

import secrets
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.selectors import home_account
from common.notify import notify
from common.text.folding import ascii_digits

WAITING = "contact_codes"  # in the session: {"mobile" | "email": {"address", "digest", "tries", "until"}}
GOOD_FOR = timedelta(minutes=10)
TRIES = 5
CODES_AN_HOUR = 5


class TooManyCodes(Exception):
    """No more codes for this user within the hour."""


def send(request: HttpRequest, way: str, address: str, *, now: datetime) -> None:
    """Send a code to a new address of the user: ``way`` is "mobile" or "email". Raises TooManyCodes."""
    counter = f"contact-codes:{request.user.pk}"
    cache.add(counter, 0, timeout=3600)
    if cache.incr(counter) > CODES_AN_HOUR:
        raise TooManyCodes
    code = f"{secrets.randbelow(10**6):06}"
    request.session[WAITING] = waiting(request, now) | {
        way: {"address": address, "digest": _digest(address, code), "tries": 0, "until": (now + GOOD_FOR).timestamp()}
    }
    notify(
        kind="profile.code",
        key=f"profile.code:{request.user.pk}:{secrets.token_hex(8)}",
        subject=_("The code for your new address"),
        text=_("Your code is %(code)s. Write it in the panel within ten minutes; give it to nobody.") % {"code": code},
        mobile=address if way == "mobile" else None,
        email=address if way == "email" else None,
        hides=code,
        expires_at=now + GOOD_FOR,
    )


def waiting(request: HttpRequest, now: datetime) -> dict[str, dict]:
    """The addresses that wait for their codes and have not run out, by way."""
    kept = request.session.get(WAITING, {})
    return {way: one for way, one in kept.items() if one["until"] > now.timestamp() and one["tries"] < TRIES}


def take(request: HttpRequest, way: str, code: str, *, now: datetime) -> bool:
    """Whether ``code`` is the one that was sent; then the address is the user's. The fifth wrong code ends the try."""
    left = waiting(request, now)
    one = left.get(way)
    if one is None:
        return False
    written = "".join(ascii_digits(code).split())
    if not constant_time_compare(one["digest"], _digest(one["address"], written)):
        one["tries"] += 1
        request.session[WAITING] = left
        return False
    del left[way]
    request.session[WAITING] = left
    _change(request, way, one["address"])
    return True


@transaction.atomic
def _change(request: HttpRequest, way: str, address: str) -> None:
    User.objects.filter(pk=request.user.pk).update(**{way: address})
    audit.record(
        action="profile.changed", account=home_account(request.user), target=request.user.username,
        details={"fields": [way]}, request=request,
    )  # fmt: skip


def _digest(address: str, code: str) -> str:
    return salted_hmac("accounts.contact_codes", f"{address} {code}", algorithm="sha256").hexdigest()
