import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common.tables import csv_chunks, open_table, write_csv, write_xlsx, writing

DANGEROUS = ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-", "+a"]
HARMLESS = ["+989121234567", "+98 912 123 4567", "-12", "-1.5", "سلام", "a=b", "09121234567", "+۹۸۹۱۲", "'x", ""]


def csv_of(header, rows) -> tuple[str, list[list[str]]]:
    file = io.BytesIO()
    write_csv(file, header, rows)
    text = file.getvalue().decode()
    return text, list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_csv_opens_in_excel_with_persian_and_runs_nothing():
    text, rows = csv_of(["نام", "=نام"], [[cell, None] for cell in DANGEROUS + HARMLESS] + [[12, Decimal("1.50")]])
    assert text.startswith("\ufeffنام,'=نام\r\n")
    assert rows[1:] == [[f"'{cell}", ""] for cell in DANGEROUS] + [[cell, ""] for cell in HARMLESS] + [["12", "1.50"]]


def test_what_is_written_as_csv_reads_back_unchanged(tmp_path):
    path = tmp_path / "contacts.csv"
    rows = [["+989121234567", cell, "خط ۱\nخط ۲"] for cell in DANGEROUS[:4] + HARMLESS]
    with path.open("wb") as file:
        assert write_csv(file, ["موبایل", "نام", "متن"], rows) == len(rows)
    table = open_table(path)
    assert table.columns == ["موبایل", "نام", "متن"]
    assert [row for batch in table.rows() for row in batch] == rows


def test_moments_are_written_in_the_readers_calendar():
    moment = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    assert csv_of(["at"], [[moment]])[1][1] == ["1405/09/03 18:30"]
    with translation.override("en"):
        assert csv_of(["at"], [[moment]])[1][1] == ["2026-11-24 18:30"]


def test_csv_comes_in_pieces():
    pieces = list(csv_chunks(["n"], ([number] for number in range(5000))))
    assert len(pieces) == 3
    assert b"".join(pieces).decode("utf-8-sig").split("\r\n") == ["n", *map(str, range(5000)), ""]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3)))
def test_no_cell_of_a_csv_begins_like_a_formula(rows):
    _, written = csv_of(["a"], rows)
    for row in written[1:]:
        for cell in row:
            assert not cell.startswith(("=", "@", "\t", "\r"))
            assert not cell.startswith(("+", "-")) or not writing.would_run(cell)


def test_xlsx_holds_texts_numbers_and_no_formula(tmp_path):
    path = tmp_path / "report.xlsx"
    moment = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    rows = [[cell, 1, None] for cell in DANGEROUS + HARMLESS] + [
        ["x", 10**16, Decimal("1.5")],
        [True, moment, "y" * 40_000],
    ]
    assert write_xlsx(path, ["نام", "=شمار"], rows) == len(rows)
    sheet = openpyxl.load_workbook(path).active
    assert sheet.sheet_view.rightToLeft
    assert [cell.value for cell in sheet[1]] == ["نام", "=شمار", None]
    for number, cell in enumerate(DANGEROUS + HARMLESS, start=2):
        written = sheet.cell(number, 1)
        assert written.data_type in {"s", "n"}
        assert (written.value or "").replace("_x000D_", "\r") == cell
        assert sheet.cell(number, 2).value == 1
    assert [cell.value for cell in sheet[sheet.max_row - 1]] == ["x", str(10**16), 1.5]
    last = [cell.value for cell in sheet[sheet.max_row]]
    assert last == ["True", "1405/09/03 18:30", "y" * 32_767]
    assert b"<f>" not in path.read_bytes()


def test_xlsx_left_to_right_into_a_file_object():
    file = io.BytesIO()
    assert write_xlsx(file, ["a"], [["b"]], rtl=False) == 1
    sheet = openpyxl.load_workbook(file).active
    assert not sheet.sheet_view.rightToLeft
    assert sheet["A2"].value == "b"


def test_beyond_the_rows_of_a_sheet_another_begins(monkeypatch):
    monkeypatch.setattr(writing, "ROWS_PER_SHEET", 11)
    file = io.BytesIO()
    assert write_xlsx(file, ["n"], ([number] for number in range(25))) == 25
    sheets = openpyxl.load_workbook(file).worksheets
    assert [sheet.max_row for sheet in sheets] == [11, 11, 6]
    assert [sheet["A1"].value for sheet in sheets] == ["n"] * 3
    assert sheets[2]["A6"].value == 24


@pytest.mark.parametrize("rows", [[], iter([])])
def test_no_rows(rows):
    assert csv_of(["a", "b"], rows)[1] == [["a", "b"]]
