"""Codes: made by a cryptographic generator, kept as a keyed hash, compared in constant time."""

import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

MASK = "*"  # one septet in GSM-7 as in UCS-2 a unit, like a digit: a text with it has the size of the real one
_SALT = "webservice.verifications"


def new_code(length: int) -> str:
    """``length`` digits, the first of which may be 0."""
    return f"{secrets.randbelow(10**length):0{length}}"


def new_nonce() -> str:
    return secrets.token_hex(16)


def digest_of(code: str, nonce: str) -> str:
    return salted_hmac(_SALT, f"{nonce}:{code}", algorithm="sha256").hexdigest()


def is_right(code: str, *, nonce: str, digest: str) -> bool:
    return constant_time_compare(digest_of(code, nonce), digest)
