import pytest
from django.core.exceptions import FieldError
from django.db import models

from common.crypto import EncryptedTextField, Undecipherable, decrypt, encrypt


def test_a_secret_comes_back_and_its_tokens_differ(settings):
    settings.FIELD_ENCRYPTION_KEYS = ["first"]
    tokens = {encrypt("رمز smsc"), encrypt("رمز smsc")}
    assert len(tokens) == 2
    assert {decrypt(token) for token in tokens} == {"رمز smsc"}
    assert not any("smsc" in token for token in tokens)


def test_a_key_is_replaced_by_putting_the_new_one_first(settings):
    settings.FIELD_ENCRYPTION_KEYS = ["old"]
    token = encrypt("secret")
    settings.FIELD_ENCRYPTION_KEYS = ["new", "old"]
    assert decrypt(token) == "secret"
    renewed = encrypt("secret")
    settings.FIELD_ENCRYPTION_KEYS = ["new"]
    assert decrypt(renewed) == "secret"
    with pytest.raises(Undecipherable):
        decrypt(token)
    with pytest.raises(Undecipherable):
        decrypt("not a token")


def test_the_field_encrypts_on_the_way_in_and_decrypts_on_the_way_out():
    field = EncryptedTextField()
    stored = field.get_prep_value("secret")
    assert stored != "secret"
    assert field.from_db_value(stored, None, None) == "secret"
    assert field.get_prep_value(None) is None
    assert field.from_db_value(None, None, None) is None
    assert field.from_db_value(field.get_prep_value(""), None, None) == ""


def test_the_field_cannot_be_searched():
    assert EncryptedTextField().get_lookup("isnull") is models.TextField().get_lookup("isnull")
    with pytest.raises(FieldError):
        EncryptedTextField().get_lookup("exact")
