"""Columns of integers out of PostgreSQL and into it by binary COPY, straight to and from numpy."""

from collections.abc import Sequence

import numpy as np
from django.db import connection

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = b"\xff\xff"
_KINDS = {2: ">i2", 4: ">i4", 8: ">i8"}


def _row_type(sizes: Sequence[int]) -> np.dtype:
    fields: list = [("fields", ">i2")]
    for place, size in enumerate(sizes):
        fields += [(f"length{place}", ">i4"), (f"value{place}", _KINDS[size])]
    return np.dtype(fields)


def read_columns(query: str, sizes: Sequence[int]) -> list[np.ndarray]:
    """The columns of a query whose results are integers of ``sizes`` octets, none of them null. Its values stand in
    the text, since COPY takes no parameters: callers pass integers of their own making only."""
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        octets = b"".join(bytes(part) for part in copy)
    rows = np.frombuffer(octets, _row_type(sizes), offset=len(_HEADER), count=_row_count(octets, sizes))
    return [rows[f"value{place}"].astype(_KINDS[size][1:]) for place, size in enumerate(sizes)]


def _row_count(octets: bytes, sizes: Sequence[int]) -> int:
    return (len(octets) - len(_HEADER) - len(_END)) // _row_type(sizes).itemsize


def write_columns(table: str, names: Sequence[str], sizes: Sequence[int], columns: Sequence[np.ndarray]) -> None:
    """Append rows to ``table``. A negative value is a null."""
    count = len(columns[0])
    rows = np.zeros(count, _row_type(sizes))
    rows["fields"] = len(names)
    for place, (size, values) in enumerate(zip(sizes, columns, strict=True)):
        rows[f"length{place}"] = size
        rows[f"value{place}"] = values
    if all(len(values) == 0 or values.min() >= 0 for values in columns):
        octets = rows.tobytes()
    else:
        octets = _without_nulls(rows, sizes, columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(_HEADER)
        copy.write(octets)
        copy.write(_END)


def _without_nulls(rows: np.ndarray, sizes: Sequence[int], columns: Sequence[np.ndarray]) -> bytes:
    """A null is a length of -1 and no octets: those of its value are cut out of the row."""
    octets = rows.view(np.uint8).reshape(len(rows), -1)
    kept = np.ones(octets.shape, bool)
    start = 2
    for place, (size, values) in enumerate(zip(sizes, columns, strict=True)):
        empty = values < 0
        rows[f"length{place}"][empty] = -1
        kept[:, start + 4 : start + 4 + size] = ~empty[:, None]
        start += 4 + size
    return octets[kept].tobytes()
