"""From the proforma to the bank and back (13.3, ISP-7.9, 7.10): what comes of the money, whatever happens."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from billing import services
from billing.models import Invoice, InvoiceSeries, LedgerEntry, MockBankSession, Payment, Proforma, VatRate
from billing.purposes import CannotDeliver, Purpose, register
from billing.selectors import balance
from billing.services import ProformaClosed, ask_again, ask_bank, cancel_proforma, come_back, expire_proformas
from billing.signals import invoice_paid
from billing.vat import net_within, vat_of, vat_percent
from credit.services import check_ledger
from tests.factories import make_account, make_payment, make_proforma, pay_at_mockbank

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return make_account(name="Sara Shop")


def come(payment: Payment, fields: dict) -> Payment:
    return come_back(token=payment.token, fields=fields, now=timezone.now())


def test_a_paid_proforma_becomes_credit_and_an_invoice(account):
    payment = make_payment(account)
    assert (payment.amount, payment.state) == (1_100_000, "started")
    paid = come(payment, pay_at_mockbank(payment))
    assert (paid.state, paid.paid_amount, paid.card) == ("verified", 1_100_000, "627412******1234")
    assert balance(account) == 1_000_000
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.amount, entry.reference, entry.reason) == (
        "top_up", 1_000_000, f"payment:{payment.pk}", "online",
    )  # fmt: skip
    invoice = Invoice.objects.get()
    assert (invoice.net, invoice.vat, invoice.total, invoice.vat_percent) == (
        1_000_000,
        100_000,
        1_100_000,
        Decimal(10),
    )
    assert (invoice.payment, invoice.serial, invoice.buyer["name"]) == (payment, 1, "Sara Shop")
    assert invoice.proforma.state == "paid"
    assert check_ledger() == []


def test_the_callback_may_come_any_number_of_times(account):
    payment = make_payment(account)
    fields = pay_at_mockbank(payment)
    for _ in range(5):
        assert come(payment, fields).state == "verified"
    assert (balance(account), Invoice.objects.count(), LedgerEntry.objects.count()) == (1_000_000, 1, 1)


def test_what_the_browser_says_counts_for_nothing(account):
    """A return that says "paid" from a bank that knows of no money; and the other way round."""
    first, second = make_payment(account), make_payment(account)
    assert come(first, {"reference": first.reference, "status": "paid"}).state == "failed"
    pay_at_mockbank(second)
    assert come(second, {"reference": second.reference, "status": "unpaid"}).state == "verified"
    assert balance(account) == 1_000_000


def test_the_return_of_another_payment_is_refused(account):
    mine, other = make_payment(account), make_payment(account)
    fields = pay_at_mockbank(other)
    with pytest.raises(services.PaymentRefused):
        come(mine, fields)
    mine.refresh_from_db()
    assert (mine.state, mine.asks, balance(account)) == ("started", 0, 0)


@pytest.mark.parametrize("paid", [1_000, 1_099_999, 1_100_001, 5_000_000])
def test_another_amount_does_not_settle_the_proforma_but_is_not_lost(account, paid):
    proforma = make_proforma(account)
    payment = make_payment(account, proforma)
    come(payment, pay_at_mockbank(payment, amount=paid))
    proforma.refresh_from_db()
    net = net_within(paid, Decimal(10))
    assert (proforma.state, balance(account)) == ("open", net)
    invoice = Invoice.objects.get()
    assert (invoice.total, invoice.net, invoice.vat) == (paid, net, paid - net)
    assert LedgerEntry.objects.get().reason == "paid_amount"
    assert check_ledger() == []


def test_a_network_fault_at_verify_loses_nothing(account):
    payment = make_payment(account)
    fields = pay_at_mockbank(payment)
    now = timezone.now()
    MockBankSession.objects.update(answers_at=now + timedelta(days=1))
    assert (come(payment, fields).state, balance(account)) == ("returned", 0)
    assert ask_again(now=now + timedelta(minutes=5)) == 0
    MockBankSession.objects.update(answers_at=None)
    assert ask_again(now=now + timedelta(minutes=20)) == 1
    assert balance(account) == 1_000_000


def test_who_pays_and_does_not_come_back_is_found_by_the_job(account):
    payment = make_payment(account)
    pay_at_mockbank(payment)
    assert ask_again(now=timezone.now()) == 0, "not asked before its time"
    assert ask_again(now=timezone.now() + timedelta(minutes=1)) == 1
    assert balance(account) == 1_000_000


def test_the_bank_says_yes_after_we_gave_up(account):
    payment = make_payment(account)
    now = payment.created_at
    ask_again(now=now + timedelta(minutes=31))
    payment.refresh_from_db()
    assert payment.state == "expired"
    assert expire_proformas(now=now + timedelta(days=4)) == 1
    pay_at_mockbank(payment)
    assert ask_again(now=now + timedelta(hours=2)) == 1
    assert (balance(account), Proforma.objects.get().state) == (1_000_000, "paid")
    assert check_ledger() == []


def test_a_payment_at_the_bank_is_not_failed_by_asking_too_early(account):
    payment = make_payment(account)
    assert ask_bank(payment_id=payment.pk, now=payment.created_at + timedelta(minutes=2)).state == "started"
    pay_at_mockbank(payment)
    assert ask_bank(payment_id=payment.pk, now=payment.created_at + timedelta(minutes=3)).state == "verified"


def test_a_cancelled_visit_fails_and_the_proforma_can_be_paid_again(account):
    proforma = make_proforma(account)
    first = make_payment(account, proforma)
    assert come(first, pay_at_mockbank(first, state="cancelled")).state == "failed"
    second = make_payment(account, proforma)
    assert come(second, pay_at_mockbank(second)).state == "verified"
    assert balance(account) == 1_000_000


def test_a_proforma_paid_twice_gives_credit_twice_each_with_its_invoice(account):
    proforma = make_proforma(account)
    first, second = make_payment(account, proforma), make_payment(account, proforma)
    come(first, pay_at_mockbank(first))
    come(second, pay_at_mockbank(second))
    assert balance(account) == 2_000_000
    assert list(Invoice.objects.order_by("serial").values_list("serial", "payment", "total")) == [
        (1, first.pk, 1_100_000), (2, second.pk, 1_100_000),
    ]  # fmt: skip
    assert check_ledger() == []


def test_money_for_a_cancelled_proforma_becomes_credit(account):
    proforma = make_proforma(account)
    payment = make_payment(account, proforma)
    cancel_proforma(proforma=proforma, by=None, now=timezone.now())
    come(payment, pay_at_mockbank(payment))
    assert (balance(account), LedgerEntry.objects.get().reason) == (1_000_000, "paid_cancelled")


@pytest.fixture
def purpose():
    """A purpose that remembers what it did, and refuses when told to."""

    class Remembering:
        delivered, withdrawn, is_gone = [], [], False

    memory = Remembering()

    def deliver(proforma, reference, now):
        if memory.is_gone:
            raise CannotDeliver
        memory.delivered.append((proforma.subject, reference))

    register(Purpose("test", "Test", deliver, lambda proforma, now: memory.withdrawn.append(proforma.subject)))
    return memory


def test_paying_does_what_the_purpose_says_once(account, purpose):
    payment = make_payment(account, make_proforma(account, purpose="test", subject="thing:1"))
    fields = pay_at_mockbank(payment)
    come(payment, fields)
    come(payment, fields)
    assert purpose.delivered == [("thing:1", f"payment:{payment.pk}")]
    assert (balance(account), Invoice.objects.count()) == (0, 1)


def test_what_is_gone_becomes_credit(account, purpose):
    purpose.is_gone = True
    proforma = make_proforma(account, purpose="test")
    payment = make_payment(account, proforma)
    come(payment, pay_at_mockbank(payment))
    proforma.refresh_from_db()
    assert (proforma.state, balance(account), LedgerEntry.objects.get().reason) == ("cancelled", 1_000_000, "paid_gone")
    assert check_ledger() == []


def test_a_withdrawn_offer_tells_its_purpose(account, purpose):
    make_proforma(account, purpose="test", subject="late", valid_for=timedelta(hours=1))
    cancel_proforma(proforma=make_proforma(account, purpose="test", subject="unwanted"), by=None, now=timezone.now())
    assert expire_proformas(now=timezone.now() + timedelta(hours=2)) == 1
    assert purpose.withdrawn == ["unwanted", "late"]


def test_an_offer_with_a_payment_under_way_does_not_expire(account):
    make_payment(account, make_proforma(account, valid_for=timedelta(minutes=1)))
    assert expire_proformas(now=timezone.now() + timedelta(minutes=5)) == 0


def test_a_closed_proforma_is_not_paid(account):
    proforma = make_proforma(account, valid_for=timedelta(seconds=-1))
    with pytest.raises(ProformaClosed):
        make_payment(account, proforma)
    assert not Payment.objects.exists()


def test_what_the_receiver_of_invoice_paid_raises_undoes_the_whole(account):
    payment = make_payment(account)
    fields = pay_at_mockbank(payment)

    def refuse(**kwargs):
        raise RuntimeError("no")

    invoice_paid.connect(refuse)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            come(payment, fields)
    finally:
        invoice_paid.disconnect(refuse)
    assert (balance(account), Invoice.objects.count(), InvoiceSeries.objects.count()) == (0, 0, 0)
    assert come(payment, fields).state == "verified"
    assert Invoice.objects.get().serial == 1


def test_an_invoice_cannot_be_changed_nor_deleted(account):
    payment = make_payment(account)
    come(payment, pay_at_mockbank(payment))
    for change in (lambda: Invoice.objects.update(total=1), lambda: Invoice.objects.all().delete()):
        with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
            change()


def test_numbers_begin_anew_each_jalali_year(account):
    moments = [timezone.datetime(2027, 3, day, 12, tzinfo=timezone.get_default_timezone()) for day in (19, 20, 21, 22)]
    for now in moments:
        payment = make_payment(account)
        come_back(token=payment.token, fields=pay_at_mockbank(payment), now=now)
    assert [invoice.number for invoice in Invoice.objects.order_by("pk")] == [
        "1405-000001", "1405-000002", "1406-000001", "1406-000002",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("net", "percent", "vat"), [(10, "10", 1), (15, "10", 2), (14, "10", 1), (6_173_848, "10", 617_385), (7, "0", 0)]
)
def test_tax_is_rounded_half_up(net, percent, vat):
    assert vat_of(net, Decimal(percent)) == vat


def test_the_rate_of_the_day(settings):
    settings.VAT_PERCENT = 9
    day = timezone.now().date()
    VatRate.objects.create(percent=10, valid_from=day)
    VatRate.objects.create(percent=12, valid_from=day + timedelta(days=10))
    assert [vat_percent(day + timedelta(days=n)) for n in (-1, 0, 9, 10)] == [9, 10, 10, 12]


def test_a_proforma_keeps_the_rate_it_was_made_with(account):
    proforma = make_proforma(account)
    VatRate.objects.create(percent=20, valid_from=timezone.now().date())
    payment = make_payment(account, proforma)
    come(payment, pay_at_mockbank(payment))
    assert Invoice.objects.get().vat == 100_000
