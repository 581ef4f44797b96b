"""Workbooks of filtered lists."""

from collections.abc import Iterable, Sequence
from tempfile import TemporaryFile

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language_bidi

from common.tables import write_xlsx

READ_AT_ONCE = 2_000


def is_too_long(found: QuerySet, most: int) -> bool:
    """Whether more rows match than are handed out at once; nothing is cut off in silence."""
    return bool(found.values_list("pk")[most : most + 1])


def workbook(filename: str, header: Sequence[str], rows: Iterable[Sequence]) -> FileResponse:
    """An .xlsx download, written row by row, from right to left where the reader's language is."""
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(file, header, rows, rtl=get_language_bidi())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename)


def made_in_the_background(kind: str, query: QueryDict) -> HttpResponse:
    """To the page of exports, which has the list made by itself; the filters go with it."""
    asked = query.copy()
    asked["list"] = kind
    return redirect(f"{reverse('reports:exports')}?{asked.urlencode()}")
