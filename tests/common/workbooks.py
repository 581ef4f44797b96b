"""Workbooks made in memory for the tests."""

import io
import struct
import zipfile
from datetime import datetime

import xlsxwriter

_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(rows: list[list]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        dated = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, column, value, dated)
                else:
                    sheet.write(number, column, value)
    return stream.getvalue()


def replaced_in_workbook(*, sheet_rows: bytes, shared: bytes = b"", doctype: bytes = b"") -> bytes:
    """A workbook whose parts say what no spreadsheet program would."""
    parts = {
        "xl/worksheets/sheet1.xml": doctype
        + b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (_MAIN, sheet_rows),
        "xl/sharedStrings.xml": b'<sst xmlns="%s"><si><t>%s</t></si></sst>' % (_MAIN, shared),
    }
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["x"]]))) as good,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, parts.get(name) or good.read(name))
    return stream.getvalue()


def old_workbook(rows: list[list]) -> bytes:
    """Excel 97–2003: a BIFF8 stream in an OLE container, after Microsoft's [MS-XLS] and [MS-CFB]."""
    globals_ = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    globals_ += _record(0x0042, struct.pack("<H", 1200))
    globals_ += _record(0x0022, struct.pack("<H", 0))
    globals_ += _record(0x041E, struct.pack("<HH", 164, 16) + b"\x00yyyy-mm-dd hh:mm")
    globals_ += b"".join(_record(0x00E0, _format_record(number)) for number in (0, 164))
    cells = b"".join(
        _cell(number, column, value)
        for number, row in enumerate(rows)
        for column, value in enumerate(row)
        if value is not None and value != ""
    )
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    sheet += _record(0x0200, size) + cells + _record(0x000A, b"")
    name = b"\x06\x00Sheet1"
    start = len(globals_) + 4 + 6 + len(name) + 4
    globals_ += _record(0x0085, struct.pack("<IBB", start, 0, 0) + name) + _record(0x000A, b"")
    return _container(globals_ + sheet)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _format_record(number_format: int) -> bytes:
    return struct.pack("<HHH", 0, number_format, 0) + bytes(14)


def _cell(row: int, column: int, value: object) -> bytes:
    if isinstance(value, bool):
        return _record(0x0205, struct.pack("<HHHBB", row, column, 0, value, 0))
    if isinstance(value, datetime):
        days = (value - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001
        return _record(0x0203, struct.pack("<HHHd", row, column, 1, days))
    if isinstance(value, (int, float)):
        return _record(0x0203, struct.pack("<HHHd", row, column, 0, value))
    text = str(value).encode("utf-16-le")
    return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text) // 2, 1) + text)


def _container(stream: bytes) -> bytes:
    """One stream, padded past the 4,096 octets below which it would lie in the small-block table."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\x00")
    sectors = len(stream) // 512
    end, free, table = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    chain = [table, end, *range(3, sectors + 2), end]
    assert len(chain) <= 128
    allocation = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    directory = _entry("Root Entry", 5, 1, end, 0) + _entry("Workbook", 2, free, 2, len(stream))
    return header + allocation + directory + bytes(256) + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    free = 0xFFFFFFFF
    written = (name + "\0").encode("utf-16-le")
    head = written.ljust(64, b"\0") + struct.pack("<HBB", len(written), kind, 1)
    return head + struct.pack("<III", free, free, child) + bytes(36) + struct.pack("<IQ", start, size)
