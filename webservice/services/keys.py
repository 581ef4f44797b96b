"""Making and revoking the keys of the web service (W1)."""

import hashlib
import ipaddress
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Account, User
from webservice.models import ApiKey

LIVE_PREFIX, TEST_PREFIX = "live_", "test_"
SECRET_BYTES = 32


class KeyRefused(Exception):
    """A key cannot be made as asked; ``field`` is what to mend and the message says how."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field
        self.message = message


def create_key(
    *,
    account: Account,
    name: str,
    scopes: Iterable[str],
    created_by: User | None = None,
    networks: Iterable[str] = (),
    expires_at: datetime | None = None,
    is_test: bool = False,
    request: HttpRequest | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its secret, which is never seen again: only its hash is stored.

    ``scopes`` are ApiKey.Scope values; ``networks`` are addresses or networks the key may be used from, none meaning
    anywhere. What a test key sends goes to the simulated operator only, and is free. ``request`` is the page's, for
    the audit trail. Raises KeyRefused for an empty name, no scope, an unknown scope, a malformed network or a past
    expiry.
    """
    name = name.strip()
    if not name:
        raise KeyRefused("name", _("Give the key a name."))
    if len(name) > 80:
        raise KeyRefused("name", _("The name may have at most 80 letters."))
    if expires_at is not None and expires_at <= timezone.now():
        raise KeyRefused("expires_at", _("The expiry must be in the future."))
    secret = (TEST_PREFIX if is_test else LIVE_PREFIX) + secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey(
        account=account,
        created_by=created_by,
        name=name,
        is_test=is_test,
        prefix=secret[:12],
        digest=digest_of(secret),
        scopes=_checked_scopes(scopes),
        networks=checked_networks(networks),
        expires_at=expires_at,
    )
    with transaction.atomic():
        key.save()
        details = {"scopes": key.scopes, "networks": key.networks, "is_test": is_test}
        record(action="key.created", user=created_by, account=account, target=key, details=details, request=request)
    return key, secret


@transaction.atomic
def revoke_key(key: ApiKey, *, by: User | None = None, request: HttpRequest | None = None) -> bool:
    """End a key at once; the next request with it is refused. False when it was revoked before."""
    changed = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
    if changed:
        record(action="key.revoked", user=by, account=key.account, target=key, request=request)
        key.refresh_from_db(fields=["revoked_at"])
    return bool(changed)


def digest_of(secret: str) -> str:
    """The form in which a secret is stored and looked up. A secret has 256 random bits, so a plain hash suffices."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _checked_scopes(scopes: Iterable[str]) -> list[str]:
    asked = {str(scope) for scope in scopes}
    if not asked:
        raise KeyRefused("scopes", _("Choose at least one thing that the key may do."))
    unknown = asked.difference(ApiKey.Scope.values)
    if unknown:
        raise KeyRefused("scopes", _("There is no scope named %(name)s.") % {"name": min(unknown)})
    return [scope for scope in ApiKey.Scope.values if scope in asked]


def checked_networks(networks: Iterable[str]) -> list[str]:
    """Addresses and networks in their canonical form, each once. Raises KeyRefused."""
    checked = []
    for written in filter(None, (network.strip() for network in networks)):
        try:
            network = ipaddress.ip_network(written, strict=False)
        except ValueError as error:
            raise KeyRefused(
                "networks",
                _(
                    "“%(written)s” is not an address. Write one such as 203.0.113.7, or a network such as "
                    "203.0.113.0/24."
                )
                % {"written": written},
            ) from error
        checked.append(str(network.network_address if network.num_addresses == 1 else network))
    return list(dict.fromkeys(checked))
