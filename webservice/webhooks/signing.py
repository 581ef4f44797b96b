"""The signature of a call: HMAC-SHA256 over ``timestamp.body``; docs/webhooks.md shows how receivers check it. Pure."""

import hmac
import secrets

HEADER = "Webhook-Signature"
ID_HEADER = "Webhook-Id"
PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def signature(*, timestamp: int, body: bytes, secrets_: list[str]) -> str:
    """``t=<unix seconds>,v1=<hex>``, one v1 for each secret that is valid: two while one replaces the other."""
    signed = b"%d." % timestamp + body
    values = [f"v1={hmac.digest(secret.encode(), signed, 'sha256').hex()}" for secret in secrets_]
    return ",".join([f"t={timestamp}", *values])
