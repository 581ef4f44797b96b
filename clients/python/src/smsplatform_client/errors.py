"""What can go wrong, as exceptions. Compare ``code``: it never changes its meaning; sentences may."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx


class SmsError(Exception):
    """Everything that this package raises about a call."""


class ConnectionFailed(SmsError):
    """No answer came, however often it was tried. Whether the request was carried out is not known: the same call
    with the same ``idempotency_key`` within 24 hours does nothing twice."""

    def __init__(self, sentence: str, idempotency_key: str | None) -> None:
        super().__init__(sentence)
        self.idempotency_key = idempotency_key


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its path, such as ``to[3]``, a stable code, and a sentence."""

    field: str
    code: str
    detail: str


class ApiError(SmsError):
    """A problem document (RFC 9457). ``document`` has the members that belong to the code, such as ``limit``."""

    def __init__(self, answer: httpx.Response, document: Mapping[str, Any]) -> None:
        self.status = answer.status_code
        self.code = str(document.get("code") or f"http_{answer.status_code}")
        self.title = str(document.get("title") or answer.reason_phrase)
        self.advice = str(document.get("detail") or "")
        self.document = document
        self.request_id = answer.headers.get("X-Request-Id", "")
        self.retry_after = seconds_in(answer)
        self.errors = [
            FieldError(str(row.get("field")), str(row.get("code")), str(row.get("detail")))
            for row in document.get("errors") or []
        ]
        fields = "; ".join(f"{error.field}: {error.detail}" for error in self.errors)
        super().__init__(" ".join(part for part in (f"{self.code}: {self.title}.", self.advice, fields) if part))

    @property
    def field(self) -> str | None:
        """The first wrong field, where fields are wrong."""
        return self.errors[0].field if self.errors else None


class AuthenticationFailed(ApiError):
    """401: the key is missing, unknown, revoked or expired."""


class InsufficientCredit(ApiError):
    """402: nothing was sent. ``needed`` and ``balance`` are rials."""

    @property
    def needed(self) -> int | None:
        return self.document.get("needed")

    @property
    def balance(self) -> int | None:
        return self.document.get("balance")


class NotAllowed(ApiError):
    """403: the scope, the address or the account does not allow it."""


class NotFound(ApiError):
    """404: the account has no such thing."""


class Conflict(ApiError):
    """409: it is too late for this; ``document["state"]`` says how things stand."""


class Refused(ApiError):
    """400 and 422: the request must be changed; ``errors`` says where."""


class RateLimited(ApiError):
    """429 for longer than the client waits by itself; ``retry_after`` is in seconds."""


class ServerFailed(ApiError):
    """5xx, however often it was tried. Nothing was kept: the same call may be made again."""


OF_STATUS: dict[int, type[ApiError]] = {
    400: Refused,
    401: AuthenticationFailed,
    402: InsufficientCredit,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    422: Refused,
    429: RateLimited,
}


def error_of(answer: httpx.Response) -> ApiError:
    """The exception for an answer that is no success, also for one that something between us and the platform gave."""
    try:
        document = answer.json()
    except ValueError:
        document = {}
    if not isinstance(document, dict):
        document = {}
    kind = ServerFailed if answer.status_code >= 500 else OF_STATUS.get(answer.status_code, ApiError)
    return kind(answer, document)


def seconds_in(answer: httpx.Response) -> float | None:
    """Retry-After where it is a number of seconds."""
    written = answer.headers.get("Retry-After", "").strip()
    return float(written) if written.isascii() and written.isdigit() else None
