"""The lines and the requests for lines as Excel files, as filtered (12)."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.factories import make_account, make_line, make_line_request
from tests.pages import client_of

pytestmark = pytest.mark.django_db


def sheet(client, path: str) -> list[list]:
    rows = load_workbook(BytesIO(client.get(path).getvalue())).active.iter_rows()
    return [[cell.value for cell in row] for row in rows]


def test_the_lines_of_the_account_and_the_shared_ones():
    account = make_account()
    mine, shared = make_line(account), make_line(None, kind="shared")
    make_line(make_account())
    rows = sheet(client_of(account), "/numbers/lines.xlsx")
    assert [row[0] for row in rows] == ["Line", mine.number, shared.number]
    assert rows[1][1:4] == ["Advertising", "3000", "Active"]


def test_the_requests_that_the_filters_show():
    account = make_account()
    first, second = make_line_request(account), make_line_request(account)
    make_line_request(make_account())
    client = client_of(account)
    assert [row[0] for row in sheet(client, "/numbers/requests/requests.xlsx")][1:] == [second.number, first.number]
    assert [row[0] for row in sheet(client, f"/numbers/requests/requests.xlsx?q={first.number}")][1:] == [first.number]
    assert sheet(client, "/numbers/requests/requests.xlsx?state=rejected")[1:] == []
