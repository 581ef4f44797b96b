"""Ledger, invoices, buying credit and asking for lines over the web service (W5, 12, 13, 14)."""

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import Invoice, Payment, Proforma
from billing.selectors import balance
from billing.services import top_up
from numbers.models import LineRequest
from numbers.ordering import approve, reject
from tests.factories import make_account, make_invoice, make_line
from tests.webservice.conftest import Api, problem
from webservice.services import create_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(account, line) -> Api:
    return Api(create_key(account=account, name="admin", scopes=["read", "admin"])[1])


def test_credit_is_bought_over_the_bank_and_seen_everywhere(admin, account, client):
    before = balance(account)
    made = admin.post("topups", {"rials": 1_000_000}, idempotency_key="k1")
    assert made.status_code == 201
    topup = made.json()
    assert (topup["state"], topup["net"], topup["vat"], topup["total"]) == ("open", 1_000_000, 100_000, 1_100_000)
    again = admin.post("topups", {"rials": 1_000_000}, idempotency_key="k1")
    assert (again.json(), Proforma.objects.count(), Payment.objects.count()) == (topup, 1, 1)
    browser = Client()
    assert topup["payment_url"].startswith("http://testserver/mockbank/")
    back = browser.post(topup["payment_url"], {"action": "pay"})
    browser.get(back.url)
    seen = admin.get(f"topups/{topup['id']}").json()
    assert (seen["state"], seen["payment_url"], balance(account) - before) == ("paid", None, 1_000_000)
    [listed] = admin.get("invoices").json()["invoices"]
    assert (listed["id"], listed["for"], listed["total"]) == (seen["invoice"], "credit", 1_100_000)
    full = admin.get(f"invoices/{listed['id']}").json()
    assert full["lines"][0]["amount"] == 1_000_000
    assert full["tracking_number"].startswith("MB")
    entry = admin.get("ledger", {"kind": "top_up", "limit": 1}).json()["entries"][0]
    assert (entry["amount"], entry["reason"], entry["balance_after"]) == (1_000_000, "Bought online", balance(account))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "messages"),
        ({"messages": 10_000, "rials": 5}, "messages"),
        ({"rials": 5}, "rials"),
        ({"messages": "10000"}, "messages"),
        ({"rials": 1_000_000, "gateway": "nobody"}, "gateway"),
        ({"rials": 1_000_000, "amount": 1}, "amount"),
    ],
)
def test_what_cannot_be_bought(admin, unchanged, body, field):
    refused = problem(admin.post("topups", body), 422, "validation_failed")
    assert field in {error["field"] for error in refused["errors"]}
    assert not Proforma.objects.exists()


def test_buying_needs_the_scope(api, account):
    problem(api.post("topups", {"rials": 1_000_000}), 403, "scope_missing")
    problem(api.post("line-requests", {"number": "3000912345"}), 403, "scope_missing")


def test_a_bank_that_is_away_orders_nothing(admin, settings):
    settings.PAYMENT_GATEWAYS, settings.ZIBAL_URL = ["zibal"], "http://127.0.0.1:9"
    problem(admin.post("topups", {"rials": 1_000_000}, idempotency_key="k"), 503, "unavailable")
    assert not Proforma.objects.exists()
    settings.PAYMENT_GATEWAYS = ["mockbank"]
    assert admin.post("topups", {"rials": 1_000_000}, idempotency_key="k").status_code == 201


def test_others_see_nothing_of_it(stranger, account):
    invoice = make_invoice(account)
    problem(stranger.get(f"invoices/{invoice.pk}"), 404, "not_found")
    problem(stranger.get(f"topups/{invoice.proforma_id}"), 404, "not_found")
    assert stranger.get("invoices").json()["invoices"] == []
    foreign = make_line(account)
    problem(stranger.get(f"lines/{foreign.number}"), 404, "not_found")


def test_the_ledger_in_pages(api, account):
    for number in range(5):
        top_up(account=account, amount=100 + number, reference=f"n:{number}", reason="top_up")
    first = api.get("ledger", {"limit": 3, "kind": "top_up"}).json()
    assert [entry["amount"] for entry in first["entries"]] == [104, 103, 102]
    second = api.get("ledger", {"limit": 2, "kind": "top_up", "cursor": first["next"]}).json()
    assert [entry["amount"] for entry in second["entries"]] == [101, 100]
    assert api.get("ledger", {"from": "2100-01-01T00:00:00Z"}).json()["entries"] == []
    problem(api.get("ledger", {"kind": "gift"}), 422, "validation_failed")


def test_a_line_is_asked_for_and_followed(admin, account):
    assert admin.get("line-inquiry", {"number": "۳۰۰۰۹۱۲۳۴۵"}).json() == {"number": "3000912345", "is_free": True}
    made = admin.post("line-requests", {"number": "3000912345"}, idempotency_key="k")
    assert (made.status_code, made.json()["state"]) == (201, "submitted")
    assert admin.post("line-requests", {"number": "3000912345"}, idempotency_key="k").json() == made.json()
    assert admin.get("line-inquiry", {"number": "3000912345"}).json()["is_free"] is False
    request = LineRequest.objects.get()
    approve(request=request, price=1_000_000, by=None, now=timezone.now())
    seen = admin.get(f"line-requests/{request.pk}").json()
    assert (seen["state"], seen["to_pay"]) == ("approved", 1_100_000)
    make_invoice(account, LineRequest.objects.get().proforma)
    assert admin.get("line-requests", {"state": "done"}).json()["requests"][0]["to_pay"] is None
    line = admin.get("lines/3000912345").json()
    assert (line["kind"], line["state"], line["prefix_family"]) == ("advertising", "active", "3000")
    assert Invoice.objects.get().proforma.purpose == "line"


def test_a_refused_request_says_why(admin):
    admin.post("line-requests", {"number": "3000912345"})
    reject(request=LineRequest.objects.get(), reason="reserved", by=None, now=timezone.now())
    assert admin.get("line-requests").json()["requests"][0]["reason"] == "reserved"


@pytest.mark.parametrize("number", ["", "77", "9999912345", "30009123456789012345"])
def test_numbers_that_are_not_offered(admin, number):
    problem(admin.post("line-requests", {"number": number}), 422, "validation_failed")
    assert not LineRequest.objects.exists()


def test_a_taken_number_is_refused(admin):
    taken = make_line(make_account(), number="3000912345")
    refused = problem(admin.post("line-requests", {"number": taken.number}), 422, "validation_failed")
    assert refused["errors"][0]["field"] == "number"
    problem(admin.get("line-inquiry", {"number": "x"}), 422, "validation_failed")


def test_a_test_key_buys_nothing(account, line):
    key = Api(create_key(account=account, name="test", scopes=["read", "admin"], is_test=True)[1])
    problem(key.post("topups", {"rials": 1_000_000}), 422, "validation_failed")
    problem(key.post("line-requests", {"number": "3000912345"}), 422, "validation_failed")
    assert not Proforma.objects.exists()
