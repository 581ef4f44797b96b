"""Who calls the web service: the bearer of a key (W1)."""

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication

from accounts.addresses import client_address
from common.context import remember
from webservice.models import ApiKey
from webservice.problems import Code, Problem
from webservice.services import digest_of

USE_NOTED_EVERY = timedelta(minutes=1)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}


class BearerKeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer <key>``; afterwards ``request.auth`` is the ApiKey, its account loaded.

    The key is read from the database at every request, so revoking it takes effect at once. Raises Problem.
    """

    def authenticate(self, request: HttpRequest):
        key = key_of_secret(secret_in(request), request)
        return key.created_by_id and key.created_by, key

    def authenticate_header(self, request: HttpRequest) -> str:
        return CHALLENGE["WWW-Authenticate"]


def key_of_secret(secret: str, request: HttpRequest) -> ApiKey:
    """The key of a secret, usable now and from this address; its use is noted. Raises Problem."""
    key = _key_of(secret)
    remember(account=key.account_id, key=key.pk)
    getattr(request, "_request", request).api_key = key  # for the request log, which stands outside
    now = timezone.now()
    _check(key, request, now)
    note_use(key, now)
    return key


def secret_in(request: HttpRequest) -> str:
    """The bearer's secret. Raises Problem."""
    scheme, _space, secret = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Problem(Code.KEY_MISSING, headers=CHALLENGE)
    return secret.strip()


def _key_of(secret: str) -> ApiKey:
    """Found by its hash: the time of the look-up tells nothing about a secret that is close to a real one."""
    key = ApiKey.objects.select_related("account", "created_by").filter(digest=digest_of(secret)).first()
    if key is None:
        raise Problem(Code.KEY_INVALID, headers=CHALLENGE)
    return key


def _check(key: ApiKey, request: HttpRequest, now: datetime) -> None:
    if key.revoked_at is not None:
        raise Problem(Code.KEY_REVOKED, headers=CHALLENGE)
    if key.expires_at is not None and key.expires_at <= now:
        raise Problem(Code.KEY_EXPIRED, headers=CHALLENGE)
    if key.networks:
        address = ip_address(client_address(request))
        if not any(address in ip_network(network) for network in key.networks):
            raise Problem(Code.ADDRESS_NOT_ALLOWED, more={"address": str(address)})
    if not key.account.is_active:
        raise Problem(Code.ACCOUNT_SUSPENDED)


def note_use(key: ApiKey, now: datetime) -> None:
    """Keep when the key was used last, to the minute."""
    before = now - USE_NOTED_EVERY
    if key.last_used_at is None or key.last_used_at < before:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=before)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
