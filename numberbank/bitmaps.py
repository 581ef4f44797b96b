"""The bitmaps of the bank: made anew for each segment that changed, read to count and to choose.

A count touches the bitmaps of the values asked for and nothing else: 32 KB for 262,144 subscribers and value, less
where the value is rare. The table of subscribers is never read for it; postal codes are answered by its index.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import numpy as np
from django.db import connection, transaction
from psycopg import Cursor

from common.phones import FIRST
from numberbank.copying import read_columns
from numberbank.models import Bitmap, Dimension, Guild, Segment
from numberbank.prefixes import prefix_table, prefixes_of

EMPTY = 0xFFFFFFFF  # a position without a subscriber
OCTETS = Segment.SIZE // 8
FEWEST_AS_BITS = 4096

_KNOWN = {"province_id": 2, "city_id": 4, "district_id": 2, "suburb_id": 2, "guild_id": 2, "gender": 2}
_COLUMNS = "position, msisdn, " + ", ".join(f"coalesce({name}, -1)::int{size}" for name, size in _KNOWN.items())
_SIZES = (4, 8, *_KNOWN.values())


def changed_segments() -> list[int]:
    return list(Segment.objects.filter(is_changed=True).order_by("id").values_list("id", flat=True))


def mark_all_changed() -> None:
    """Have every segment made anew, as after a change of the operators' prefixes."""
    Segment.objects.update(is_changed=True)


@transaction.atomic
def refresh(segment_id: int, *, now: datetime) -> int:
    """Make a segment's column of numbers and its bitmaps from its subscribers; returns how many there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM numberbank_segment WHERE id = %s FOR UPDATE", [segment_id])
    first = segment_id * Segment.SIZE
    position, msisdns, *known = read_columns(
        f"SELECT {_COLUMNS} FROM numberbank_subscriber"  # noqa: S608 - integers of our own
        f" WHERE position >= {first} AND position < {first + Segment.SIZE} ORDER BY position",
        _SIZES,
    )
    places = (position - first).astype(np.uint32)
    numbers = np.full(Segment.SIZE, EMPTY, "<u4")
    numbers[places] = msisdns - FIRST
    Bitmap.objects.filter(segment=segment_id).delete()
    _write(segment_id, places, _values(msisdns, *known))
    Segment.objects.filter(pk=segment_id).update(
        numbers=numbers.tobytes(), present=_bits(places), count=len(places), is_changed=False, refreshed_at=now
    )
    return len(places)


def _values(msisdns, province, city, district, suburb, guild, gender) -> dict[Dimension, np.ndarray]:
    """Each dimension's value of each subscriber, -1 where it has none."""
    prefix = prefixes_of(msisdns, prefix_table()).astype(np.int64)
    group_of = _group_of_guild()
    return {
        Dimension.PROVINCE: province,
        Dimension.CITY: city,
        Dimension.DISTRICT: district,
        Dimension.SUBURB: suburb,
        Dimension.GUILD: guild,
        Dimension.GUILD_GROUP: np.where(guild >= 0, group_of[guild], -1),
        Dimension.PREFIX: prefix,
        Dimension.GENDER: gender,
        Dimension.PREFIX_WITH_GENDER: np.where(gender >= 0, prefix, -1),
        Dimension.PREFIX_WITH_REGION: np.where((district >= 0) | (suburb >= 0), prefix, -1),
    }


def _group_of_guild() -> np.ndarray:
    """Group by guild id; a subscriber whose guild is a group itself belongs to it."""
    rows = list(Guild.objects.values_list("id", "group_id"))
    table = np.full(max((row[0] for row in rows), default=0) + 2, -1, np.int64)
    for guild_id, group_id in rows:
        table[guild_id] = group_id or guild_id
    return table


def _write(segment_id: int, places: np.ndarray, values: dict[Dimension, np.ndarray]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY numberbank_bitmap (dimension, value, segment, count, bits) FROM STDIN (FORMAT BINARY)"
        ) as copy,
    ):
        copy.set_types(["int2", "int4", "int4", "int4", "bytea"])
        for dimension, column in values.items():
            for value, members in _groups(column, places):
                bits = members.astype("<u4").tobytes() if len(members) < FEWEST_AS_BITS else _bits(members)
                copy.write_row((int(dimension), value, segment_id, len(members), bits))


def _groups(column: np.ndarray, places: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """(value, its places in ascending order) for each value of a column that is not -1."""
    order = np.argsort(column, kind="stable")
    ordered = column[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(ordered) else []
    for start, end in zip(starts, [*starts[1:], len(ordered)], strict=True):
        if ordered[start] >= 0:
            yield int(ordered[start]), places[order[start:end]]


def _bits(places: np.ndarray) -> bytes:
    flags = np.zeros(Segment.SIZE, np.uint8)
    flags[places] = 1
    return np.packbits(flags, bitorder="little").tobytes()


# --- Reading --------------------------------------------------------------------------------------------------------

UNION = "SELECT segment, bits FROM numberbank_bitmap WHERE dimension = %s AND value = ANY(%s::int[])"


def union(wanted: dict[Dimension, Iterable[int]]) -> dict[int, np.ndarray]:
    """Who has any of the values: segment → bits (uint8[32768]). By the primary key of the bitmaps only."""
    found: dict[int, np.ndarray] = {}
    rare: dict[int, list[bytes]] = {}
    for dimension, values in wanted.items():
        for segment, octets in fetch(UNION, [int(dimension), list(values)]):
            if len(octets) != OCTETS:
                rare.setdefault(segment, []).append(octets)
            elif segment in found:
                np.bitwise_or(found[segment], np.frombuffer(octets, np.uint8), out=found[segment])
            else:
                found[segment] = np.frombuffer(octets, np.uint8).copy()
    for segment, lists in rare.items():
        bits = np.frombuffer(_bits(np.frombuffer(b"".join(lists), "<u4")), np.uint8)
        found[segment] = bits | found[segment] if segment in found else bits.copy()
    return found


def fetch(query: str, parameters: list) -> Iterator[tuple]:
    """Rows in PostgreSQL's binary form: octets come as they are, not as twice as many hexadecimal digits."""
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        cursor.execute(query, parameters, binary=True)
        yield from cursor


def set_places(bits: np.ndarray, places: np.ndarray) -> None:
    """Set the bits of places in ascending order, repeats allowed."""
    if not len(places):
        return
    octets = places >> 3
    masks = np.left_shift(np.uint8(1), (places & 7).astype(np.uint8))
    heads = np.flatnonzero(np.concatenate(([True], octets[1:] != octets[:-1])))
    bits[octets[heads]] |= np.bitwise_or.reduceat(masks, heads)


def present() -> dict[int, np.ndarray]:
    """Every subscriber: segment → bits."""
    rows = fetch("SELECT id, present FROM numberbank_segment WHERE count > 0", [])
    return {segment: np.frombuffer(octets, np.uint8).copy() for segment, octets in rows}


POSTAL = (
    "SELECT position FROM numberbank_subscriber WHERE postal IS NOT NULL AND postal BETWEEN {first} AND {last}"
    " ORDER BY postal, position"
)


def with_postal_codes(ranges: Iterable[tuple[int, int]]) -> dict[int, np.ndarray]:
    """Who lives within ranges of five-digit codes, both ends included: segment → bits. By the index of codes."""
    found: dict[int, np.ndarray] = {}
    for first, last in ranges:
        [positions] = read_columns(POSTAL.format(first=int(first), last=int(last)), (4,))
        positions.sort()
        segments = positions // Segment.SIZE
        for segment in np.unique(segments).tolist():
            bits = found.setdefault(segment, np.zeros(OCTETS, np.uint8))
            set_places(bits, (positions[segments == segment] % Segment.SIZE).astype(np.uint32))
    return found


def numbers_of(segment: int) -> np.ndarray:
    """The column of a segment's numbers: int64 E.164, 0 for an empty place."""
    [(octets,)] = fetch("SELECT numbers FROM numberbank_segment WHERE id = %s", [segment])
    numbers = np.frombuffer(octets, "<u4").astype(np.int64)
    return np.where(numbers == EMPTY, 0, numbers + FIRST)


def tallies(*dimensions: Dimension) -> dict[Dimension, dict[int, int]]:
    """How many subscribers each value of the dimensions has: dimension → value → count. Reads no bits."""
    found: dict[Dimension, dict[int, int]] = {dimension: {} for dimension in dimensions}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dimension, value, sum(count)::bigint FROM numberbank_bitmap"
            " WHERE dimension = ANY(%s) GROUP BY dimension, value",
            [[int(dimension) for dimension in dimensions]],
        )
        for dimension, value, count in cursor:
            found[Dimension(dimension)][value] = count
    return found


def tallies_of(dimension: Dimension, values: Iterable[int]) -> dict[int, int]:
    """As ``tallies``, for some values of one dimension."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT value, sum(count)::bigint FROM numberbank_bitmap"
            " WHERE dimension = %s AND value = ANY(%s::int[]) GROUP BY value",
            [int(dimension), list(values)],
        )
        return dict(cursor.fetchall())


COUNT = "SELECT coalesce(sum(count), 0)::bigint FROM numberbank_bitmap WHERE dimension = %s AND value = ANY(%s::int[])"


def count_of(dimension: Dimension, values: Iterable[int]) -> int:
    """Subscribers with any of the values of one dimension. Reads no bits."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [int(dimension), list(values)])
        return cursor.fetchone()[0]


def total() -> int:
    """Subscribers in the bank, as counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(count), 0)::bigint FROM numberbank_segment")
        return cursor.fetchone()[0]
