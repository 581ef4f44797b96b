"""A database that is too old is refused with what to do, before a migration runs."""

from types import SimpleNamespace

import pytest

from common import checks


@pytest.mark.parametrize(("version", "is_refused"), [(170_006, True), (180_000, False), (190_001, False)])
def test_an_old_postgresql_is_refused(monkeypatch, version, is_refused):
    monkeypatch.setattr(checks, "connections", {"default": SimpleNamespace(pg_version=version)})
    errors = checks.postgresql_is_new_enough(databases=["default"])
    assert [error.id for error in errors] == (["common.E001"] if is_refused else [])
    if is_refused:
        assert errors[0].msg == "PostgreSQL 17 is too old."
        assert "PostgreSQL 18 or later" in errors[0].hint


@pytest.mark.django_db
def test_this_one_is_new_enough():
    assert checks.postgresql_is_new_enough(databases=["default"]) == []
