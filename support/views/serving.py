"""Attachments go out as downloads, whatever they are (SUP-2.10)."""

from django.http import FileResponse, Http404, HttpResponse

from common.uploads import UploadGone, path_of
from support.models import Attachment


def download(attachment: Attachment) -> HttpResponse:
    """Never shown in the browser: an unknown type, a name, no sniffing, and a policy under which nothing runs."""
    try:
        file = path_of(attachment.path).open("rb")
    except UploadGone as error:
        raise Http404 from error
    response = FileResponse(
        file, as_attachment=True, filename=attachment.filename, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
