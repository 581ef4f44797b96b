"""An account says what it uses the web service for (S1, 11)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest

from accounts.audit import record
from accounts.models import Account, User
from webservice.models import Activation
from webservice.services.keys import checked_networks


@transaction.atomic
def save_activation(
    *,
    account: Account,
    used_by: str,
    networks: Iterable[str],
    purpose: str,
    by: User | None = None,
    request: HttpRequest | None = None,
) -> Activation:
    """Write it down, or what changed about it; staff read it. Raises KeyRefused for a malformed address."""
    values: dict = {"used_by": used_by.strip(), "networks": checked_networks(networks), "purpose": purpose.strip()}
    values |= {"read_at": None, "read_by": None}
    activation, is_new = Activation.objects.update_or_create(account=account, defaults=values)
    action = "activation.created" if is_new else "activation.changed"
    record(action=action, user=by, account=account, target=activation, request=request)
    return activation


@transaction.atomic
def read_activation(*, activation: Activation, seen: datetime, by: User, now: datetime) -> bool:
    """Staff have read what was written until ``seen`` (its ``changed_at``). False where it was changed since, or
    somebody else has read it."""
    unread = Activation.objects.filter(pk=activation.pk, changed_at=seen, read_at=None)
    if not unread.update(read_at=now, read_by=by):
        return False
    record(action="activation.read", user=by, account=activation.account, target=activation)
    return True
