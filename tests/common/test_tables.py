import codecs
import csv
import io
import struct
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from django.utils import translation

from common.tables import (
    DamagedFile,
    EmptyFile,
    Kind,
    NotATable,
    PasswordProtected,
    TableError,
    TooLarge,
    UnsupportedFormat,
    WebPage,
    guess_phone_column,
    open_table,
    recognising,
    sheets,
)
from tests.common.workbooks import old_workbook, replaced_in_workbook, workbook

PHONES = ["09121234567", "+989351234567", "۰۹۳۶۱۲۳۴۵۶۷", "0912 123 4568"]


@pytest.fixture
def saved(tmp_path):
    def save(content: bytes | str, name: str = "upload") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return save


def all_rows(table, batch: int = 3) -> list[list[str]]:
    return [row for part in table.rows(batch) for row in part]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_a_text_file_in_any_encoding(saved, encoding, line_break):
    table = open_table(saved(line_break.join([*PHONES, "", "x"]).encode(encoding)), "numbers.xlsx")
    assert (table.kind, table.has_header, table.first_row) == (Kind.TXT, False, 1)
    assert all_rows(table) == [[phone] for phone in PHONES] + [[""], ["x"]]
    assert list(table.column(0, batch=4)) == [PHONES, ["", "x"]]
    assert guess_phone_column(table) == 0
    with translation.override("en"):
        assert open_table(table.path).columns == ["Column 1"]


def test_a_persian_windows_file(saved):
    table = open_table(saved("نام,شماره\nعلي,09121234567\n".encode("windows-1256")))
    assert table.columns == ["نام", "شماره"]
    assert all_rows(table) == [["علي", "09121234567"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_csv_with_any_delimiter(saved, delimiter):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter)
    rows = [["سلام، خوبی؟\nخط دوم", "09121234567", "1"], [f'با {delimiter} و "نقل"', "۰۹۳۵۱۲۳۴۵۶۷", ""]] * 3
    writer.writerows([["متن", " موبایل ", ""], *rows])
    table = open_table(saved(stream.getvalue()), "x.txt")
    assert (table.kind, table.has_header, table.first_row, table.width) == (Kind.CSV, True, 2, 3)
    assert table.columns == ["متن", "موبایل", "ستون ۳"]
    assert all_rows(table) == rows
    assert table.sample(2) == rows[:2]
    assert list(table.column(1, batch=100)) == [["09121234567", "۰۹۳۵۱۲۳۴۵۶۷"] * 3]
    assert guess_phone_column(table) == 1


def test_numbers_in_one_line(saved):
    table = open_table(saved("09121234567, 09351234567,09361234567"))
    assert (table.kind, [row[0].strip() for row in all_rows(table)]) == (
        Kind.TXT,
        ["09121234567", "09351234567", "09361234567"],
    )


def test_uneven_rows(saved):
    table = open_table(saved("a,09121234567\nb\n\nc,09351234567,x\nd,09361234567\n"))
    assert all_rows(table) == [["a", "09121234567"], ["b"], [""], ["c", "09351234567", "x"], ["d", "09361234567"]]
    assert list(table.column(1)) == [["09121234567", "", "", "09351234567", "09361234567"]]


def test_nul_marks_and_the_guarding_apostrophe_are_taken_off(saved):
    table = open_table(saved("name,mobile\n'=1+1,0912\x00123\ufeff4567\n'quoted',09351234567\n".replace("\x00", "")))
    assert all_rows(table) == [["=1+1", "09121234567"], ["'quoted'", "09351234567"]]


@pytest.mark.parametrize("make", [workbook, old_workbook])
def test_a_workbook(saved, make):
    moment = datetime(2026, 11, 24, 18, 30)  # noqa: DTZ001 - a spreadsheet's moments have no zone
    rows = [
        ["موبایل", "متن", "زمان", ""],
        ["09121234567", "سلام\nخوبی؟", moment, 1.5],
        [9351234567, None, None, True],
        [None, None, None, None],
        [989361234567, "=x", "1405/09/03 18:30", 0],
    ]
    table = open_table(saved(make(rows)), "upload.csv")
    assert table.kind is (Kind.XLSX if make is workbook else Kind.XLS)
    assert (table.has_header, table.first_row, table.width) == (True, 2, 4)
    assert table.columns[:3] == ["موبایل", "متن", "زمان"]
    assert all_rows(table) == [
        ["09121234567", "سلام\nخوبی؟", "2026-11-24 18:30:00", "1.5"],
        ["9351234567", "", "", "TRUE"],
        ["", "", "", ""],
        ["989361234567", "=x", "1405/09/03 18:30", "0"],
    ]
    assert guess_phone_column(table) == 0


def test_row_numbers_are_those_of_the_sheet(saved):
    sheet = openpyxl.Workbook()
    sheet.active["B5"], sheet.active["B6"] = "mobile", "09121234567"
    table = open_table(saved(bytes_of(sheet)))
    assert (table.first_row, table.columns, all_rows(table)) == (6, ["mobile"], [["09121234567"]])


def test_the_first_visible_sheet_that_holds_anything(saved):
    book = openpyxl.Workbook()
    book.active.append(["hidden"])
    book.create_sheet("empty")
    book.create_sheet("good").append(["09121234567"])
    book.worksheets[0].sheet_state = "hidden"
    assert all_rows(open_table(saved(bytes_of(book)))) == [["09121234567"]]


def test_a_hundred_thousand_rows(saved, tmp_path):
    path = tmp_path / "big.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(100_000):
            sheet.write_string(row, 0, f"0912{row:07}")
            sheet.write_string(row, 1, "سلام")
    batches = list(open_table(path).column(0, batch=30_000))
    assert [len(batch) for batch in batches] == [30_000, 30_000, 30_000, 10_000]
    assert (batches[0][0], batches[-1][-1]) == ("09120000000", "09120099999")
    text = saved("".join(f"0912{row:07}\n" for row in range(100_000)))
    assert [cell for batch in open_table(text).column(0) for cell in batch] == [c for b in batches for c in b]


def test_reading_may_stop_anywhere(saved):
    table = open_table(saved(workbook([["09121234567"]] * 20_000)))
    rows = table.rows(10)
    assert next(rows) == [["09121234567"]] * 10
    rows.close()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyFile),
        (b" \r\n\t\n", EmptyFile),
        (codecs.BOM_UTF8, EmptyFile),
        (b",,,\n,,,\n", EmptyFile),
        (b"%PDF-1.7 ...", NotATable),
        (b"\x89PNG\r\n\x1a\n\x00\x00", NotATable),
        (bytes(range(256)) * 20, NotATable),
        (b"<html><table><tr><td>1</td></tr></table></html>", WebPage),
        (b'\xef\xbb\xbf  <?xml version="1.0"?><Workbook/>', WebPage),
        (b"PK\x03\x04 not a zip", DamagedFile),
        (b"\x09\x08\x08\x00\x00\x05", UnsupportedFormat),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "WordDocument".encode("utf-16-le"), NotATable),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
            PasswordProtected,
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "Workbook".encode("utf-16-le"), DamagedFile),
    ],
)
def test_what_is_no_table(saved, content, error):
    with pytest.raises(error) as refusal:
        open_table(saved(content))
    assert type(refusal.value) is error
    assert str(refusal.value)


def zipped(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("entries", "error"),
    [
        ({"word/document.xml": b"x", "[Content_Types].xml": b"x"}, NotATable),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, UnsupportedFormat),
        ({"[Content_Types].xml": b"x", "xl/workbook.bin": b"x"}, UnsupportedFormat),
        ({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"}, DamagedFile),
    ],
)
def test_other_archives(saved, entries, error):
    with pytest.raises(error):
        open_table(saved(zipped(entries)))


def test_damaged_workbooks(saved):
    good = workbook([["09121234567"]] * 100)
    for octets in (good[: len(good) // 2], good[:200] + b"\x00" * 300 + good[500:]):
        with pytest.raises(DamagedFile):
            open_table(saved(octets))
    with pytest.raises(EmptyFile):
        open_table(saved(workbook([])))


def test_a_declared_zip_bomb(saved, monkeypatch):
    monkeypatch.setattr(recognising, "MAX_INFLATED_BYTES", 1_000_000)
    bomb = zipped({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x", "xl/worksheets/sheet1.xml": bytes(1_000_001)})
    with pytest.raises(TooLarge):
        open_table(saved(bomb))


def test_a_zip_bomb_that_lies_about_its_size(saved, monkeypatch):
    monkeypatch.setattr(recognising, "MAX_INFLATED_BYTES", 1_000_000)
    bomb = bytearray(
        zipped({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x", "xl/worksheets/sheet1.xml": bytes(5_000_000)})
    )
    entry = bomb.rfind(b"PK\x01\x02")
    assert struct.unpack_from("<I", bomb, entry + 24) == (5_000_000,)
    struct.pack_into("<I", bomb, entry + 24, 10)
    with pytest.raises(TooLarge):
        open_table(saved(bytes(bomb)))


def test_a_sheet_of_two_far_corners_exhausts_only_its_own_process(saved):
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(TooLarge):
        open_table(saved(replaced_in_workbook(sheet_rows=cells)))


def test_one_long_text_shared_by_many_cells_exhausts_only_its_own_process(saved, monkeypatch):
    monkeypatch.setattr(sheets, "MEMORY_BYTES", 300 * 1024 * 1024)
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(1, 20_001))
    with pytest.raises(TooLarge):
        open_table(saved(replaced_in_workbook(sheet_rows=cells, shared=b"x" * 32_000)))


def test_entities_are_not_expanded(saved):
    cells = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&lol;</t></is></c></row>'
    doctype = b'<!DOCTYPE worksheet [<!ENTITY lol SYSTEM "file:///etc/passwd">]>'
    try:
        rows = all_rows(open_table(saved(replaced_in_workbook(sheet_rows=cells, doctype=doctype))))
    except TableError:
        rows = []
    assert "root" not in str(rows)


def test_a_workbook_beyond_the_cap(saved, monkeypatch):
    monkeypatch.setattr(recognising, "MAX_SHEET_BYTES", 1000)
    with pytest.raises(TooLarge):
        open_table(saved(workbook([["09121234567"]])))


def test_a_line_without_end(saved, monkeypatch):
    monkeypatch.setattr("common.tables.plain.MAX_FIELD", 1000)
    with pytest.raises(DamagedFile):
        all_rows(open_table(saved("x" * 5000)))
    with pytest.raises(DamagedFile):
        all_rows(open_table(saved('a,b\na,b\na,"' + "x" * 5000)))


@pytest.mark.parametrize(
    ("text", "has_header"),
    [
        ("شماره\n09121234567", True),
        ("09121234567\n09351234567", False),
        ("نام,موبایل\nعلی,09121234567", True),
        ("علی,09121234567\nرضا,09351234567", False),
        ("first,second\nx,09351234567", True),
        ("علی\nرضا", False),
        ("موبایل", False),
    ],
)
def test_header_guess(saved, text, has_header):
    table = open_table(saved(text))
    assert table.has_header is has_header
    assert len(all_rows(table)) == len(text.split("\n")) - has_header


def test_phone_column_guess(saved):
    table = open_table(saved("id,phone1,phone2\n1,,09121234567\n2,0211234567,09351234567\n3,09361234567,09371234567"))
    assert guess_phone_column(table) == 2
    assert guess_phone_column(open_table(saved("a,b\nc,d\n"))) is None


def bytes_of(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
