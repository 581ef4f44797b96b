"""What an uploaded file is, by its content: its name may say anything."""

import codecs
import mmap
import re
import zipfile
import zlib
from pathlib import Path

from common.tables.errors import (
    DamagedFile,
    EmptyFile,
    NotATable,
    PasswordProtected,
    TooLarge,
    UnsupportedFormat,
    WebPage,
)

MAX_SHEET_BYTES = 64 * 1024 * 1024
MAX_INFLATED_BYTES = 512 * 1024 * 1024
MAX_ZIP_ENTRIES = 2_000
HEAD = 64 * 1024

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_WORKSHEETS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00")
_NO_TEXT = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"{\\rtf",
    b"BZh",
    b"SQLite",
)
_MARKUP = re.compile(rb"\A\s*<(?:!doctype|html|\?xml|head|body|table|style|meta|script|!--)", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x19\x1b\x1c-\x1f\x7f]")


def recognise(path: Path) -> str:
    """ "xlsx", "xls" or "text"; raises a TableError for anything else, before any library opens the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise EmptyFile
    if head.startswith(b"PK\x03\x04"):
        _check_size(size)
        _check_zip(path)
        return "xlsx"
    if head.startswith(_OLE):
        _check_size(size)
        _check_ole(path)
        return "xls"
    if head.startswith(_OLD_WORKSHEETS):
        raise UnsupportedFormat
    _check_text(head)
    return "text"


def _check_size(size: int) -> None:
    if size > MAX_SHEET_BYTES:
        raise TooLarge


def _check_zip(path: Path) -> None:
    """An xlsx, and no bomb: neither what the entries declare nor what they really hold is beyond the limit."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise DamagedFile from error
    if len(entries) > MAX_ZIP_ENTRIES or sum(entry.file_size for entry in entries) > MAX_INFLATED_BYTES:
        raise TooLarge
    if any(entry.flag_bits & 1 for entry in entries):
        raise PasswordProtected
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise UnsupportedFormat if names & {"mimetype", "xl/workbook.bin"} else NotATable
    _inflate(path, entries)


def _inflate(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Unpacks every entry to nowhere: the declared sizes may lie, and the reader behind us would believe them."""
    room = MAX_INFLATED_BYTES
    with path.open("rb") as file:
        for entry in entries:
            file.seek(entry.header_offset)
            header = file.read(30)
            if len(header) < 30 or header[:4] != b"PK\x03\x04":
                raise DamagedFile
            file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
            if entry.compress_type == zipfile.ZIP_STORED:
                room -= entry.compress_size
            elif entry.compress_type == zipfile.ZIP_DEFLATED:
                room -= _inflated_size(file, entry.compress_size, room)
            else:
                raise UnsupportedFormat
            if room < 0:
                raise TooLarge


def _inflated_size(file, compressed: int, room: int) -> int:
    inflater = zlib.decompressobj(-15)
    size = 0
    while compressed > 0 and not inflater.eof:
        chunk = file.read(min(compressed, 64 * 1024))
        if not chunk:
            raise DamagedFile
        compressed -= len(chunk)
        while chunk and not inflater.eof:
            try:
                size += len(inflater.decompress(chunk, 1024 * 1024))
            except zlib.error as error:
                raise DamagedFile from error
            if size > room:
                return size
            chunk = inflater.unconsumed_tail
    return size


def _check_ole(path: Path) -> None:
    """An Excel 97–2003 workbook. An encrypted xlsx, a Word document and others share the container."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as octets:

        def has(stream: str) -> bool:
            return octets.find(stream.encode("utf-16-le")) >= 0

        if has("EncryptedPackage"):
            raise PasswordProtected
        if not has("Workbook") and not has("Book\x00"):
            raise NotATable


def _check_text(head: bytes) -> None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or guess_utf16(head):
        return
    text = head.removeprefix(codecs.BOM_UTF8)
    if _MARKUP.match(text):
        raise WebPage
    if text.startswith(_NO_TEXT) or b"\x00" in text or len(_CONTROL.findall(text)) * 100 > len(text):
        raise NotATable


def guess_utf16(head: bytes) -> str | None:
    """The byte order of UTF-16 without a mark: line feeds, digits and spaces have one zero octet."""
    octets = head[: len(head) & ~1]
    for name, even, odd in (("utf-16-le", octets[0::2], octets[1::2]), ("utf-16-be", octets[1::2], octets[0::2])):
        high = odd.count(0) + odd.count(6) + odd.count(0x20)
        if odd.count(0) and not even.count(0) and high * 10 >= len(odd) * 9:
            return name
    return None
