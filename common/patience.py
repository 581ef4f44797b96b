"""Searches that are given up rather than waited for."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction


class TookTooLong(Exception):
    """The database did not answer within the time given."""


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    """A transaction whose statements may take so many seconds each. Raises TookTooLong; other failures pass through."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])
            yield
            with connection.cursor() as cursor:  # in a test's own transaction the setting would stay
                cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == "57014":
            raise TookTooLong from error
        raise
