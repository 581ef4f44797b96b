"""The request log in the panel (W10, S1): what programs asked, how it ended, and what that means."""

from collections.abc import Iterator
from tempfile import TemporaryFile

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import panel_page
from common import showing
from common.paging import page_of
from common.tables import write_xlsx
from webservice.models import ApiRequest
from webservice.requests.forms import RequestsFilter
from webservice.requests.reading import meaning, requests_of, tone

MOST_EXPORTED = 100_000


@panel_page("manage")
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """The newest first; by key, outcome, code, path or request id, and day."""
    form = RequestsFilter(request.GET or None, account=request.account)
    page = page_of(_found(request, form), request.GET)
    for row in page.rows:
        row.meaning, row.tone = meaning(row), tone(row)
    return render(request, "webservice/requests.html", {"form": form, "page": page})


@panel_page("manage")
@require_safe
def export(request: HttpRequest) -> FileResponse:
    """The filtered log as a workbook, its newest 100,000 lines."""
    found = _found(request, RequestsFilter(request.GET or None, account=request.account))
    header = [
        _("Time"), _("Key"), _("Method"), _("Path"), _("Status"), _("Code"), _("Meaning"), _("Duration (ms)"),
        _("Address"), _("Request's id"),
    ]  # fmt: skip
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(file, header, _cells(found.order_by("-id")[:MOST_EXPORTED]), rtl=get_language_bidi())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="requests.xlsx")


def _found(request: HttpRequest, form: RequestsFilter) -> QuerySet[ApiRequest]:
    return requests_of(request.account, **form.wanted()).select_related("key")


def _cells(found: QuerySet[ApiRequest]) -> Iterator[list]:
    for row in found.iterator(chunk_size=2_000):
        at = f"{showing.day(row.at)} {showing.clock(row.at)}"
        yield [
            at, row.key.name, row.method, row.path, row.status, row.code, meaning(row), row.duration_ms, row.address,
            row.request_id,
        ]  # fmt: skip
