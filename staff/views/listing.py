"""What the lists of the staff's pages share: a file of what was filtered, and papers shown beside a decision."""

from collections.abc import Iterable, Sequence
from tempfile import TemporaryFile

from django.http import FileResponse, Http404
from django.utils.translation import get_language_bidi

from common.tables import write_xlsx
from common.uploads import UploadGone, paper_response

MOST_EXPORTED = 100_000
FILE = "xlsx"


def workbook(name: str, header: Sequence[str], rows: Iterable[Sequence]) -> FileResponse:
    """Rows as a download ``name.xlsx``."""
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(file, header, rows, rtl=get_language_bidi())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.{FILE}")


def shown_paper(name: str, shown_name: str, *, inline: bool) -> FileResponse:
    """A stored paper, as a download or for a frame of our own page: PDF, JPEG or PNG by its first octets, nothing else
    is shown in a browser. Raises Http404 where it is gone."""
    try:
        response = paper_response(name, shown_name)
    except UploadGone as error:
        raise Http404 from error
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    if inline and response["Content-Type"] != "application/octet-stream":
        response["Content-Disposition"] = "inline"
        response["X-Frame-Options"] = "SAMEORIGIN"
        response["Content-Security-Policy"] = "frame-ancestors 'self'"
    return response
