"""What changes accounts and the people in them. Each change leaves an entry in the audit trail."""

from django.db import transaction
from django.http import HttpRequest

from accounts import audit, second_step, sessions
from accounts.models import Account, Membership, User
from accounts.signals import account_suspended


class LastOwner(Exception):
    """The change would leave the account without an owner."""


class NoSecondStep(Exception):
    """Whoever asks it of others must have it first."""


@transaction.atomic
def create_account(
    *,
    name: str,
    owner: User | None = None,
    kind: str = Account.Kind.LEGAL,
    mobile: str = "",
    email: str = "",
    by: User | None = None,
    request: HttpRequest | None = None,
) -> Account:
    """A new active account, with ``owner`` as its first member. Its wallet is opened when money first moves."""
    account = Account.objects.create(name=name, kind=kind, mobile=mobile, email=email)
    audit.record(action="account.created", user=by, account=account, target=account, request=request)
    if owner is not None:
        add_member(account, owner, Membership.Role.OWNER, by=by, request=request)
    return account


@transaction.atomic
def create_user(
    *, username: str, password: str | None, by: User | None = None, request: HttpRequest | None = None, **fields
) -> User:
    """A new person, who cannot log in while ``password`` is None. ``fields`` are User's own: full_name, email…"""
    user = User.objects.create_user(username, password, **fields)
    audit.record(action="user.created", user=by, target=user.username, request=request)
    return user


@transaction.atomic
def add_member(
    account: Account, user: User, role: str, *, by: User | None = None, request: HttpRequest | None = None
) -> Membership:
    """Give ``user`` a place in ``account``. django.db.IntegrityError where they have one already."""
    membership = Membership.objects.create(account=account, user=user, role=Membership.Role(role))
    audit.record(
        action="member.added", user=by, account=account, target=user.username, details={"role": role}, request=request
    )
    return membership


@transaction.atomic
def change_role(
    membership: Membership, role: str, *, by: User | None = None, request: HttpRequest | None = None
) -> Membership:
    """Give a member another role. Raises LastOwner where nobody else owns the account."""
    before, role = membership.role, Membership.Role(role)
    if before == role:
        return membership
    if before == Membership.Role.OWNER:
        _keep_an_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    audit.record(
        action="member.role_changed",
        user=by,
        account=membership.account,
        target=membership.user.username,
        details={"from": before, "to": role},
        request=request,
    )
    return membership


@transaction.atomic
def remove_member(membership: Membership, *, by: User | None = None, request: HttpRequest | None = None) -> None:
    """Take a member's place away and log them out everywhere, unless they leave by themselves.

    Raises LastOwner where nobody else owns the account.
    """
    if membership.role == Membership.Role.OWNER:
        _keep_an_owner(membership)
    account, user, role = membership.account, membership.user, membership.role
    membership.delete()
    leaves = by == user
    audit.record(
        action="member.left" if leaves else "member.removed", user=by, account=account, target=user.username,
        details={"role": role}, request=request,
    )  # fmt: skip
    if not leaves:
        sessions.end_all(user, by=by, request=request)


@transaction.atomic
def transfer_ownership(owner: Membership, to: Membership, *, request: HttpRequest | None = None) -> None:
    """``to`` owns the account from now on, and ``owner`` sends in it."""
    change_role(to, Membership.Role.OWNER, by=owner.user, request=request)
    change_role(owner, Membership.Role.SENDER, by=owner.user, request=request)


@transaction.atomic
def require_second_step(
    account: Account, is_wanted: bool, *, by: User | None = None, request: HttpRequest | None = None
) -> bool:
    """Let no member in without a second step of login, or let them again (10, Beyond). False where it was so already.

    Raises NoSecondStep where ``by`` has none.
    """
    if is_wanted and by is not None and second_step.factor_of(by) is None:
        raise NoSecondStep
    changed = Account.objects.filter(pk=account.pk).exclude(needs_second_step=is_wanted)
    if not changed.update(needs_second_step=is_wanted):
        return False
    account.needs_second_step = is_wanted
    action = "account.second_step_required" if is_wanted else "account.second_step_free"
    audit.record(action=action, user=by, account=account, target=account, request=request)
    return True


@transaction.atomic
def suspend(account: Account, *, by: User | None = None, reason: str = "", request: HttpRequest | None = None) -> bool:
    """Stop the account from sending; its members may still look, and its campaigns under way are paused
    (messaging.services.hold_suspended). False where it was not active."""
    if not _move(account, Account.State.ACTIVE, Account.State.SUSPENDED, "account.suspended", by, reason, request):
        return False
    account_suspended.send(sender=Account, account_id=account.pk)
    return True


def activate(account: Account, *, by: User | None = None, reason: str = "", request: HttpRequest | None = None) -> bool:
    """Let a suspended account send again. Its paused campaigns stay paused until somebody of the account resumes them.
    False where it was not suspended."""
    return _move(account, Account.State.SUSPENDED, Account.State.ACTIVE, "account.activated", by, reason, request)


@transaction.atomic
def _move(account: Account, before: str, after: str, action: str, by, reason: str, request) -> bool:
    if not Account.objects.filter(pk=account.pk, state=before).update(state=after):
        return False
    account.state = after
    details = {"reason": reason} if reason else {}
    audit.record(action=action, user=by, account=account, target=account, details=details, request=request)
    return True


def _keep_an_owner(membership: Membership) -> None:
    """The account's row is locked, so that two owners cannot leave at the same moment, each trusting the other."""
    Account.objects.select_for_update().get(pk=membership.account_id)
    others = Membership.objects.of(membership.account).filter(role=Membership.Role.OWNER).exclude(pk=membership.pk)
    if not others.exists():
        raise LastOwner
