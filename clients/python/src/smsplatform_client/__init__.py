"""Send SMS and read what became of them: ``Client`` and ``AsyncClient`` have the same methods."""

from smsplatform_client import types
from smsplatform_client._async.client import AsyncClient
from smsplatform_client._sync.client import Client
from smsplatform_client._version import __version__
from smsplatform_client.errors import (
    ApiError,
    AuthenticationFailed,
    Conflict,
    ConnectionFailed,
    FieldError,
    InsufficientCredit,
    NotAllowed,
    NotFound,
    RateLimited,
    Refused,
    ServerFailed,
    SmsError,
)
from smsplatform_client.signatures import InvalidSignature, events_of, sign

__all__ = [
    "ApiError",
    "AsyncClient",
    "AuthenticationFailed",
    "Client",
    "Conflict",
    "ConnectionFailed",
    "FieldError",
    "InsufficientCredit",
    "InvalidSignature",
    "NotAllowed",
    "NotFound",
    "RateLimited",
    "Refused",
    "ServerFailed",
    "SmsError",
    "__version__",
    "events_of",
    "sign",
    "types",
]
