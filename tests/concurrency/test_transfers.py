"""Transfers at once (13.5): every rial goes once. The control takes the lock away, and more leaves than may."""

import uuid
from functools import partial
from threading import Barrier

import pytest
from django.utils import timezone

import billing.services.transfers
from billing.models import Transfer, Wallet
from billing.selectors import balance
from billing.services.transfers import TransferRefused, transfer
from credit.services import check_ledger
from tests.concurrency.together import run_together
from tests.factories import make_account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accounts():
    return make_account(credit=1_000_000), make_account(credit=1_000_000)


def giving(sender, receiver, amount=100_000, token=None):
    return partial(
        transfer, sender=sender, receiver=receiver, amount=amount, note="", token=token or uuid.uuid4(), by=None,
        now=timezone.now(),
    )  # fmt: skip


def refused(outcomes) -> int:
    return sum(isinstance(outcome, TransferRefused) for outcome in outcomes)


def test_one_form_sent_ten_times_at_once_moves_once(accounts):
    outcomes = run_together([giving(*accounts, token=uuid.uuid4())] * 10)
    assert len({outcome.pk for outcome in outcomes}) == 1
    assert [balance(account) for account in accounts] == [900_000, 1_100_000]
    assert check_ledger() == []


def test_ten_at_once_move_what_is_there_and_no_more(accounts):
    outcomes = run_together([giving(*accounts, amount=300_000) for _ in range(10)])
    assert refused(outcomes) == 7
    assert [balance(account) for account in accounts] == [100_000, 1_900_000]
    assert check_ledger() == []


def test_there_and_back_at_once_nobody_waits_for_the_other_for_ever(accounts):
    one, other = accounts
    outcomes = run_together([giving(one, other), giving(other, one)] * 8)
    assert [type(outcome) for outcome in outcomes] == [Transfer] * 16
    assert [balance(account) for account in accounts] == [1_000_000, 1_000_000]
    assert check_ledger() == []


def test_the_days_limit_holds(accounts, settings):
    settings.TRANSFER_DAY_MOST = 250_000
    assert refused(run_together([giving(*accounts) for _ in range(5)])) == 3
    assert balance(accounts[1]) == 1_200_000


def test_control_without_the_lock_more_leaves_than_may_in_a_day(accounts, settings, monkeypatch):
    settings.TRANSFER_DAY_MOST = 250_000
    everyone_has_read = Barrier(5)

    def unlocked(account_ids):
        wallets = {wallet.account_id: wallet for wallet in Wallet.objects.filter(account_id__in=account_ids)}
        everyone_has_read.wait(30)
        return wallets

    monkeypatch.setattr(billing.services.transfers, "lock_wallets", unlocked)
    monkeypatch.setattr(billing.services.transfers, "_check", checking_together(Barrier(5)))
    assert refused(run_together([giving(*accounts) for _ in range(5)])) == 0
    assert balance(accounts[1]) == 1_500_000


def checking_together(everyone_has_checked: Barrier):
    check = billing.services.transfers._check

    def checked(*args) -> None:
        check(*args)
        everyone_has_checked.wait(30)

    return checked
