"""The page on which an account sees its lines (12.1)."""

import pytest

from numbers.models import Line
from tests.factories import make_account, make_line
from tests.pages import client_of, table_of

pytestmark = pytest.mark.django_db


def test_an_account_sees_its_own_lines_and_the_shared_ones():
    account = make_account()
    make_line(account, number="30001")
    make_line(account, number="30002", kind=Line.Kind.SERVICE, state=Line.State.SUSPENDED)
    make_line(None, number="30003", kind=Line.Kind.SHARED_SERVICE, prefix_family="")
    make_line(make_account(), number="30004")
    rows = table_of(client_of(account, "viewer").get("/numbers/"))
    assert [(row[0], row[1], row[2], row[4]) for row in rows] == [
        ("30001", "Advertising", "3000", "Active"),
        ("30002", "Service", "3000", "Suspended"),
        ("30003 For everybody on the platform", "Shared service", "–", "Active"),
    ]
    assert rows[0][3].startswith("08:00–22:00")
    assert rows[1][3] == "Any hour"


def test_without_a_line_the_page_says_what_to_do():
    assert "You have no line yet" in client_of(make_account()).get("/numbers/").content.decode()
