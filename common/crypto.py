"""Text that must be read back, such as a bind's password, kept encrypted in the database."""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def _box() -> MultiFernet:
    digests = (hashlib.sha256(key.encode()).digest() for key in settings.FIELD_ENCRYPTION_KEYS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def encrypt(text: str) -> str:
    """A token of ``text`` under the first of settings.FIELD_ENCRYPTION_KEYS."""
    return _box().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text of a token made under any of the keys. Raises cryptography.fernet.InvalidToken for any other."""
    return _box().decrypt(token.encode()).decode()


class EncryptedTextField(models.TextField):
    """A text that the database sees only encrypted; empty stays empty."""

    def from_db_value(self, value, expression, connection):
        return decrypt(value) if value else value

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return encrypt(value) if value else value
