"""Message rows into the table by binary COPY, straight from numpy columns: no Python object a message."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from django.db import connection

from messaging.copying import NULL, copy_lines, escape, or_null
from messaging.models import Chunk

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's day zero for timestamps

_COLUMNS = (
    ("id", ">i8"), ("campaign_id", ">i8"), ("account_id", ">i8"), ("line_id", ">i8"), ("operator_id", ">i8"),
    ("msisdn", ">i8"), ("price", ">i4"), ("returned", ">i4"), ("status", ">i2"), ("encoding", ">i2"), ("parts", ">i2"),
    ("attempts", ">i2"), ("returns_undelivered", ">i1"), ("created_at", ">i8"),
)  # fmt: skip
_NAMES = [name for name, _ in _COLUMNS]
_ROW = np.dtype(
    [("fields", ">i2")] + [part for name, kind in _COLUMNS for part in ((f"{name}_length", ">i4"), (name, kind))]
)


def copy_messages(columns: dict[str, np.ndarray | int], *, count: int, created_at: datetime) -> None:
    """Append ``count`` messages; ``columns`` holds an array or one value for each column but created_at."""
    rows = np.zeros(count, _ROW)
    rows["fields"] = len(_COLUMNS)
    for name, kind in _COLUMNS:
        rows[f"{name}_length"] = np.dtype(kind).itemsize
    for name, values in columns.items():
        rows[name] = values
    rows["created_at"] = microseconds(created_at)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY messaging_message ({', '.join(_NAMES)}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(_SIGNATURE)
        copy.write(rows.tobytes())
        copy.write(_END)


def copy_messages_with_texts(
    columns: dict[str, np.ndarray | int], texts: Sequence[str], *, error: str | None, created_at: datetime
) -> None:
    """As ``copy_messages`` for rows that carry a text of their own, or an error: PostgreSQL's text format, made in one
    go."""
    count = len(columns["id"])
    strips = [map(str, np.broadcast_to(columns.get(name, 0), count).tolist()) for name in _NAMES[:-1]]
    fixed = f"{created_at.isoformat()}\t{or_null(error)}\n"
    copy_lines(
        f"messaging_message ({', '.join(_NAMES[:-1])}, text, created_at, error)",
        ("\t".join((*row, _field(text), fixed)) for row, text in zip(zip(*strips, strict=True), texts, strict=True)),
    )


def _field(text: str | None) -> str:
    if text is None:
        return NULL
    plain = "\n" not in text and "\\" not in text and "\t" not in text and "\r" not in text and "\x00" not in text
    return text if plain else escape(text)


def microseconds(moment: datetime) -> int:
    """A timestamp as PostgreSQL's binary form has it."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def new_chunk_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('messaging_chunk_ids') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor]


def new_ids(count: int) -> list[tuple[int, int]]:
    """(campaign id, chunk id) for ``count`` campaigns of one chunk each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('messaging_campaign', 'id')), nextval('messaging_chunk_ids')"
            " FROM generate_series(1, %s)",
            [count],
        )
        return cursor.fetchall()


def delete_rows(campaign_id: int) -> None:
    """Take back every message and chunk of a campaign that was never confirmed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM messaging_message m USING messaging_chunk c
            WHERE c.campaign_id = %s AND m.id BETWEEN c.id * %s AND c.id * %s + c.size - 1
            """,
            [campaign_id, Chunk.SIZE, Chunk.SIZE],
        )
        cursor.execute("DELETE FROM messaging_chunk WHERE campaign_id = %s", [campaign_id])
        cursor.execute("DELETE FROM messaging_statuscount WHERE campaign_id = %s", [campaign_id])
