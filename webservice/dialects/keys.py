"""Who calls a dialect: the same keys as the native API, in the places where other providers' clients put theirs."""

from django.http import HttpRequest

from accounts.models import Membership
from webservice.authentication import key_of_secret
from webservice.models import ApiKey
from webservice.problems import Code, Problem
from webservice.throttling import count_request


def key_of_path(secret: str, request: HttpRequest, scope: str) -> ApiKey:
    """The key whose secret is the API key in the path. Raises Problem."""
    return _allowed(key_of_secret(secret, request), scope)


def key_of_pair(username: str, password: str, request: HttpRequest, scope: str) -> ApiKey:
    """The key whose secret is the password. Raises Problem.

    The secret alone proves who calls. The user name must be the key's name, or the login of a member of its account, so
    that a pair put together from two systems' settings is refused and not sent at the wrong account's cost.
    """
    key = key_of_secret(password, request)
    if not _is_name_of(key, username):
        raise Problem(Code.KEY_INVALID)
    return _allowed(key, scope)


def _is_name_of(key: ApiKey, username: str) -> bool:
    logins = Membership.objects.of(key.account).values_list("user__username", flat=True)
    return username.strip().casefold() in {name.strip().casefold() for name in (key.name, *logins)}


def _allowed(key: ApiKey, scope: str) -> ApiKey:
    allowance = count_request(key)
    if allowance and allowance.is_exceeded:
        raise Problem(Code.RATE_LIMITED, headers={"Retry-After": str(allowance.reset)})
    if scope not in key.scopes:
        raise Problem(Code.SCOPE_MISSING, more={"scope": scope})
    return key
