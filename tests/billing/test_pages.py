"""The history of credit, through the browser's door (13.4)."""

import io
import re

import openpyxl
import pytest

from billing.services import adjust, enter, lock_wallet, top_up
from tests.factories import make_account
from tests.pages import client_of, table_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    account = make_account()
    top_up(account=account, amount=50_000, reference="bank:1", reason="online")
    enter(
        wallet=lock_wallet(account.pk),
        kind="charge",
        amount=-3_000,
        reference="reserve:campaign:7",
        reason="messages",
        details={"campaign": 7, "recipients": 2},
    )
    adjust(account=account, amount=500, reference="adjust:1", reason="gift")
    make_account(credit=999)
    return account


def test_every_movement_is_shown_with_its_reason_and_the_balance_after_it(account):
    rows = table_of(client_of(account).get("/billing/"))
    assert [row[:4] for row in rows] == [
        ["gift", "Adjustment by staff", "+500", "47,500"],
        ["Messages of a send #7 2 recipients", "Messages", "−3,000", "47,000"],
        ["Bought online", "Top-up", "+50,000", "50,000"],
    ]


def test_in_persian_the_figures_and_days_are_persian(account):
    response = client_of(account, language="fa").get("/billing/")
    assert 'dir="rtl"' in response.content.decode()
    rows = table_of(response)
    assert rows[2][2] == "+۵۰٬۰۰۰"
    assert re.fullmatch("[۰-۹]{4}/[۰-۹]{2}/[۰-۹]{2} [۰-۹]{2}:[۰-۹]{2}", rows[2][4])


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ("kind=charge", ["−3,000"]),
        ("text=bank", ["+50,000"]),
        ("since=2100-01-01", []),
        ("until=2020-01-01", []),
        ("since=1400/01/01&until=1500/12/29&kind=adjustment", ["+500"]),
        ("kind=nonsense", ["+500", "−3,000", "+50,000"]),
        ("after=nonsense", ["+500", "−3,000", "+50,000"]),
    ],
)
def test_the_filters_choose(account, query, amounts):
    rows = table_of(client_of(account).get(f"/billing/?{query}"))
    assert [row[2] for row in rows] == amounts


def test_a_day_that_cannot_be_read_is_said_so(account):
    response = client_of(account).get("/billing/?since=yesterday")
    assert "Write the date like" in response.content.decode()


def test_long_histories_come_in_pages(account):
    wallet = lock_wallet(account.pk)
    for number in range(60):
        enter(wallet=wallet, kind="top_up", amount=1, reference=f"n:{number}")
    client = client_of(account)
    first = client.get("/billing/")
    assert len(table_of(first)) == 50
    older = re.search(r'rel="next" href="([^"]+)"', first.content.decode())[1]
    second = client.get(f"/billing/{older}")
    assert len(table_of(second)) == 13
    assert table_of(second)[-1][0] == "Bought online"
    assert 'rel="prev"' in second.content.decode()


def test_the_download_holds_what_the_filters_show(account):
    response = client_of(account).get("/billing/download/?kind=charge")
    assert response["Content-Disposition"].startswith('attachment; filename="credit-')
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.values)
    assert rows[0] == ("Date", "Time", "Kind", "Reason", "Amount (rials)", "Balance after (rials)", "Reference")
    assert [row[2:] for row in rows[1:]] == [("Messages", "Messages of a send", -3000, 47000, "reserve:campaign:7")]


def test_looking_opens_no_wallet():
    from billing.models import Wallet

    account = make_account()
    response = client_of(account).get("/billing/")
    assert "No money has moved yet" in response.content.decode()
    assert not Wallet.objects.exists()


def test_a_viewer_may_look_and_a_stranger_logs_in(account, client):
    assert client_of(account, "viewer").get("/billing/").status_code == 200
    for path in ("/billing/", "/billing/download/"):
        response = client.get(path)
        assert (response.status_code, response.url) == (302, f"/accounts/login/?next={path}")


def test_a_tab_is_no_filter_and_stays_when_the_filters_are_cleared(account):
    client = client_of(account)
    assert "Clear the filters" not in client.get("/billing/invoices/?state=paid").content.decode()
    filtered = client.get("/billing/invoices/?state=paid&since=2026-11-01").content.decode()
    assert '<a class="btn" href="/billing/invoices/?state=paid">Clear the filters</a>' in filtered
