"""Staff look at the panel as a member sees it: for a reason, for a while, without changing anything (staff desk).

The staff member stays logged in as themselves, so nothing of the member's person (password, second step, sessions) is
within reach; they are only given a place in the account, for looking. Every request is in the account's audit trail.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Account, Membership, User

KEY = "impersonation"  # in the session: {"membership", "reason", "until"}
PERMISSION = "accounts.impersonate"
AS_MEMBER = "accounts.impersonate_as_member"  # sees what the member's role shows, not only what a viewer sees
END_PATH = "/accounts/impersonate/end/"
WRITABLE = {END_PATH, "/accounts/logout/", "/language/", "/theme/"}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class NotAllowed(Exception):
    """Into the accounts of colleagues nobody looks like this."""


def may_look(user: User) -> bool:
    return user.is_staff and user.has_perm(PERMISSION)


def members_to_look_as(account: Account):
    """The members of ``account`` who are no staff."""
    members = Membership.objects.of(account).select_related("user", "account")
    return members.exclude(user__is_staff=True).exclude(user__is_superuser=True).order_by("id")


@transaction.atomic
def begin(request: HttpRequest, membership: Membership, *, reason: str, now: datetime) -> None:
    """Look as ``membership`` for settings.IMPERSONATION_MINUTES minutes. Raises NotAllowed for staff's own places."""
    if not members_to_look_as(membership.account).filter(pk=membership.pk).exists():
        raise NotAllowed
    until = now + timedelta(minutes=settings.IMPERSONATION_MINUTES)
    request.session[KEY] = {"membership": membership.pk, "reason": reason, "until": until.timestamp()}
    _record(request, membership, "impersonation.begun", membership.user.username, {"reason": reason})


def current(request: HttpRequest) -> Membership | None:
    """The place that staff look from now, with its ``until``; None when there is none, it ran out, or they may not."""
    kept = request.session.get(KEY)
    if kept is None or not may_look(request.user):
        return None
    membership = (
        Membership.objects.filter(pk=kept["membership"])
        .exclude(account__state=Account.State.CLOSED)
        .exclude(user__is_staff=True)
        .select_related("account", "user")
        .first()
    )
    if membership is None or kept["until"] <= timezone.now().timestamp():
        del request.session[KEY]
        return None
    membership.until = datetime.fromtimestamp(kept["until"], tz=timezone.get_default_timezone())
    if not request.user.has_perm(AS_MEMBER):
        membership.role = Membership.Role.VIEWER
    return membership


def note(request: HttpRequest, membership: Membership) -> None:
    """Each request that is made while looking, also those that are refused."""
    _record(request, membership, "impersonation.request", request.path, {"method": request.method})


def is_refused(request: HttpRequest) -> bool:
    """Nothing is changed while looking: neither money, messages nor passwords."""
    return request.method not in SAFE_METHODS and request.path not in WRITABLE


@transaction.atomic
def end(request: HttpRequest, membership: Membership) -> None:
    del request.session[KEY]
    _record(request, membership, "impersonation.ended", membership.user.username, {})


def _record(request: HttpRequest, membership: Membership, action: str, target: str, details: dict) -> None:
    details = details | {"as": membership.user.username}
    audit.record(
        action=action, user=request.user, account=membership.account, target=target, details=details, request=request
    )
