"""Rows and arrays to PostgreSQL as text made in one go, where adapting them value by value is what takes the time."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": ""})
NULL = "\\N"


def copy_lines(target: str, lines: Iterable[str]) -> None:
    """COPY whole lines of PostgreSQL's text format into ``target``, a table with its columns."""
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        copy.write("".join(lines))


def escape(text: str) -> str:
    """A text as a field of COPY."""
    return text if text.isalnum() else text.translate(_ESCAPES)


def or_null(value: int | None) -> str | int:
    return NULL if value is None else value


class Moments(dict):
    """A moment as PostgreSQL reads it. A batch has few different ones, so each is written once."""

    def __missing__(self, moment: datetime) -> str:
        text = self[moment] = moment.isoformat()
        return text


def int_array(values: Iterable[int | None]) -> str:
    """An array literal, to be cast in the statement."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def moment_array(values: Iterable[datetime]) -> str:
    moments = Moments()
    return "{" + ",".join([moments[value] for value in values]) + "}"
