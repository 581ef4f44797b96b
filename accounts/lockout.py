"""Who has guessed passwords too often: django-axes counts by (user name, address); here the address alone as well.

Three failures close one name from one address. Behind one address of a mobile operator sit thousands of people, so
the address alone is closed only after many failures, whatever the names (settings.LOGIN_ADDRESS_FAILURE_LIMIT).
"""

import math

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.selectors import home_account


class LockoutHandler(AxesDatabaseHandler):
    """django-axes' own handler, and the looser rule for an address, and the audit trail."""

    def is_locked(self, request: HttpRequest, credentials: dict | None = None) -> bool:
        return super().is_locked(request, credentials) or _address_is_locked(request)

    def user_login_failed(self, sender, credentials: dict, request: HttpRequest | None = None, **kwargs) -> None:
        was_locked = request is not None and request.axes_locked_out
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is None or was_locked:
            return
        if not request.axes_locked_out and _address_is_locked(request):
            request.axes_locked_out = True
            request.axes_credentials = credentials
        _record_failure(request, credentials.get("username", ""))

    def reset_attempts(
        self, *, ip_address: str | None = None, username: str | None = None, ip_or_username: bool = False
    ) -> int:
        count = super().reset_attempts(ip_address=ip_address, username=username, ip_or_username=ip_or_username)
        if count:
            user = User.objects.filter(username=username).first() if username else None
            audit.record(
                action="login.unlocked",
                account=home_account(user) if user else None,
                target=username or "",
                details={"address": ip_address} if ip_address else {},
            )
        return count


def unlock(user: User, *, by: User | None = None, request: HttpRequest | None = None) -> bool:
    """Forget every failed login of ``user``, from any address. False where there was none."""
    count, _kinds = AccessAttempt.objects.filter(username=user.username).delete()
    if count:
        audit.record(
            action="login.unlocked", user=by, account=home_account(user), target=user.username, request=request
        )
    return bool(count)


def closed_logins() -> QuerySet:
    """The (user name, address) pairs that are closed now, as rows of django-axes' counters."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    pairs = AccessAttempt.objects.filter(attempt_time__gte=since).order_by().values("username", "ip_address")
    return pairs.annotate(failures=Sum("failures_since_start")).filter(failures__gte=settings.AXES_FAILURE_LIMIT)


def minutes_left(request: HttpRequest, credentials: dict | None) -> int:
    """Whole minutes, at least 1, until the one who was locked out may try again."""
    AxesProxyHandler.update_request(request)
    own = AccessAttempt.objects.filter(ip_address=request.axes_ip_address)
    if not _address_is_locked(request) and credentials:
        own = own.filter(username=credentials.get("username"))
    last = own.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    seconds = (last + settings.AXES_COOLOFF_TIME - timezone.now()).total_seconds()
    return max(1, math.ceil(seconds / 60))


def _address_is_locked(request: HttpRequest) -> bool:
    since = request.axes_attempt_time - settings.AXES_COOLOFF_TIME
    recent = AccessAttempt.objects.filter(ip_address=request.axes_ip_address, attempt_time__gte=since)
    failures = recent.aggregate(sum=Sum("failures_since_start"))["sum"] or 0
    return failures >= settings.LOGIN_ADDRESS_FAILURE_LIMIT


def _record_failure(request: HttpRequest, username: str) -> None:
    """A name that nobody bears is not kept: people type their password into the wrong field."""
    user = User.objects.filter(username=username).first()
    audit.record(
        action="login.locked" if request.axes_locked_out else "login.failed",
        account=home_account(user) if user else None,
        target=user.username if user else "",
        request=request,
    )
