"""Files that come with a message (SUP-2.10): a short list of kinds, told by their content, never by their name."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from common import uploads
from support.models import Attachment

FOLDER = "tickets"
KEPT_FOR_A_FORM = timedelta(days=2)
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png", ("png",)),
    (b"\xff\xd8\xff", "image/jpeg", ("jpg", "jpeg")),
    (b"GIF87a", "image/gif", ("gif",)),
    (b"GIF89a", "image/gif", ("gif",)),
    (b"%PDF-", "application/pdf", ("pdf",)),
    (b"PK\x03\x04", "application/zip", ("zip", "xlsx", "docx")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", ("xls", "doc")),
)
_TEXT = ("txt", "csv", "log")
ACCEPTED = (
    ",".join(f".{ending}" for *_rest, endings in _SIGNATURES for ending in endings)
    + ","
    + ",".join(f".{ending}" for ending in _TEXT)
)
_LOOKED_AT = 4096


class NotAccepted(uploads.UploadRefused):
    sentence = _(
        "Attach pictures (PNG, JPG, GIF), PDF, Word, Excel, ZIP or plain text files; this file is none of them."
    )


class TooLarge(uploads.UploadTooLarge):
    sentence = _("An attachment is too large. Attach smaller files.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in its place; not yet in the database."""

    name: str
    filename: str
    kind: str
    size: int


def keep(upload: UploadedFile) -> Kept:
    """Store an attachment under a random name. Raises NotAccepted, TooLarge, common.uploads.UploadRefused."""
    kind = kind_of(upload)
    if kind is None:
        raise NotAccepted
    try:
        stored = uploads.store(upload, folder=FOLDER, max_bytes=settings.SUPPORT_ATTACHMENT_MAX_BYTES)
    except uploads.UploadTooLarge as error:
        raise TooLarge from error
    return Kept(stored.name, stored.original_name, kind, stored.size)


def discard_orphans(*, now: datetime) -> int:
    """Delete files older than two days that came with a form which was never completed; how many there were."""
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    old = now.timestamp() - KEPT_FOR_A_FORM.total_seconds()
    names = {f"{FOLDER}/{path.parent.name}/{path.name}" for path in folder.glob("*/*") if path.stat().st_mtime < old}
    orphans = names - set(Attachment.objects.filter(path__in=names).values_list("path", flat=True))
    for name in orphans:
        uploads.discard(name)
    return len(orphans)


def kind_of(upload: UploadedFile) -> str | None:
    """The media type that the first octets and the name agree on; None where they do not, or it is none of ours."""
    upload.seek(0)
    head = upload.read(_LOOKED_AT)
    upload.seek(0)
    ending = (upload.name or "").rpartition(".")[2].lower()
    for signature, kind, endings in _SIGNATURES:
        if head.startswith(signature):
            return kind if ending in endings else None
    return "text/plain" if ending in _TEXT and _is_plain_text(head) else None


def _is_plain_text(head: bytes) -> bool:
    """Neither octets nor a page: a browser takes for HTML what begins with a tag."""
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # a letter cut in two by the end of what was read is no fault
            return False
        text = head[: error.start].decode("utf-8-sig")
    return "\x00" not in text and not text.lstrip().startswith("<")
