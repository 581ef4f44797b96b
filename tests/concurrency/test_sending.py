"""Fifty sends at once against one wallet: what money allows leaves, the others leave no trace (R3)."""

from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError
from django.utils import timezone

import credit.services
from billing.models import Wallet
from billing.selectors import balance
from billing.services import InsufficientCredit
from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.models import Campaign, Message
from messaging.services import send
from tests.concurrency.together import run_together
from tests.factories import make_account, make_gateway, make_line

pytestmark = pytest.mark.django_db(transaction=True)

THREADS, RECIPIENTS, PRICE = 50, 3, 1_800


@pytest.fixture
def account():
    make_gateway()
    return make_account(credit=100_000)


def sending(account) -> list:
    line = make_line(account, kind="service")
    return [
        partial(
            send,
            account=account,
            line=line,
            text="سلام",
            recipients=[989_121_000_000 + n * 10 + place for place in range(RECIPIENTS)],
            now=timezone.now(),
        )
        for n in range(THREADS)
    ]


def kinds(outcomes: list) -> dict[type, int]:
    return {kind: sum(type(outcome) is kind for outcome in outcomes) for kind in {type(o) for o in outcomes}}


def test_exactly_as_many_sends_succeed_as_the_money_allows(account):
    allowed = 100_000 // (RECIPIENTS * PRICE)
    outcomes = run_together(sending(account))
    assert kinds(outcomes) == {Campaign: allowed, InsufficientCredit: THREADS - allowed}
    assert {outcome.price for outcome in outcomes if isinstance(outcome, Campaign)} == {RECIPIENTS * PRICE}
    assert balance(account) == 100_000 - allowed * RECIPIENTS * PRICE
    assert Campaign.objects.count() == allowed
    assert Message.objects.count() == allowed * RECIPIENTS
    assert check_ledger() == []
    assert list(check_charges()) == []


def test_control_without_the_lock_only_the_tables_own_constraint_stands_in_the_way(account, monkeypatch):
    everyone_has_read = Barrier(THREADS)

    def read(account_id: int) -> Wallet:
        wallet = Wallet.objects.get(account_id=account_id)
        everyone_has_read.wait(30)
        return wallet

    monkeypatch.setattr(credit.services, "lock_wallet", read)
    outcomes = run_together(sending(account))
    allowed = 100_000 // (RECIPIENTS * PRICE)
    assert kinds(outcomes) == {Campaign: allowed, IntegrityError: THREADS - allowed}
    assert {problem.code for problem in check_ledger()} == {"running_balance"}
