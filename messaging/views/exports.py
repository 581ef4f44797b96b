"""Workbooks of filtered lists."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from tempfile import TemporaryFile

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import get_language_bidi

from common import showing
from common.tables import write_xlsx

MOST_EXPORTED = 100_000
READ_AT_ONCE = 2_000


def is_too_long(found: QuerySet, most: int) -> bool:
    """Whether more rows match than a workbook takes; they are refused in words, not cut off in silence."""
    return bool(found.values_list("pk")[most : most + 1])


def workbook(filename: str, header: Sequence[str], rows: Iterable[Sequence]) -> FileResponse:
    """An .xlsx download, written row by row, from right to left where the reader's language is."""
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(file, header, rows, rtl=get_language_bidi())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename)


def written(moment: datetime | None) -> str:
    """A moment as the reader's calendar has it; nothing for none."""
    return f"{showing.day(moment)} {showing.clock(moment)}" if moment else ""
