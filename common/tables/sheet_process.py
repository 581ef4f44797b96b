"""Reads a workbook in a process of its own, which a hostile one may exhaust, and prints it as lines of JSON.

``python sheet_process.py PATH MEMORY_BYTES CPU_SECONDS [ROWS]``: first {"start": row number of the first row}, then
lists of rows, a row being a list of texts; or {"error": "password" | "damaged" | "empty" | "large"}. Run as a file:
nothing of the project is imported, so it starts quickly.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

BATCH = 5_000


def main(path: str, memory: int, seconds: int, rows: int | None) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sheet = first_sheet(CalamineWorkbook.from_path(path))
    except PasswordError:
        answer({"error": "password"})
    except (CalamineError, OSError, ValueError, EOFError):
        answer({"error": "damaged"})
    except MemoryError:
        answer({"error": "large"})
    else:
        if sheet is None:
            answer({"error": "empty"})
        else:
            print_rows(sheet, rows)


def first_sheet(workbook: CalamineWorkbook) -> CalamineSheet | None:
    """The first visible worksheet that holds anything."""
    for index, sheet in enumerate(workbook.sheets_metadata):
        if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible:
            found = workbook.get_sheet_by_index(index)
            if found.height:
                return found
    return None


def print_rows(sheet: CalamineSheet, limit: int | None) -> None:
    above, _ = sheet.start or (0, 0)
    answer({"start": above + 1})
    rows = islice(sheet.iter_rows(), above, None if limit is None else above + limit)  # it begins with the blank ones
    while batch := list(islice(rows, BATCH)):
        answer([[cell if type(cell) is str and "\x00" not in cell else text_of(cell) for cell in row] for row in batch])


def text_of(cell: object) -> str:
    """As a person would have typed it: whole numbers without .0, moments as YYYY-MM-DD HH:MM:SS."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return str(cell).replace("\x00", "")


def answer(value: object) -> None:
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
    sys.stdout.buffer.write(line.encode("utf-8", "replace"))


if __name__ == "__main__":
    memory_bytes, cpu_seconds, *most = map(int, sys.argv[2:])
    main(sys.argv[1], memory_bytes, cpu_seconds, most[0] if most else None)
