"""Zarinpal and Zibal on their documented wire, against a local double; the whole way of a payment over each."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.gateways import GatewayRefused, GatewayUnreachable, Outcome, gateway_named, gateways_for
from billing.gateways.base import post_json
from billing.models import Invoice
from billing.selectors import balance
from billing.services import PaymentRefused, ask_again, come_back, start_payment
from tests.billing.banks import running_bank
from tests.factories import make_account, make_proforma

pytestmark = pytest.mark.django_db
BACK = "https://panel.example/billing/payments/{token}/back/"
FIELDS = {
    "zarinpal": lambda reference, is_paid: {"Authority": reference, "Status": "OK" if is_paid else "NOK"},
    "zibal": lambda reference, is_paid: {
        "trackId": reference, "success": "1" if is_paid else "0", "status": "2" if is_paid else "3", "orderId": "1",
    },
}  # fmt: skip


@pytest.fixture
def bank(settings):
    with running_bank() as bank:
        settings.ZARINPAL_URL = settings.ZIBAL_URL = bank.url
        settings.ZARINPAL_MERCHANT_ID = settings.ZIBAL_MERCHANT = "merchant"
        settings.PAYMENT_GATEWAYS = ["zarinpal", "zibal"]
        yield bank


@pytest.fixture(params=["zarinpal", "zibal"])
def code(request, bank) -> str:
    return request.param


def start(account, code: str):
    return start_payment(
        proforma=make_proforma(account), gateway_code=code, callback_url=BACK, by=None, now=timezone.now()
    )


def come(payment, code: str, *, is_paid: bool = True):
    fields = FIELDS[code](payment.reference, is_paid)
    return come_back(token=payment.token, fields=fields, now=timezone.now())


def test_the_whole_way(bank, code):
    account = make_account(mobile="09121234567")
    payment = start(account, code)
    path = {"zarinpal": "/pg/StartPay/", "zibal": "/start/"}[code]
    assert payment.address == f"{bank.url}{path}{payment.reference}"
    bank.paid[payment.reference] = 1_100_000
    assert come(payment, code).state == "verified"
    assert come(payment, code).state == "verified"
    payment.refresh_from_db()
    assert (payment.card, bool(payment.bank_reference)) == ("502229******5995", True)
    assert (balance(account), Invoice.objects.get().total) == (1_000_000, 1_100_000)


def test_what_zarinpal_is_sent(bank):
    payment = start(make_account(mobile="09121234567"), "zarinpal")
    assert bank.asked == [
        (
            "/pg/v4/payment/request.json",
            {
                "merchant_id": "merchant", "amount": 1_100_000, "currency": "IRR",
                "description": f"پیش‌فاکتور P-{payment.proforma_id}",
                "callback_url": BACK.replace("{token}", payment.token),
                "metadata": {"order_id": str(payment.pk), "mobile": "09121234567"},
            },
        )
    ]  # fmt: skip


def test_what_zibal_is_sent(bank):
    payment = start(make_account(), "zibal")
    assert bank.asked == [
        (
            "/v1/request",
            {
                "merchant": "merchant", "amount": 1_100_000, "orderId": str(payment.pk),
                "description": f"پیش‌فاکتور P-{payment.proforma_id}",
                "callbackUrl": BACK.replace("{token}", payment.token),
            },
        )
    ]  # fmt: skip


def test_a_cancelled_visit(bank, code):
    account = make_account()
    payment = start(account, code)
    assert come(payment, code, is_paid=False).state == "failed"
    assert (payment.proforma.state, balance(account)) == ("open", 0)


def test_a_forged_return_brings_nothing(bank, code):
    account = make_account()
    assert come(start(account, code), code).state == "failed"
    assert balance(account) == 0


def test_zibal_tells_the_amount_and_it_is_compared(bank):
    account = make_account()
    payment = start(account, "zibal")
    bank.paid[payment.reference] = 1_000
    paid = come(payment, "zibal")
    assert (paid.state, paid.paid_amount, paid.amount) == ("verified", 1_000, 1_100_000)
    payment.proforma.refresh_from_db()
    assert (payment.proforma.state, balance(account)) == ("open", 909)


def test_zarinpal_refuses_another_amount_itself(bank):
    account = make_account()
    payment = start(account, "zarinpal")
    bank.paid[payment.reference] = 1_000
    assert (come(payment, "zarinpal").failure, balance(account)) == ("zarinpal:-50", 0)


def test_verified_at_the_bank_but_not_with_us(bank, code):
    """As after a crash between the bank's answer and our commit."""
    account = make_account()
    payment = start(account, code)
    bank.paid[payment.reference] = 1_100_000
    bank.verified.add(payment.reference)
    assert (come(payment, code).state, balance(account)) == ("verified", 1_000_000)


@pytest.mark.parametrize("status", [200, 500, 502])
def test_an_answer_that_is_none_leaves_the_payment_open(bank, code, status, monkeypatch):
    account = make_account()
    payment = start(account, code)
    bank.paid[payment.reference] = 1_100_000
    path = {"zarinpal": "/pg/v4/payment/verify.json", "zibal": "/v1/verify"}[code]
    if status == 200:
        monkeypatch.setattr(bank, "answer", lambda path, body: {"unexpected": True, "result": "?"})
    else:
        bank.broken[path] = status
    assert (come(payment, code).state, balance(account)) == ("returned", 0)
    bank.broken.clear()
    monkeypatch.undo()
    assert ask_again(now=timezone.now() + timedelta(minutes=2)) == 1
    assert balance(account) == 1_000_000


def test_a_bank_that_is_not_there(bank, settings, code):
    settings.ZARINPAL_URL = settings.ZIBAL_URL = "http://127.0.0.1:9"
    with pytest.raises(PaymentRefused):
        start(make_account(), code)


def test_a_wrong_merchant_is_refused_in_words(bank, settings, code):
    settings.ZARINPAL_MERCHANT_ID = settings.ZIBAL_MERCHANT = "somebody"
    with pytest.raises(GatewayRefused, match=r"zarinpal:-11|zibal:102"):
        gateway_named(code).start(amount=100_000, callback_url="x", description="", order="1", mobile="")


def test_tomans_are_counted_where_the_contract_says_so(bank, settings):
    settings.ZARINPAL_CURRENCY = "IRT"
    account = make_account()
    payment = start(account, "zarinpal")
    assert (bank.asked[-1][1]["amount"], bank.asked[-1][1]["currency"]) == (110_000, "IRT")
    bank.paid[payment.reference] = 110_000
    assert (come(payment, "zarinpal").paid_amount, balance(account)) == (1_100_000, 1_000_000)


def test_an_amount_that_tomans_cannot_say_goes_elsewhere(bank, settings):
    settings.ZARINPAL_CURRENCY = "IRT"
    assert [gateway.code for gateway in gateways_for(1_100_005)] == ["zibal"]
    with pytest.raises(ValueError, match="no whole tomans"):
        gateway_named("zarinpal").start(amount=1_100_005, callback_url="", description="", order="", mobile="")


def test_nothing_is_known_of_a_payment_that_the_bank_does_not_know(bank, code):
    verdict = gateway_named(code).verify(reference="99", amount=1_000)
    assert verdict.outcome == Outcome.NOT_PAID


def test_a_list_is_no_answer(bank, monkeypatch):
    monkeypatch.setattr(bank, "answer", lambda path, body: [1])
    with pytest.raises(GatewayUnreachable):
        post_json(f"{bank.url}/v1/verify", {})
