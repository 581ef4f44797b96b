"""Buying credit in the panel (13.1, 13.3), the proforma and the invoice (14), the low-credit warning (13.5)."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from billing.models import BillingProfile, Invoice, MockBankSession, Payment, Proforma
from billing.selectors import balance, days_left
from billing.services import adjust, enter, lock_wallet, set_limits, top_up
from billing.signals import credit_low
from common.models import Notice
from credit.models import AccountPlan, TariffPlan
from credit.pricing import plan_of
from credit.purchasing import offer_messages, offer_rials, steps
from tests.factories import make_account, make_invoice, make_line, make_payment, make_proforma, pay_at_mockbank
from tests.pages import client_of, table_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return make_account()


def bank_visit() -> MockBankSession:
    return MockBankSession.objects.get()


def test_from_the_number_of_messages_to_the_credit(account):
    client = client_of(account)
    shown = client.get("/credit/price/", {"unit": "messages", "quantity": "۱۰٬۰۰۰"}).content.decode()
    assert "16,500,000" in shown
    made = client.post("/credit/add/", {"unit": "messages", "quantity": "۱۰٬۰۰۰"})
    proforma = Proforma.objects.get()
    assert made.url == f"/billing/proformas/{proforma.pk}/"
    assert (proforma.net, proforma.vat, proforma.total) == (15_000_000, 1_500_000, 16_500_000)
    page = client.get(made.url).content.decode()
    assert "16,500,000" in page
    assert "Mock bank" in page
    sent = client.post(f"{made.url}pay/", {"gateway": "mockbank"})
    assert sent.url == f"/mockbank/{bank_visit().reference}/"
    back = client.post(sent.url, {"action": "pay"})
    outcome = client.get(back.url)
    assert "The payment is done" in client.get(outcome.url).content.decode()
    assert balance(account) == 15_000_000
    assert table_of(client.get("/billing/purchases/"))[0][1:3] == ["16,500,000", "Paid"]
    assert table_of(client.get("/billing/invoices/?state=paid"))[0][2:5] == ["15,000,000", "1,500,000", "16,500,000"]
    assert client.get(made.url).url == f"/billing/invoices/{Invoice.objects.get().pk}/"


@pytest.mark.parametrize(
    ("action", "state", "credit"),
    [("pay", "verified", 1_000_000), ("slow", "returned", 0), ("fail", "failed", 0), ("cancel", "failed", 0)],
)
def test_every_fate_at_the_mock_bank(account, client, action, state, credit):
    payment = make_payment(account)
    back = client.post(payment.address, {"action": action})
    client.get(back.url)
    payment.refresh_from_db()
    assert (payment.state, balance(account)) == (state, credit)
    assert client.get(f"/billing/payments/{payment.token}/").status_code == 200


def test_another_amount_is_told_apart(account, client):
    payment = make_payment(account)
    client.get(client.post(payment.address, {"action": "other", "amount": "550000"}).url)
    page = client.get(f"/billing/payments/{payment.token}/", headers={"Accept-Language": "en"}).content.decode()
    assert balance(account) == 500_000
    assert "550,000" in page or "۵۵۰٬۰۰۰" in page


def test_the_mock_bank_is_shut_where_it_is_not_named(account, client, settings):
    payment = make_payment(account)
    settings.PAYMENT_GATEWAYS = []
    assert client.post(payment.address, {"action": "pay"}).status_code == 404
    assert bank_visit().state == "waiting"


def test_a_visit_is_decided_once(account, client):
    payment = make_payment(account)
    client.post(payment.address, {"action": "cancel"})
    client.post(payment.address, {"action": "pay"})
    assert bank_visit().state == "cancelled"


def test_a_wrong_return_changes_nothing(account, client):
    payment = make_payment(account)
    pay_at_mockbank(payment)
    answer = client.get(f"/billing/payments/{payment.token}/back/?reference=other&status=paid")
    payment.refresh_from_db()
    assert (answer.status_code, payment.state, balance(account)) == (302, "started", 0)
    assert client.get("/billing/payments/unknown/back/").status_code == 404


@pytest.mark.parametrize(
    ("unit", "quantity", "sentence"),
    [
        ("messages", "1", "Credit is bought from 100,000"),
        ("messages", "0", "greater than or equal to 1"),
        ("messages", "many", "Enter a whole number"),
        ("rials", "99,999", "Credit is bought from 100,000"),
        ("rials", "3,000,000,000", "Credit is bought from 100,000"),
        ("rials", "", "This field is required"),
    ],
)
def test_what_cannot_be_bought_is_said_and_kept_on_the_form(account, unit, quantity, sentence):
    page = client_of(account).post("/credit/add/", {"unit": unit, "quantity": quantity}).content.decode()
    assert sentence in page
    assert f'value="{quantity}"' in page or not quantity
    assert not Proforma.objects.exists()


def test_a_proforma_of_another_account_is_not_there(account):
    proforma = make_proforma(account)
    stranger = client_of(make_account())
    assert stranger.get(f"/billing/proformas/{proforma.pk}/").status_code == 404
    assert stranger.post(f"/billing/proformas/{proforma.pk}/pay/", {"gateway": "mockbank"}).status_code == 404
    assert not Payment.objects.exists()


def test_without_a_gateway_the_page_says_so(account, settings):
    settings.PAYMENT_GATEWAYS = []
    proforma = make_proforma(account)
    client = client_of(account)
    assert "No bank gateway" in client.get(f"/billing/proformas/{proforma.pk}/").content.decode()
    assert client.post(f"/billing/proformas/{proforma.pk}/pay/", {"gateway": "mockbank"}).status_code == 302
    assert not Payment.objects.exists()


def test_an_expired_proforma_is_not_paid(account):
    proforma = make_proforma(account, valid_for=timedelta(seconds=-1))
    client = client_of(account)
    client.post(f"/billing/proformas/{proforma.pk}/pay/", {"gateway": "mockbank"})
    assert "closed" in client.get(f"/billing/proformas/{proforma.pk}/").content.decode()
    assert not Payment.objects.exists()


def test_a_cancelled_proforma_is_closed(account):
    proforma = make_proforma(account)
    client = client_of(account)
    client.post(f"/billing/proformas/{proforma.pk}/cancel/")
    assert table_of(client.get("/billing/invoices/?state=closed"))[0][0] == f"P-{proforma.pk}"
    assert "Nothing is to be paid" in client.get("/billing/invoices/").content.decode()


def test_invoices_are_found_by_number_and_day(account):
    first, second = make_invoice(account), make_invoice(account)
    client = client_of(account)
    for text in (second.number, "۲", str(second.serial)):
        rows = table_of(client.get("/billing/invoices/", {"state": "paid", "text": text}))
        assert [row[0] for row in rows] == [second.number]
    assert len(table_of(client.get("/billing/invoices/?state=paid&since=1400/01/01"))) == 2
    assert "Nothing matches" in client.get("/billing/invoices/?state=paid&until=1400/01/01").content.decode()
    assert first.number in client.get(f"/billing/invoices/{first.pk}/").content.decode()


def test_the_buyers_details_stand_on_the_next_invoice_only(account):
    before = make_invoice(account)
    client = client_of(account)
    wrong = {"legal_name": "شرکت سارا", "national_id": "۱۰۳۸۰۲۸۴۷۹۱"}
    assert "check its digits" in client.post("/billing/buyer/", wrong).content.decode()
    assert not BillingProfile.objects.exists()
    right = wrong | {"national_id": "۱۰۳۸۰۲۸۴۷۹۰", "economic_code": "411111111111", "postal_code": "1234567890"}
    assert client.post("/billing/buyer/", right).status_code == 302
    after = make_invoice(account)
    before.refresh_from_db()
    assert (before.buyer["name"], before.buyer["national_id"]) == (account.name, "")
    assert (after.buyer["name"], after.buyer["national_id"]) == ("شرکت سارا", "10380284790")


def test_more_messages_are_cheaper_and_the_step_stays(account):
    now = timezone.now()
    assert [(step.minimum, step.price) for step in steps(account)] == [(0, 1_500), (50_000, 1_425), (500_000, 1_350)]
    assert offer_messages(account=account, messages=49_999, now=now).price == 1_500
    offer = offer_messages(account=account, messages=50_000, now=now)
    assert (offer.price, offer.net) == (1_425, 71_250_000)
    client = client_of(account)
    client.post("/credit/add/", {"unit": "messages", "quantity": "50000"})
    make_invoice(account, Proforma.objects.get())
    assert plan_of(account) == offer.plan
    assert offer_messages(account=account, messages=1_000, now=now).price == 1_425, "the account keeps its step"


def test_a_small_purchase_never_takes_a_better_plan_away(account):
    gold = TariffPlan.objects.get(tier=2)
    AccountPlan.objects.create(account=account, plan=gold)
    client_of(account).post("/credit/add/", {"unit": "messages", "quantity": "1000"})
    make_invoice(account, Proforma.objects.get())
    assert plan_of(account) == gold


def test_rials_are_counted_in_messages_of_the_accounts_own_line(account):
    make_line(account, kind="service", prefix_family="2000")
    offer = offer_rials(account=account, rials=1_000_000, now=timezone.now())
    assert (offer.price, offer.messages, offer.net, offer.total) == (1_900, 526, 1_000_000, 1_100_000)


def test_the_warning_is_sent_once_for_each_crossing(account):
    heard = []

    def hear(account_id, balance, threshold, **kwargs):
        heard.append((account_id, balance, threshold))

    credit_low.connect(hear)
    try:
        top_up(account=account, amount=1_000, reference="t:1", reason="online")
        set_limits(account=account, credit_limit=0, low_balance_warning=600)
        for amount, reference in [(-300, "a"), (-200, "b"), (-100, "c"), (500, "d"), (-400, "e")]:
            adjust(account=account, amount=amount, reference=reference, reason="x")
    finally:
        credit_low.disconnect(hear)
    assert heard == [(account.pk, 500, 600), (account.pk, 500, 600)]


def test_low_credit_is_told_by_sms_and_mail_once_a_day(account):
    account.mobile, account.email = "09121234567", "sara@example.com"
    account.save()
    top_up(account=account, amount=1_000_000, reference="t:1", reason="online")
    for amount, reference in [(-600_000, "a"), (500_000, "b"), (-500_000, "c")]:
        adjust(account=account, amount=amount, reference=reference, reason="x")
    notices = list(Notice.objects.order_by("way").values_list("kind", "way", "address"))
    assert sorted(notices) == [
        ("credit.low", "email", "sara@example.com"), ("credit.low", "sms", "+989121234567")
    ]  # fmt: skip
    assert "۴۰۰٬۰۰۰ ریال" in Notice.objects.first().text


def test_the_page_sets_the_warning(account):
    client = client_of(account)
    client.post("/billing/warning/", {"threshold": "۲۵۰٬۰۰۰"})
    assert lock_wallet(account.pk).low_balance_warning == 250_000
    client.post("/billing/warning/", {"threshold": "-5"})
    assert lock_wallet(account.pk).low_balance_warning == 250_000


def test_how_many_days_the_credit_lasts(account):
    now = timezone.now()
    top_up(account=account, amount=10_000, reference="t:1", reason="online")
    assert days_left(account, now) is None
    wallet = lock_wallet(account.pk)
    enter(wallet=wallet, kind="charge", amount=-3_000, reference="reserve:1", at=now - timedelta(days=13))
    enter(wallet=wallet, kind="charge", amount=-900, reference="reserve:0", at=now - timedelta(days=15))
    enter(wallet=wallet, kind="refund", amount=200, reference="r:1", at=now - timedelta(days=1))
    assert days_left(account, now) == 6_300 * 14 // 2_800
    page = client_of(account).get("/billing/").content.decode()
    assert re.search(r"31\s+days", page)
