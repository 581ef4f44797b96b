"""Everything a new customer needs, in one transaction: account, owner, lines, credit and an API key."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import services
from accounts.models import Account, User
from billing.selectors import balance
from billing.services import adjust, top_up
from common import phones
from numbers.models import Line
from numbers.services import add_line
from webservice.models import ApiKey
from webservice.services import create_key

SCOPES = (ApiKey.Scope.SEND, ApiKey.Scope.READ, ApiKey.Scope.CONTACTS, ApiKey.Scope.INBOX)


class ProvisionRefused(Exception):
    """What is asked for cannot be; the message says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Provisioned:
    """``password`` and ``api_key`` are shown this once; only their hashes are kept."""

    account: Account
    owner: User
    password: str
    api_key: str
    lines: list[Line]
    balance: int


@transaction.atomic
def provision(
    *,
    name: str,
    credit: int = 0,
    lines: Sequence[str] = (),
    line_kind: Line.Kind = Line.Kind.ADVERTISING,
    username: str = "",
    password: str = "",
    email: str = "",
    mobile: str = "",
    by: User | None = None,
    now: datetime,
) -> Provisioned:
    """A new active account with ``credit`` rials, its owner, active ``lines`` and a key of every customer's scope.

    User name and password are made up where none is given. Raises ProvisionRefused, numbers.services.LineRefused.
    """
    name = name.strip()
    if not 1 <= len(name) <= 120:
        raise ProvisionRefused(_("The name of an account has 1 to 120 letters."))
    if credit < 0:
        raise ProvisionRefused(_("Credit cannot be negative."))
    if mobile:
        number = phones.normalise(mobile)
        if number is None:
            raise ProvisionRefused(_("Write a mobile number such as 09121234567."))
        mobile = phones.e164(number)
    owner, password = _owner(username, password, by=by, email=email, mobile=mobile)
    account = services.create_account(name=name, owner=owner, email=email, mobile=mobile, by=by)
    added = [add_line(account=account, number=number, kind=line_kind, by=by, now=now) for number in lines]
    if credit:
        top_up(account=account, amount=credit, reference=f"opening:{account.pk}", reason="opening credit", by=by)
    _key, secret = create_key(account=account, name=name[:80], scopes=SCOPES, created_by=owner)
    return Provisioned(account, owner, password, secret, added, balance(account))


@transaction.atomic
def add_credit(*, account: Account, amount: int, reason: str = "", by: User | None = None) -> int:
    """Add ``amount`` rials, or take them where negative, as an adjustment; the new balance.

    Raises billing.services.InvalidAmount, InsufficientCredit.
    """
    reference = f"staff:{uuid4().hex}"
    if amount < 0:
        adjust(account=account, amount=amount, reference=reference, reason=reason or "adjustment by staff", by=by)
    else:
        top_up(account=account, amount=amount, reference=reference, reason=reason or "credit by staff", by=by)
    return balance(account)


def _owner(username: str, password: str, *, by: User | None, **fields: str) -> tuple[User, str]:
    username = User.normalize_username(username.strip()) or _free_username()
    user = User(username=username, **fields)
    try:
        user.clean_fields(exclude=["password"])
        if password:
            validate_password(password, user)
    except ValidationError as error:
        raise ProvisionRefused(" ".join(error.messages)) from error
    if User.objects.filter(username__iexact=username).exists():
        raise ProvisionRefused(_("The user name %(name)s is taken; choose another.") % {"name": username})
    password = password or secrets.token_urlsafe(12)
    return services.create_user(username=username, password=password, by=by, **fields), password


def _free_username() -> str:
    """user10427: short enough to read out, and nobody's yet."""
    while User.objects.filter(username=(name := f"user{secrets.randbelow(90_000) + 10_000}")).exists():
        pass
    return name
