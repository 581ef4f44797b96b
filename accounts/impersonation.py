"""Staff look at the panel as a member sees it: for a reason, for a while, without changing anything (staff desk).

The staff member stays logged in as themselves, so nothing of the member's person (password, second step, sessions) is
within reach; they are only given a place in the account, for looking. Every request is in the account's audit trail.

Who has the right of its own may ask for a place in which things are changed: those whose pages
``settings.IMPERSONATION_MAY_CHANGE`` names, and nothing else. Money, sends, passwords, keys and members are not among
them; a page that nobody named is refused.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts import audit
from accounts.models import Account, Membership, User

KEY = "impersonation"  # in the session: {"membership", "reason", "until", "changes", "back"}
PERMISSION = "accounts.impersonate"
AS_MEMBER = "accounts.impersonate_as_member"  # sees what the member's role shows, not only what a viewer sees
CHANGES = "accounts.impersonate_and_change"  # changes things in the member's place, and sees what their role shows
END_PATH = "/accounts/impersonate/end/"
WRITABLE = {END_PATH, "/accounts/logout/", "/language/", "/theme/"}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class NotAllowed(Exception):
    """Into the accounts of colleagues nobody looks like this."""


def may_look(user: User) -> bool:
    return user.is_staff and user.has_perm(PERMISSION)


def may_change(user: User) -> bool:
    return may_look(user) and user.has_perm(CHANGES)


def members_to_look_as(account: Account):
    """The members of ``account`` who are no staff."""
    members = Membership.objects.of(account).select_related("user", "account")
    return members.exclude(user__is_staff=True).exclude(user__is_superuser=True).order_by("id")


@transaction.atomic
def begin(
    request: HttpRequest, membership: Membership, *, reason: str, now: datetime, changes: bool = False, back: str = ""
) -> None:
    """Look as ``membership`` for settings.IMPERSONATION_MINUTES minutes, and with ``changes`` change things too;
    afterwards ``back`` is the page to return to. Raises NotAllowed for staff's own places, and for who may not change.
    """
    is_place = members_to_look_as(membership.account).filter(pk=membership.pk).exists()
    if not is_place or (changes and not may_change(request.user)):
        raise NotAllowed
    until = now + timedelta(minutes=settings.IMPERSONATION_MINUTES)
    kept = {"membership": membership.pk, "reason": reason, "until": until.timestamp()}
    request.session[KEY] = kept | {"changes": changes, "back": back}
    details = {"reason": reason} | ({"changes": True} if changes else {})
    _record(request, membership, "impersonation.begun", membership.user.username, details)


def current(request: HttpRequest) -> Membership | None:
    """The place that staff look from now, with its ``until`` and ``changes``; None when there is none, it ran out, or
    they may not."""
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
    membership.changes = kept.get("changes", False) and may_change(request.user)
    if not (membership.changes or request.user.has_perm(AS_MEMBER)):
        membership.role = Membership.Role.VIEWER
    return membership


def note(request: HttpRequest, membership: Membership) -> None:
    """Each request that is made while looking, also those that are refused; one that changes something by its name."""
    changes = request.method not in SAFE_METHODS and request.path not in WRITABLE and not is_refused(request)
    action = "impersonation.changed" if changes else "impersonation.request"
    _record(request, membership, action, request.path, {"method": request.method})


def is_refused(request: HttpRequest) -> bool:
    """Nothing is changed while looking; in a place in which things are changed, only what the settings name."""
    if request.method in SAFE_METHODS or request.path in WRITABLE:
        return False
    return not (request.impersonation.changes and is_open_to_staff(request.path))


def is_open_to_staff(path: str) -> bool:
    """Whether staff may change things by this page in a member's place."""
    try:
        name = resolve(path).view_name
    except Resolver404:
        return False
    app, _colon, _page = name.partition(":")
    return name in settings.IMPERSONATION_MAY_CHANGE or f"{app}:" in settings.IMPERSONATION_MAY_CHANGE


@transaction.atomic
def end(request: HttpRequest, membership: Membership) -> str:
    """Look no longer; the page to return to, or nothing."""
    back = request.session.pop(KEY).get("back", "")
    _record(request, membership, "impersonation.ended", membership.user.username, {})
    return back


def _record(request: HttpRequest, membership: Membership, action: str, target: str, details: dict) -> None:
    details = details | {"as": membership.user.username}
    audit.record(
        action=action, user=request.user, account=membership.account, target=target, details=details, request=request
    )
