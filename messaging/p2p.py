"""Peer to peer (2.3): a file of one row a message, its number, its text and, where it has one, its time to leave."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from common.jalali import DateRefused, NoSuchDate, parse_jalali
from common.phones import normalise, normalise_many
from common.showing import number
from common.tables import Table, csv_rows, guess_phone_column
from common.text import clean, fold, has_opt_out_hint, measure
from numbers.models import Line

FURTHEST = timedelta(days=366)
LOOKED_AT = 20

_TEXT_NAMES = ("متن", "پیام", "text", "message", "sms", "body")
_TIME_NAMES = ("زمان", "تاریخ", "ساعت", "time", "date", "when", "send at")
_ONE_PART = 35  # a text of at most so many characters is one part, whatever they are


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns (from 0) hold what; ``time`` None: every row goes at once."""

    number: int
    text: int
    time: int | None = None

    def as_json(self) -> dict:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be sent: its number as Excel counts, the column at fault, why, and what stands there."""

    row: int
    column: str
    reason: str
    value: str
    cells: tuple[str, str, str] = ("", "", "")  # number, text, time: to be mended and sent again


@dataclass(slots=True)
class Good:
    """``due`` is minutes since 1970, 0 where the row goes at once."""

    numbers: np.ndarray
    texts: list[str]
    due: np.ndarray


class Reader:
    """Reads the rows of a table. ``now`` is when the file was handed in: what is planned again gives the same rows."""

    def __init__(self, table: Table, columns: Columns, *, line: Line, now: datetime) -> None:
        self._table, self._columns, self._line = table, columns, line
        self._earliest = int(now.timestamp()) // 60 + 1
        self._latest = int((now + FURTHEST).timestamp()) // 60
        self._times: dict[str, int | str] = {"": 0}

    def batches(self, size: int) -> Iterator[tuple[Good, list[BadRow]]]:
        """The rows that can be sent and those that cannot, ``size`` rows of the file at a time. Blank rows are neither.
        Raises common.tables.TableError."""
        row = self._table.first_row
        for rows in self._table.rows(size):
            yield self._read(rows, row)
            row += len(rows)

    def _read(self, rows: list[list[str]], first_row: int) -> tuple[Good, list[BadRow]]:
        columns = self._columns
        phones = cells_at(rows, columns.number)
        texts = cells_at(rows, columns.text)
        times = cells_at(rows, columns.time) if columns.time is not None else [""] * len(rows)
        numbers = normalise_many(phones)
        good: list[int] = []
        kept: list[str] = []
        due: list[int] = []
        bad: list[BadRow] = []
        for place, (msisdn, text, time) in enumerate(zip(numbers.tolist(), texts, times, strict=True)):
            problem = self._number_problem(msisdn) or self._text_problem(text := clean(text))
            minute = 0
            if problem is None:
                minute = self._minute(time)
                problem = (columns.time, minute) if isinstance(minute, str) else None
            if problem is None:
                good.append(place)
                kept.append(text)
                due.append(minute)
            elif any(cell.strip() for cell in rows[place]):
                column, reason = problem
                cells = (phones[place], text, time)
                bad.append(
                    BadRow(first_row + place, self._table.columns[column], reason, _at(rows[place], column), cells)
                )
        return Good(numbers[good], kept, np.array(due, np.int64)), bad

    def _number_problem(self, msisdn: int) -> tuple[int, str] | None:
        return None if msisdn else (self._columns.number, _("This is not a mobile number."))

    def _text_problem(self, text: str) -> tuple[int, str] | None:
        reason = ""
        if not text.strip():
            reason = _("The text is empty.")
        elif len(text) > _ONE_PART and (parts := measure(text).parts) > settings.MESSAGE_MAX_PARTS:
            reason = _("The text is %(parts)s parts long; at most %(most)s can be sent.") % {
                "parts": number(parts),
                "most": number(settings.MESSAGE_MAX_PARTS),
            }
        elif self._line.requires_opt_out_hint and not _has_hint(text):
            reason = _("The text must end with «لغو11» on this line.")
        return (self._columns.text, reason) if reason else None

    def _minute(self, written: str) -> int | str:
        """Minutes since 1970, or what is wrong with the time."""
        known = self._times.get(written)
        if known is None:
            if len(self._times) > 100_000:
                self._times = {"": 0}
            known = self._times[written] = self._read_time(written)
        return known

    def _read_time(self, written: str) -> int | str:
        if not written.strip():
            return 0
        try:
            minute = int(parse_jalali(written).timestamp()) // 60
        except NoSuchDate:
            return _("There is no such date or hour.")
        except DateRefused:
            return _("The time is not written as 1405/09/03 18:30.")
        if minute < self._earliest:
            return _("The time has passed.")
        if minute > self._latest:
            return _("The time is more than a year away.")
        return minute


def cells_at(rows: list[list[str]], column: int) -> list[str]:
    """A column of rows, "" where a row is too short."""
    return [row[column] if column < len(row) else "" for row in rows]


def _at(row: list[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _has_hint(text: str) -> bool:
    tail = text[-12:]
    return "لغو11" in tail or "لغو۱۱" in tail or has_opt_out_hint(text)


def append_bad(path: Path, bad: Sequence[BadRow]) -> None:
    """Add bad rows to the file that their owner downloads: CSV, UTF-8, with the cells as they were written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        if not file.tell():
            header = [_("Row"), _("Column"), _("Reason"), _("Mobile number"), _("Text"), _("Time to send")]
            file.write("\ufeff".encode() + csv_rows([header]))
        file.write(csv_rows([one.row, one.column, one.reason, *one.cells] for one in bad))


def guess_columns(table: Table) -> Columns | None:
    """The columns that seem to hold number, text and time, by their names, else by what stands in them; None where
    there is no column of numbers or none is left for the text."""
    phone = guess_phone_column(table)
    others = [place for place in range(table.width) if place != phone]
    if phone is None or not others:
        return None
    rows = table.sample()
    time = _named(table, others, _TIME_NAMES)
    if time is None:
        time = next((place for place in others if _holds_times([_at(row, place) for row in rows])), None)
    others = [place for place in others if place != time]
    text = _named(table, others, _TEXT_NAMES)
    if text is None and others:
        text = max(others, key=lambda place: sum(len(_at(row, place)) for row in rows))
    return None if text is None else Columns(phone, text, time)


def _named(table: Table, places: list[int], names: tuple[str, ...]) -> int | None:
    if not table.has_header:
        return None
    return next((place for place in places if any(fold(name) in fold(table.columns[place]) for name in names)), None)


def _holds_times(cells: list[str]) -> bool:
    written = [cell for cell in cells if cell.strip()]
    return bool(written) and sum(_is_time(cell) for cell in written) * 2 > len(written)


def _is_time(cell: str) -> bool:
    try:
        parse_jalali(cell)
    except NoSuchDate:
        return True
    except DateRefused:
        return False
    return normalise(cell) is None


def shown_rows(table: Table, columns: Columns) -> list[dict]:
    """The first rows as their recipients will see them: number, text, parts, time, as written."""
    return [
        {
            "number": _at(row, columns.number),
            "text": (text := clean(_at(row, columns.text))),
            "parts": measure(text).parts,
            "time": _at(row, columns.time) if columns.time is not None else "",
        }
        for row in table.sample(LOOKED_AT)
        if any(cell.strip() for cell in row)
    ]


def moment_of(minute: int) -> datetime | None:
    """The moment of a ``due``; None for 0."""
    return datetime.fromtimestamp(minute * 60, UTC) if minute else None
