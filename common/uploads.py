"""Files that people send, kept under MEDIA_ROOT by random names of ours; read by us, never served as they are."""

import contextlib
import errno
import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*/[0-9a-f]{2}/[0-9a-f]{32}")


class UploadRefused(Exception):
    """An upload that is not kept; ``str(error)`` tells its owner why, in the reader's language."""

    sentence = _("This file cannot be accepted.")

    def __str__(self) -> str:
        return str(self.sentence)


class UploadTooLarge(UploadRefused):
    sentence = _("The file is too large. Divide it into smaller files.")


class UploadEmpty(UploadRefused):
    sentence = _("The file is empty. Choose a file that has at least one row.")


class UploadGone(UploadRefused):
    sentence = _("The file is no longer kept here. Send it again.")


class NoRoom(UploadRefused):
    sentence = _("There is no room for this file on our disk now. Nothing was kept; send it again later.")


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextlib.contextmanager
def no_room_told() -> Iterator[None]:
    """A full disk becomes NoRoom."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom from error
        raise


class WithoutRoom(UploadedFile):
    """A file that came whole and found no room: whoever wants to keep or read it gets NoRoom."""

    def chunks(self, chunk_size: int | None = None):
        raise NoRoom

    def read(self, *_):
        raise NoRoom


class TemporaryFiles(TemporaryFileUploadHandler):
    """Django's handler of large files. A full disk does not break the request, whose page would then be lost: the file
    is refused in words where it is used."""

    def new_file(self, *args, **kwargs) -> None:
        self._has_room = True
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._has_room:
            self._try(lambda: self.file.write(raw_data))

    def file_complete(self, file_size: int) -> UploadedFile:
        if self._has_room:
            self._try(lambda: self.file.seek(0))  # writes what is buffered
        if self._has_room:
            return super().file_complete(file_size)
        return WithoutRoom(name=self.file_name, content_type=self.content_type, size=file_size)

    def _try(self, work) -> None:
        try:
            with no_room_told():
                work()
        except NoRoom:
            self._has_room = False
            with contextlib.suppress(OSError):
                self.file.close()


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """``name`` is what to keep in the database; ``original_name`` is for people's eyes only."""

    name: str
    original_name: str
    size: int
    sha256: str

    @property
    def path(self) -> Path:
        return path_of(self.name)


def store(upload: UploadedFile, *, folder: str, max_bytes: int | None = None) -> StoredUpload:
    """Keep an upload in a folder of MEDIA_ROOT ("recipients"). At most ``max_bytes``, or UPLOAD_MAX_BYTES.

    Raises UploadTooLarge, UploadEmpty or NoRoom, and leaves nothing behind then.
    """
    limit = settings.UPLOAD_MAX_BYTES if max_bytes is None else max_bytes
    if upload.size is not None and upload.size > limit:
        raise UploadTooLarge
    token = secrets.token_hex(16)
    name = f"{folder}/{token[:2]}/{token}"
    path = _place(name)
    try:
        with no_room_told():
            path.parent.mkdir(parents=True, exist_ok=True)
            size, digest = _write(upload, path, limit)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return StoredUpload(name, _shown_name(upload.name), size, digest)


def _write(upload: UploadedFile, path: Path, limit: int) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with path.open("xb") as file:
        path.chmod(0o600)
        for chunk in upload.chunks():
            size += len(chunk)
            if size > limit:
                raise UploadTooLarge
            digest.update(chunk)
            file.write(chunk)
    if not size:
        raise UploadEmpty
    return size, digest.hexdigest()


def _shown_name(name: str | None) -> str:
    last = re.split(r"[/\\]", name or "")[-1]
    return "".join(character for character in last if character.isprintable())[-200:]


def path_of(name: str) -> Path:
    """Where a stored upload lies. ValueError for a name that is not ours; UploadGone when the file is no more."""
    path = _place(name)
    if not path.is_file():
        raise UploadGone
    return path


def discard(name: str) -> None:
    """Delete a stored upload; nothing happens when it is gone already."""
    path = _place(name)
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        path.parent.rmdir()  # only an empty folder goes


def discard_orphans(folder: str, *, known: set[str], before: datetime) -> int:
    """Delete the files of a folder that were written before a moment and are none of ``known``; how many."""
    count = 0
    for path in (Path(settings.MEDIA_ROOT) / folder).glob("*/*"):
        name = f"{folder}/{path.parent.name}/{path.name}"
        with contextlib.suppress(FileNotFoundError):
            if name not in known and _NAME.fullmatch(name) and path.stat().st_mtime < before.timestamp():
                discard(name)
                count += 1
    return count


def _place(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError("not the name of a stored upload")
    return Path(settings.MEDIA_ROOT) / name


class UploadNotAPaper(UploadRefused):
    sentence = _("Send a scan or a photograph: PDF, JPEG or PNG.")


PAPER_TYPES = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
PAPER_MAX_BYTES = 10 * 1024 * 1024


def store_paper(upload: UploadedFile, *, folder: str) -> StoredUpload:
    """Keep a scan of a paper, at most 10 MB. Raises UploadNotAPaper by its first octets, and as ``store`` does."""
    head = upload.read(8)
    upload.seek(0)
    if head and paper_type(head) is None:
        raise UploadNotAPaper
    return store(upload, folder=folder, max_bytes=PAPER_MAX_BYTES)


def paper_type(head: bytes) -> str | None:
    """The media type of a paper that begins with ``head``."""
    return next((name for start, name in PAPER_TYPES.items() if head.startswith(start)), None)


def paper_response(name: str, shown_name: str) -> FileResponse:
    """A stored paper as a download that no browser runs. Raises UploadGone."""
    file = path_of(name).open("rb")
    content_type = paper_type(file.read(8)) or "application/octet-stream"
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=shown_name, content_type=content_type)
