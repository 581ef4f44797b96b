"""Secrets that must be read back (bind passwords) are kept encrypted with the keys of FIELD_ENCRYPTION_KEYS.

The first key encrypts; all of them decrypt, so a key is replaced by putting the new one before it for a while.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models


class Undecipherable(ValueError):
    """No key of FIELD_ENCRYPTION_KEYS opens the token: a key was lost, or the token was altered."""


def encrypt(text: str) -> str:
    """A token that only our keys open. The same text gives another token each time."""
    return _keys(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """The text of a token of ``encrypt``. Raises Undecipherable."""
    try:
        return _keys(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable("no key of FIELD_ENCRYPTION_KEYS opens this value") from error


@lru_cache(maxsize=8)
def _keys(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(secret)) for secret in secrets])


def _derived(secret: str) -> bytes:
    derivation = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"common.crypto field encryption")
    return base64.urlsafe_b64encode(derivation.derive(secret.encode()))


class EncryptedTextField(models.TextField):
    """A text that lies encrypted in the database. It cannot be searched: only ``isnull`` may be asked of it."""

    def get_prep_value(self, value: str | None) -> str | None:
        value = super().get_prep_value(value)
        return None if value is None else encrypt(value)

    def from_db_value(self, value: str | None, expression, connection) -> str | None:
        return None if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str):
        if lookup_name != "isnull":
            raise FieldError("An encrypted field can only be tested for null.")
        return super().get_lookup(lookup_name)
