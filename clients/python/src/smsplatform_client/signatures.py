"""Whether a webhook call comes from the platform, and what it brings."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Sequence

from smsplatform_client.types import KnownEvent

HEADER = "Webhook-Signature"
TOLERANCE_SECONDS = 300


class InvalidSignature(ValueError):
    """The call is not the platform's, or an old one again. Answer 400 and do nothing."""


def events_of(
    body: bytes,
    signature: str | None,
    secrets: str | Iterable[str],
    *,
    tolerance: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> Sequence[KnownEvent]:
    """The events in a call, once its signature is found good; one, or many where the webhook batches.

    ``body`` are the octets as they came, ``signature`` the header Webhook-Signature. ``secrets`` is one secret, or
    several while they are being replaced. ``tolerance`` and ``now`` are in seconds. An event may come twice: keep the
    ``id`` of those that you have dealt with. Raises InvalidSignature.
    """
    known = [secrets] if isinstance(secrets, str) else list(secrets)
    timestamp, given = _read(signature or "")
    if abs((time.time() if now is None else now) - int(timestamp)) > tolerance:
        raise InvalidSignature("The call is too old, or the clock of this machine is wrong.")
    expected = [sign(body, secret, timestamp) for secret in known if secret]
    matches = [hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in given]
    if not any(matches):
        raise InvalidSignature("The signature is not of any of the secrets.")
    try:
        document = json.loads(body)
    except ValueError as error:
        raise InvalidSignature("The body is not JSON.") from error
    events: Sequence[KnownEvent] = document.get("events", [document])
    return events


def sign(body: bytes, secret: str, timestamp: int | str) -> str:
    """The ``v1`` of a call: for tests of your own receiver."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def _read(header: str) -> tuple[str, list[str]]:
    parts = [part.strip().partition("=") for part in header.split(",")]
    timestamp = next((value for name, _, value in parts if name == "t"), "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise InvalidSignature("The header Webhook-Signature is missing or malformed.")
    return timestamp, [value for name, _, value in parts if name == "v1"]
