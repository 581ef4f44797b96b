"""Lists as Excel files: always the filtered result."""

from collections.abc import Iterable, Sequence
from tempfile import TemporaryFile

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import get_language_bidi

from common.tables import write_xlsx


def workbook(name: str, header: Sequence[str], rows: Iterable[Sequence]) -> FileResponse:
    """Rows as a download, its time in its name."""
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(file, header, rows, rtl=get_language_bidi())
    file.seek(0)
    stamp = f"{timezone.localtime():%Y%m%d-%H%M}"
    return FileResponse(file, as_attachment=True, filename=f"{name}-{stamp}.xlsx")
