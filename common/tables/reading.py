"""One door for every uploaded table: ``open_table``."""

import enum
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from django.utils.translation import gettext as _

from common import phones
from common.showing import number
from common.tables.errors import EmptyFile
from common.tables.plain import PlainText
from common.tables.recognising import recognise
from common.tables.sheets import sheet_rows
from common.text import fold

BATCH = 50_000
EXAMINED_ROWS = 200

_PHONE_NAMES = (
    "موبایل",
    "همراه",
    "شماره",
    "تلفن",
    "گیرنده",
    "mobile",
    "phone",
    "number",
    "tel",
    "cell",
    "msisdn",
    "receptor",
)


class Kind(enum.StrEnum):
    """What a file is, whatever its name says."""

    TXT = "txt"
    CSV = "csv"
    XLS = "xls"
    XLSX = "xlsx"


class Table:
    """An uploaded table on disk; each reading starts anew and holds one batch in memory.

    ``columns`` are the header's names, or "Column 1" and so on; ``first_row`` is the number, as Excel counts, of the
    first row that ``rows`` gives. Rows may be shorter or longer than the header, and blank rows are given too, so that
    a row's number is ``first_row`` plus its place.
    """

    def __init__(self, path: Path, filename: str, kind: Kind, plain: PlainText | None) -> None:
        self.path, self.filename, self.kind = path, filename, kind
        self._plain = plain
        self._start, self._head = self._examine()
        if not any(any(cell.strip() for cell in row) for row in self._head):
            raise EmptyFile
        self.width = max(len(row) for row in self._head)
        self.has_header = _has_header(self._head)
        self.first_row = self._start + self.has_header
        self.columns = self._names()

    def _examine(self) -> tuple[int, list[list[str]]]:
        if self._plain:
            return 1, next(self._plain.batches(EXAMINED_ROWS), [])
        start, *batches = sheet_rows(self.path, EXAMINED_ROWS)
        return start, [row for batch in batches for row in batch]

    def _names(self) -> list[str]:
        given = self._head[0] if self.has_header else []
        names = [name.strip() for name in given] + [""] * (self.width - len(given))
        return [name or _("Column %(number)s") % {"number": number(place)} for place, name in enumerate(names, start=1)]

    def sample(self, count: int = 20) -> list[list[str]]:
        """The first rows (at most 200), without the header."""
        return self._head[self.has_header : self.has_header + count]

    def rows(self, batch: int = BATCH) -> Iterator[list[list[str]]]:
        """All rows after the header, in lists of at most ``batch``. TableError where the file turns out damaged."""
        return _after(self.has_header, self._batches(batch))

    def column(self, index: int, batch: int = BATCH) -> Iterator[list[str]]:
        """The cells of one column, "" where a row is too short, in lists of at most ``batch``."""
        if self._plain and self._plain.delimiter is None and index == 0:
            return _after(self.has_header, self._plain.lines(batch))
        return ([row[index] if index < len(row) else "" for row in rows] for rows in self.rows(batch))

    def _batches(self, size: int) -> Iterator[list[list[str]]]:
        if self._plain:
            yield from self._plain.batches(size)
            return
        answers = sheet_rows(self.path)
        next(answers)
        rows = chain.from_iterable(answers)
        while part := list(islice(rows, size)):
            yield part


def _after(count: int, batches: Iterator[list]) -> Iterator[list]:
    """The batches without their first ``count`` items."""
    for batch in batches:
        kept = batch[count:]
        count = max(0, count - len(batch))
        if kept:
            yield kept


def open_table(path: str | Path, filename: str = "") -> Table:
    """Recognise an uploaded file by its content and look at its first rows. Raises a TableError that says what to do.

    A workbook is at most 64 MiB packed and 512 MiB unpacked; a text or CSV file may have any size.
    """
    path = Path(path)
    format_name = recognise(path)
    if format_name != "text":
        return Table(path, filename, Kind(format_name), None)
    plain = PlainText.examine(path)
    kind = Kind.TXT if plain.delimiter is None or plain.is_one_line else Kind.CSV
    return Table(path, filename, kind, plain)


def guess_phone_column(table: Table) -> int | None:
    """The index of the column that holds most mobile numbers in the first rows; None when no column holds any."""
    rows = table.sample(EXAMINED_ROWS)
    scores = []
    for index in range(table.width):
        cells = [row[index] for row in rows if index < len(row) and row[index].strip()]
        good = sum(phones.normalise(cell) is not None for cell in cells)
        named = table.has_header and _names_a_number(table.columns[index])
        if good:
            scores.append((good / len(cells) >= 0.5, good + named / 2, -index))
    return -max(scores)[2] if scores else None


def _has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: no cell of it is a number, and a number stands below one of them."""
    first, others = rows[0], rows[1:]
    if not any(cell.strip() for cell in first) or any(_is_number(cell) for cell in first):
        return False
    if others and any(_names_a_number(cell) for cell in first):
        return True
    named = [index for index, name in enumerate(first) if name.strip()]
    return any(_is_number(row[index]) for row in others for index in named if index < len(row))


def _names_a_number(name: str) -> bool:
    return any(word in fold(name) for word in _PHONE_NAMES)


def _is_number(cell: str) -> bool:
    digits = sum(character.isdecimal() for character in cell)
    return digits > 0 and digits * 2 >= len(cell.strip())
