"""Staff's lists by month: of the reader's calendar, by Tehran's time."""

from datetime import datetime

import pytest
import time_machine
from django.contrib import admin

from common.jalali import TEHRAN
from tests.factories import make_account, make_invoice
from tests.pages import staff_client

pytestmark = pytest.mark.django_db
PATH = "/admin/billing/invoice/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=TEHRAN), tick=False):
        yield


def invoice_of(*moment: int) -> str:
    with time_machine.travel(datetime(*moment, tzinfo=TEHRAN), tick=False):
        return str(make_invoice(make_account()))


def test_a_month_is_that_of_the_readers_calendar():
    aban, azar, next_day = invoice_of(2026, 11, 21, 23, 59), invoice_of(2026, 11, 22, 0, 0), invoice_of(2026, 12, 22, 0)
    client = staff_client(language="fa")
    page = client.get(PATH).content.decode()
    assert ("?issued_at_month=1405-09" in page, "آذر ۱۴۰۵" in page, "آذر ۱۴۰۴" in page) == (True, True, True)
    chosen = client.get(PATH, {"issued_at_month": "1405-09"}).context["cl"].queryset
    assert [str(invoice) for invoice in chosen] == [azar]
    english = staff_client()
    assert "November 2026" in english.get(PATH).content.decode()
    chosen = english.get(PATH, {"issued_at_month": "2026-11"}).context["cl"].queryset
    assert {str(invoice) for invoice in chosen} == {aban, azar}
    assert next_day not in english.get(PATH, {"issued_at_month": "2026-11"}).content.decode()


@pytest.mark.parametrize("written", ["1405-13", "1405", "x", "99999-01"])
def test_what_is_no_month_is_refused(written):
    answer = staff_client().get(PATH, {"issued_at_month": written})
    assert (answer.status_code, answer.url) == (302, f"{PATH}?e=1")


def test_no_list_of_staff_goes_by_gregorian_months_alone():
    assert [str(page) for page in admin.site._registry.values() if page.date_hierarchy] == []
    page = staff_client(language="fa").get("/admin/accounts/auditentry/")
    assert page.status_code == 200
    assert ("?at_month=1405-09" in page.content.decode(), "آذر ۱۴۰۵" in page.content.decode()) == (True, True)
