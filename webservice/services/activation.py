"""An account says what it uses the web service for (S1, 11)."""

from collections.abc import Iterable

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
    values = {"used_by": used_by.strip(), "networks": checked_networks(networks), "purpose": purpose.strip()}
    activation, is_new = Activation.objects.update_or_create(account=account, defaults=values)
    action = "activation.created" if is_new else "activation.changed"
    record(action=action, user=by, account=account, target=activation, request=request)
    return activation
