"""Asking people into an account by SMS or e-mail: a signed link that runs out and works once (10, Beyond)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, Invitation, Membership, User
from accounts.services import add_member
from common.notify import notify

_SALT = "accounts.invitation"


class InvitationRefused(Exception):
    """``message`` says why, in the reader's language."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@transaction.atomic
def invite(
    *, account: Account, role: str, mobile: str = "", email: str = "", by: User, now: datetime,
    request: HttpRequest | None = None,
) -> Invitation:  # fmt: skip
    """Write to the address how to join. Raises InvitationRefused: a member, already asked, too many in a day."""
    Account.objects.select_for_update().get(pk=account.pk)
    _refuse_needless(account, mobile, email, now)
    invitation = Invitation.objects.create(
        account=account, role=Membership.Role(role), mobile=mobile, email=email, invited_by=by, created_at=now,
        expires_at=now + timedelta(days=settings.INVITATION_DAYS),
    )  # fmt: skip
    _write(invitation)
    audit.record(
        action="member.invited", user=by, account=account, target=invitation, details={"role": role}, request=request
    )
    return invitation


def link(invitation: Invitation) -> str:
    """The address that only the one who was written to knows."""
    token = signing.dumps(invitation.pk, salt=_SALT)
    return settings.PUBLIC_URL.rstrip("/") + reverse("accounts:join", args=[token])


def invitation_of(token: str, now: datetime) -> Invitation | None:
    """The open invitation of a link; None for one that was used, withdrawn, ran out, or was never ours."""
    try:
        pk = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    found = Invitation.objects.select_related("account", "invited_by").filter(pk=pk).first()
    usable = found is not None and found.is_open(now) and found.account.state != Account.State.CLOSED
    return found if usable else None


@transaction.atomic
def accept(invitation: Invitation, user: User, *, now: datetime, request: HttpRequest | None = None) -> Membership:
    """Give ``user`` the place. Raises InvitationRefused where somebody took it meanwhile, or they are a member."""
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not locked.is_open(now):
        raise InvitationRefused(_("This invitation was used or withdrawn meanwhile."))
    if Membership.objects.of(invitation.account).filter(user=user).exists():
        raise InvitationRefused(_("You are already a member of this account."))
    locked.accepted_at = now
    locked.save(update_fields=["accepted_at"])
    return add_member(invitation.account, user, locked.role, by=user, request=request)


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User, now: datetime, request: HttpRequest | None = None) -> bool:
    """Its link stops working. False where it was accepted or withdrawn before."""
    waiting = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    if not waiting.update(withdrawn_at=now):
        return False
    audit.record(
        action="member.invitation_withdrawn", user=by, account=invitation.account, target=invitation, request=request
    )
    return True


def open_invitations(account: Account, now: datetime):
    """Those that wait for an answer, the newest first."""
    waiting = Invitation.objects.of(account).filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    return waiting.select_related("invited_by").order_by("-id")


def _refuse_needless(account: Account, mobile: str, email: str, now: datetime) -> None:
    members = User.objects.filter(memberships__account=account)
    if (mobile and members.filter(mobile=mobile).exists()) or (email and members.filter(email__iexact=email).exists()):
        raise InvitationRefused(_("This person is already a member."))
    waiting = open_invitations(account, now)
    if (mobile and waiting.filter(mobile=mobile).exists()) or (email and waiting.filter(email__iexact=email).exists()):
        raise InvitationRefused(_("This person has been invited and has not answered yet; withdraw that first."))
    if Invitation.objects.of(account).filter(created_at__gt=now - timedelta(days=1)).count() >= (
        settings.INVITATIONS_A_DAY
    ):
        raise InvitationRefused(_("Today's number of invitations is used up; invite the others tomorrow."))


def _write(invitation: Invitation) -> None:
    words = {"account": invitation.account.name, "who": str(invitation.invited_by), "link": link(invitation)}
    text = _("%(who)s invites you to the SMS account “%(account)s”. Join here: %(link)s") % words
    notify(
        kind="member.invitation",
        key=f"member.invitation:{invitation.pk}",
        subject=_("Invitation to the account “%(account)s”") % words,
        text=text,
        account_id=invitation.account_id,
        mobile=invitation.mobile,
        email=invitation.email,
    )
