"""Small banks for tests: rows written as a file would bring them, indexed."""

from collections.abc import Sequence

from django.utils import timezone

from numberbank import bitmaps
from numberbank.rows import each_once, read, store
from numberbank.words import Field, Words

ORDER = tuple(Field)


def fill_bank(rows: Sequence[dict[str, str]]) -> None:
    """Put rows such as ``{"number": "0912…", "district": "5"}`` into the bank and count them."""
    cells = [[str(row.get(field, "")) for field in ORDER] for row in rows]
    good, bad = read(cells, {field: place for place, field in enumerate(ORDER)}, Words())
    assert bad == []
    store(each_once(good))
    for segment in bitmaps.changed_segments():
        bitmaps.refresh(segment, now=timezone.now())


def people(count: int, start: int = 0, prefix: str = "0912", **fields: str) -> list[dict[str, str]]:
    """``count`` subscribers with the same fields; numbers in a row."""
    return [{"number": f"{prefix}{start + serial:07}", **fields} for serial in range(count)]


def msisdn(written: str) -> int:
    return int("98" + written[1:])
