"""Many callbacks at once (13.3): the money comes once, and invoices are numbered without a gap."""

from functools import partial
from threading import Barrier

import pytest
from django.utils import timezone

import billing.services.payments
from billing.models import Invoice, LedgerEntry, Payment
from billing.selectors import balance
from billing.services import ReferenceConflict, come_back
from billing.services.slips import confirm_slip
from credit.services import check_ledger
from numbers.models import Line
from numbers.ordering import approve
from tests.concurrency.together import run_together
from tests.factories import make_account, make_line_request, make_payment, make_proforma, make_slip, pay_at_mockbank

pytestmark = pytest.mark.django_db(transaction=True)


def coming(payment, fields):
    return partial(come_back, token=payment.token, fields=fields, now=timezone.now())


def test_ten_callbacks_at_once_credit_once():
    account = make_account()
    payment = make_payment(account)
    outcomes = run_together([coming(payment, pay_at_mockbank(payment))] * 10)
    assert {outcome.state for outcome in outcomes} == {"verified"}
    assert (balance(account), LedgerEntry.objects.count(), Invoice.objects.count()) == (1_000_000, 1, 1)
    assert check_ledger() == []


def test_control_without_the_lock_only_the_tables_stop_the_second(monkeypatch):
    """Everybody believes to be the first: the invoice's and the ledger's unique keys are what is left."""
    account = make_account()
    payment = make_payment(account)
    fields = pay_at_mockbank(payment)
    everyone_has_read = Barrier(5)

    def read(payment_id: int) -> Payment:
        found = Payment.objects.get(pk=payment_id)
        everyone_has_read.wait(30)
        return found

    monkeypatch.setattr(billing.services.payments, "_locked", read)
    outcomes = run_together([coming(payment, fields)] * 5)
    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 4
    assert not any(isinstance(outcome, ReferenceConflict) for outcome in outcomes)
    assert balance(account) == 1_000_000


def test_payments_of_many_accounts_are_numbered_without_a_gap():
    payments = [make_payment(make_account()) for _ in range(12)]
    outcomes = run_together([coming(payment, pay_at_mockbank(payment)) for payment in payments])
    assert {outcome.state for outcome in outcomes} == {"verified"}
    assert sorted(Invoice.objects.values_list("serial", flat=True)) == list(range(1, 13))
    assert check_ledger() == []


def test_one_proforma_paid_by_two_people_at_once():
    account = make_account()
    proforma = make_proforma(account)
    payments = [make_payment(account, proforma), make_payment(account, proforma)]
    run_together([coming(payment, pay_at_mockbank(payment)) for payment in payments])
    assert (balance(account), Invoice.objects.count()) == (2_000_000, 2)
    reasons = sorted(LedgerEntry.objects.values_list("reason", flat=True))
    assert reasons == ["online", "paid_paid"]
    assert check_ledger() == []


def test_ten_callbacks_at_once_activate_one_line():
    account = make_account()
    request = approve(request=make_line_request(account), price=1_000_000, by=None, now=timezone.now())
    payment = make_payment(account, request.proforma)
    outcomes = run_together([coming(payment, pay_at_mockbank(payment))] * 10)
    assert {outcome.state for outcome in outcomes} == {"verified"}
    assert (Line.objects.count(), Invoice.objects.count(), balance(account)) == (1, 1, 0)
    assert check_ledger() == []


def test_two_who_ask_for_one_number_at_once():
    def ask():
        return make_line_request(make_account(), "3000955555")

    outcomes = run_together([ask, ask, ask])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LineRequest", "RequestRefused", "RequestRefused"]


def test_a_slip_confirmed_by_two_at_once_credits_once():
    account = make_account()
    slip = make_slip(account)
    outcomes = run_together([partial(confirm_slip, slip=slip, by=None, now=timezone.now())] * 5)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Slip", *["SlipRefused"] * 4]
    assert (balance(account), Invoice.objects.count()) == (1_000_000, 1)
    assert check_ledger() == []
