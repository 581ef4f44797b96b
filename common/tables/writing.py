"""Tables for people: xlsx and CSV, streamed, with no cell that a spreadsheet would run as a formula."""

import csv
import datetime as dates
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

from common import jalali
from common.showing import is_persian

ROWS_PER_SHEET = 1_048_576
LONGEST_CELL = 32_767
LARGEST_EXACT = 10**15  # a spreadsheet's numbers are floats
CSV_CHUNK_ROWS = 2_000

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9۰-۹][0-9۰-۹ ]*(?:[.,٫٬][0-9۰-۹]+)*")


def would_run(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula. Phone numbers (+98…) and negative numbers it may."""
    return text.startswith(_FORMULA_STARTS) and _PLAIN_NUMBER.fullmatch(text) is None


def write_csv(file: BinaryIO, header: Sequence[str], rows: Iterable[Sequence]) -> int:
    """Write UTF-8 with a mark, as Excel needs for Persian (9.5), and return the number of rows.

    A cell that would run begins with an apostrophe, which ``open_table`` takes off again.
    """
    count = 0

    def counted() -> Iterator[Sequence]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    for chunk in csv_chunks(header, counted()):
        file.write(chunk)
    return count


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence]) -> Iterator[bytes]:
    """What ``write_csv`` writes, piece by piece: for a streaming response."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([_csv_cell(cell) for cell in header])
    for count, row in enumerate(rows, start=1):
        writer.writerow([_csv_cell(cell) for cell in row])
        if count % CSV_CHUNK_ROWS == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def csv_rows(rows: Iterable[Sequence]) -> bytes:
    """Rows alone, without header and mark, as ``write_csv`` writes them: for a file that grows."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([_csv_cell(cell) for cell in row] for row in rows)
    return _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    octets = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return octets


def _csv_cell(value: object) -> str:
    text = _text(value)
    bare = text.lstrip("'")
    looks_guarded = bare != text and bare.startswith(_FORMULA_STARTS)  # the reader would take the apostrophe off
    return f"'{text}" if would_run(text) or looks_guarded else text


def _text(value: object) -> str:
    """Moments in Tehran's time, Jalali where the reader's language is Persian; digits stay Latin, for sorting."""
    if isinstance(value, dates.datetime) and value.tzinfo is not None:
        return jalali.to_jalali(value) if is_persian() else f"{jalali.in_tehran(value):%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)


def write_xlsx(file: str | Path | BinaryIO, header: Sequence[str], rows: Iterable[Sequence], rtl: bool = True) -> int:
    """Write a workbook row by row, in constant memory, and return the number of rows.

    Texts are always cells of text, never formulas; beyond 1,048,576 rows a further sheet begins.
    """
    target = str(file) if isinstance(file, Path) else file
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True})
        quoted = workbook.add_format({"quote_prefix": True})
        count = 0
        sheet, place = _new_sheet(workbook, header, bold, rtl), 1
        for row in rows:
            if place == ROWS_PER_SHEET:
                sheet, place = _new_sheet(workbook, header, bold, rtl), 1
            for column, value in enumerate(row):
                _write_cell(sheet, place, column, value, quoted)
            place += 1
            count += 1
    return count


def _new_sheet(workbook: xlsxwriter.Workbook, header: Sequence[str], bold, rtl: bool):
    sheet = workbook.add_worksheet()
    if rtl:
        sheet.right_to_left()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(header) - 1, 0), 20)
    for column, name in enumerate(header):
        sheet.write_string(0, column, str(name), bold)
    return sheet


def _write_cell(sheet, row: int, column: int, value: object, quoted) -> None:
    if value is None or value == "":
        return
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and abs(value) < LARGEST_EXACT:
        sheet.write_number(row, column, value)
        return
    text = _text(value)
    sheet.write_string(row, column, text[:LONGEST_CELL], quoted if would_run(text) else None)
