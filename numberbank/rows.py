"""A batch of a file's rows as columns of integers, and the statement that puts them into the bank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection

from common.phones import normalise_many
from numberbank.copying import write_columns
from numberbank.models import Segment
from numberbank.words import NOT_KNOWN, Field, Unreadable, Words

COLUMNS = (
    "msisdn",
    "province_id",
    "city_id",
    "district_id",
    "suburb_id",
    "guild_id",
    "gender",
    "postal",
    "postal_rest",
)
SIZES = (8, 2, 4, 2, 2, 2, 2, 4, 4)
_PLACE = slice(1, 5)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch of numbers, each once."""

    added: int
    changed: int
    unchanged: int


def read(
    rows: Sequence[Sequence[str]], columns: Mapping[Field, int], words: Words
) -> tuple[np.ndarray, list[tuple[int, Field]]]:
    """(int64[rows that can be read, 9] as in COLUMNS, (place in the batch, what is wrong) of the others).

    Rows without a single filled cell are neither.
    """
    numbers = normalise_many([_cell(row, columns.get(Field.NUMBER)) for row in rows])
    good: list[tuple[int, ...]] = []
    bad: list[tuple[int, Field]] = []
    place_columns = [columns.get(field) for field in (Field.PROVINCE, Field.CITY, Field.DISTRICT, Field.SUBURB)]
    guild, gender, postal = (columns.get(field) for field in (Field.GUILD, Field.GENDER, Field.POSTAL))
    for place, (row, number) in enumerate(zip(rows, numbers.tolist(), strict=True)):
        if not number:
            if any(cell.strip() for cell in row):
                bad.append((place, Field.NUMBER))
            continue
        try:
            where = words.place(*(_cell(row, column) for column in place_columns))
            trade, is_who = words.guild(_cell(row, guild)), words.gender(_cell(row, gender))
            first, rest = words.postal(_cell(row, postal))
        except Unreadable as error:
            bad.append((place, error.field))
            continue
        province = where.province
        if province == NOT_KNOWN and first != NOT_KNOWN:
            province = words.province_of_postal(first)
        good.append((number, province, where.city, where.district, where.suburb, trade, is_who, first, rest))
    return np.array(good, np.int64).reshape(-1, len(COLUMNS)), bad


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def each_once(rows: np.ndarray) -> np.ndarray:
    """The rows with those of one number merged as if they had come one after the other."""
    _, first, counts = np.unique(rows[:, 0], return_index=True, return_counts=True)
    if len(first) == len(rows):
        return rows
    repeated = set(rows[first[counts > 1], 0].tolist())
    is_repeated = np.isin(rows[:, 0], list(repeated))
    merged: dict[int, list[int]] = {}
    for row in rows[is_repeated].tolist():
        merged[row[0]] = _merged(merged[row[0]], row) if row[0] in merged else row
    return np.concatenate((rows[~is_repeated], np.array(list(merged.values()), np.int64)))


def _merged(old: list[int], new: list[int]) -> list[int]:
    """The rule of UPDATE below, for two rows of one batch."""
    row = [was if now == NOT_KNOWN else now for was, now in zip(old, new, strict=True)]
    says_no_more = all(now in {NOT_KNOWN, was} for was, now in zip(old[_PLACE], new[_PLACE], strict=True))
    row[_PLACE] = old[_PLACE] if says_no_more else new[_PLACE]
    keeps_rest = new[7] == NOT_KNOWN or (new[8] == NOT_KNOWN and new[7] == old[7])
    row[8] = old[8] if keeps_rest else new[8]
    return row


# An empty cell leaves what is known. A place is one thing: it stays where the file says nothing, or nothing finer,
# and is replaced as a whole otherwise, so that nobody lives in Shiraz and in a district of Tehran.
_UPDATE = """
WITH news AS (
    SELECT s.position, t.*, s.province_id AS old_province, s.city_id AS old_city, s.district_id AS old_district,
           s.suburb_id AS old_suburb, s.postal AS old_postal, s.postal_rest AS old_rest, s.guild_id AS old_guild,
           s.gender AS old_gender,
           (t.province_id IS NULL OR t.province_id IS NOT DISTINCT FROM s.province_id)
           AND (t.city_id IS NULL OR t.city_id IS NOT DISTINCT FROM s.city_id)
           AND (t.district_id IS NULL OR t.district_id IS NOT DISTINCT FROM s.district_id)
           AND (t.suburb_id IS NULL OR t.suburb_id IS NOT DISTINCT FROM s.suburb_id) AS stays,
           t.postal IS NULL OR (t.postal_rest IS NULL AND t.postal = s.postal) AS keeps_rest
    FROM numberbank_staging t JOIN numberbank_subscriber s ON s.msisdn = t.msisdn
), wanted AS (
    SELECT msisdn, position,
           CASE WHEN stays THEN old_province ELSE province_id END AS province_id,
           CASE WHEN stays THEN old_city ELSE city_id END AS city_id,
           CASE WHEN stays THEN old_district ELSE district_id END AS district_id,
           CASE WHEN stays THEN old_suburb ELSE suburb_id END AS suburb_id,
           coalesce(guild_id, old_guild) AS guild_id, coalesce(gender, old_gender) AS gender,
           coalesce(postal, old_postal) AS postal,
           CASE WHEN keeps_rest THEN old_rest ELSE postal_rest END AS postal_rest
    FROM news
)
UPDATE numberbank_subscriber s
SET province_id = w.province_id, city_id = w.city_id, district_id = w.district_id, suburb_id = w.suburb_id,
    guild_id = w.guild_id, gender = w.gender, postal = w.postal, postal_rest = w.postal_rest
FROM wanted w
WHERE s.msisdn = w.msisdn
  AND (s.province_id, s.city_id, s.district_id, s.suburb_id, s.guild_id, s.gender, s.postal, s.postal_rest)
      IS DISTINCT FROM
      (w.province_id, w.city_id, w.district_id, w.suburb_id, w.guild_id, w.gender, w.postal, w.postal_rest)
RETURNING s.position
"""

_INSERT = f"""
INSERT INTO numberbank_subscriber (position, {", ".join(COLUMNS)})
SELECT %s + row_number() OVER (ORDER BY t.place) - 1, {", ".join(f"t.{name}" for name in COLUMNS)}
FROM numberbank_staging t
WHERE NOT EXISTS (SELECT FROM numberbank_subscriber s WHERE s.msisdn = t.msisdn OFFSET 0)
"""  # noqa: S608 - names of our own

_MARK = """
INSERT INTO numberbank_segment (id, numbers, present, count, is_changed)
SELECT unnest(%s::int[]), '', '', 0, true ON CONFLICT (id) DO UPDATE SET is_changed = true
"""

_LOCK = 0x6E756D62  # one writer at a time, so that positions are given out without gaps

_OTHER_WAYS = ("seqscan", "hashjoin", "mergejoin", "material")


def store(rows: np.ndarray) -> Stored:
    """Put rows (each number once, as in COLUMNS) into the bank, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT coalesce(max(position), -1) + 1 FROM numberbank_subscriber")
        start = cursor.fetchone()[0]
        _keep_statistics(cursor, start)
        _stage(cursor, rows)
        # Some tens of thousands of keys against millions of rows: by the key, never by reading the table.
        cursor.execute("; ".join(f"SET LOCAL enable_{way} = off" for way in _OTHER_WAYS))
        cursor.execute(_UPDATE)
        changed = [row[0] for row in cursor]
        cursor.execute(_INSERT, [start])
        added = cursor.rowcount
        cursor.execute("; ".join(f"SET LOCAL enable_{way} = on" for way in _OTHER_WAYS))
        mark_changed(np.concatenate((np.array(changed, np.int64), np.arange(start, start + added))))
    return Stored(added, len(changed), len(rows) - added - len(changed))


def _keep_statistics(cursor, positions: int) -> None:
    """A bank that grew since its statistics were taken is still small to the planner, which would then compare every
    new row with every old one. Autovacuum comes too late for a load that doubles the table in a minute."""
    cursor.execute("SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'numberbank_subscriber'::regclass")
    if cursor.fetchone()[0] * 2 < positions:
        cursor.execute("ANALYZE numberbank_subscriber")


def _stage(cursor, rows: np.ndarray) -> None:
    cursor.execute(
        "CREATE TEMPORARY TABLE IF NOT EXISTS numberbank_staging (place int, msisdn bigint PRIMARY KEY,"
        " province_id smallint, city_id int, district_id smallint, suburb_id smallint, guild_id smallint,"
        " gender smallint, postal int, postal_rest int) ON COMMIT DELETE ROWS"
    )
    cursor.execute("TRUNCATE numberbank_staging")
    columns = [np.arange(len(rows)), *rows.T]
    write_columns("numberbank_staging", ("place", *COLUMNS), (4, *SIZES), columns)
    cursor.execute("ANALYZE numberbank_staging")


def mark_changed(positions: np.ndarray) -> None:
    """Note that the segments of these positions must be made anew; in the transaction that changed them."""
    segments = np.unique(positions // Segment.SIZE).tolist()
    if segments:
        with connection.cursor() as cursor:
            cursor.execute(_MARK, [segments])
