"""Checks of what the platform stands on, made with ``manage.py migrate`` and ``manage.py check --database default``."""

from django.core.checks import Error, Tags, register
from django.db import connections

OLDEST_POSTGRESQL = 18  # rows come back as they were and as they became (messaging.lifecycle)


@register(Tags.database)
def postgresql_is_new_enough(databases=None, **_) -> list[Error]:
    """Errors of the databases that are about to be used."""
    return [error for alias in databases or () for error in _age_of(connections[alias])]


def _age_of(connection) -> list[Error]:
    version = connection.pg_version // 10000
    if version >= OLDEST_POSTGRESQL:
        return []
    return [
        Error(
            f"PostgreSQL {version} is too old.",
            hint=f"Use PostgreSQL {OLDEST_POSTGRESQL} or later, or leave DATABASE_URL out for the embedded one.",
            id="common.E001",
        )
    ]
