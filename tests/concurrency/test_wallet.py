"""Many at once against one wallet (R3). Each race has its control: the same without the lock goes wrong."""

from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError, OperationalError, transaction

import credit.services
from billing.models import LedgerEntry, Wallet
from billing.selectors import balance
from billing.services import InsufficientCredit, ReferenceConflict, lock_wallet, lock_wallets, top_up
from credit.models import Reservation
from credit.services import ReturnsTooMuch, check_ledger, give_back, reserve
from tests.concurrency.together import run_together
from tests.factories import make_account

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 50


def reserving(account, amount: int, times: int = THREADS) -> list:
    return [
        partial(reserve, account_id=account.pk, amount=amount, reference=f"campaign:{n}", reason="messages")
        for n in range(times)
    ]


def kinds(outcomes: list) -> dict[type, int]:
    return {kind: sum(type(outcome) is kind for outcome in outcomes) for kind in {type(o) for o in outcomes}}


def test_fifty_threads_take_exactly_what_the_wallet_holds():
    account = make_account(credit=1000)
    outcomes = run_together(reserving(account, 30))
    assert kinds(outcomes) == {Reservation: 33, InsufficientCredit: 17}
    assert balance(account) == 10
    assert LedgerEntry.objects.filter(kind="charge").count() == Reservation.objects.count() == 33
    assert min(LedgerEntry.objects.values_list("balance_after", flat=True)) == 10
    assert check_ledger() == []


def test_two_threads_for_the_last_of_the_money():
    account = make_account(credit=1000)
    outcomes = run_together(reserving(account, 600, times=2))
    assert kinds(outcomes) == {Reservation: 1, InsufficientCredit: 1}
    assert balance(account) == 400
    assert check_ledger() == []


@pytest.fixture
def no_lock(monkeypatch):
    """The wallet read without its lock, and every thread held until all have read it."""

    def take_away(threads: int) -> None:
        everyone_has_read = Barrier(threads)

        def read(account_id: int) -> Wallet:
            wallet = Wallet.objects.get(account_id=account_id)
            everyone_has_read.wait(30)
            return wallet

        monkeypatch.setattr(credit.services, "lock_wallet", read)

    return take_away


def test_control_without_the_lock_nobody_is_refused_in_time(no_lock):
    """All fifty believe that there is enough; only the table's own constraint stops the balance at the limit, and the
    entries' running balances are wrong."""
    account = make_account(credit=1000)
    no_lock(THREADS)
    outcomes = run_together(reserving(account, 30))
    assert kinds(outcomes) == {Reservation: 33, IntegrityError: 17}
    assert {problem.code for problem in check_ledger()} == {"running_balance"}


def test_control_without_the_lock_an_update_is_lost(no_lock):
    account = make_account(credit=1000)
    no_lock(2)
    assert kinds(run_together(reserving(account, 300, times=2))) == {Reservation: 2}
    charges = LedgerEntry.objects.filter(kind="charge")
    assert list(charges.values_list("balance_after", flat=True)) == [700, 700]
    assert [(problem.expected, problem.found) for problem in check_ledger()] == [(400, 700)]


def test_a_reference_moves_money_once_however_many_bring_it():
    account = make_account()
    outcomes = run_together([partial(top_up, account=account, amount=500, reference="bank:7", reason="online")] * 20)
    assert {outcome.pk for outcome in outcomes} == {LedgerEntry.objects.get().pk}
    assert balance(account) == 500
    assert check_ledger() == []


def test_a_reference_of_two_accounts_at_once_serves_one_of_them():
    accounts = [make_account(), make_account()]
    outcomes = run_together(
        [partial(top_up, account=account, amount=500, reference="bank:7", reason="online") for account in accounts]
    )
    assert kinds(outcomes) == {LedgerEntry: 1, ReferenceConflict: 1}
    assert sorted(balance(account) for account in accounts) == [0, 500]
    assert check_ledger() == []


def test_a_repeated_reservation_takes_its_price_once():
    account = make_account(credit=1000)
    jobs = [partial(reserve, account_id=account.pk, amount=400, reference="campaign:1", reason="messages")] * 20
    outcomes = run_together(jobs)
    assert {outcome.pk for outcome in outcomes} == {Reservation.objects.get().pk}
    assert balance(account) == 600
    assert check_ledger() == []


def test_no_more_comes_back_than_was_charged():
    account = make_account(credit=1000)
    reservation = reserve(account_id=account.pk, amount=600, reference="campaign:1", reason="messages")
    jobs = [
        partial(give_back, reservation_id=reservation.pk, amount=100, reference=f"r:{n}", reason="messages_returned")
        for n in range(20)
    ]
    assert kinds(run_together(jobs)) == {LedgerEntry: 6, ReturnsTooMuch: 14}
    assert balance(account) == 1000
    assert check_ledger() == []


def test_charges_and_returns_cross_without_harm():
    account = make_account(credit=1000)
    first = reserve(account_id=account.pk, amount=500, reference="campaign:first", reason="messages")
    returns = [
        partial(give_back, reservation_id=first.pk, amount=50, reference=f"r:{n}", reason="messages_returned")
        for n in range(10)
    ]
    outcomes = run_together(reserving(account, 50, times=20) + returns)
    taken = sum(isinstance(outcome, Reservation) for outcome in outcomes)
    assert kinds(outcomes[20:]) == {LedgerEntry: 10}
    assert 10 <= taken <= 20
    assert balance(account) == 1000 - 50 * taken
    assert check_ledger() == []


def test_a_first_wallet_is_made_once():
    account = make_account()

    def lock() -> int:
        with transaction.atomic():
            return lock_wallet(account.pk).pk

    assert set(run_together([lock] * 20)) == {Wallet.objects.get().pk}


def crossing(accounts, lock_both) -> list:
    def job(first, second) -> str:
        with transaction.atomic():
            lock_both(first.pk, second.pk)
        return "done"

    return run_together([partial(job, *accounts), partial(job, *reversed(accounts))])


def test_two_wallets_are_locked_in_key_order():
    accounts = [make_account(credit=1), make_account(credit=1)]
    for _ in range(20):
        assert crossing(accounts, lambda *ids: lock_wallets(ids)) == ["done", "done"]


def test_control_locked_in_the_callers_order_they_deadlock():
    accounts = [make_account(credit=1), make_account(credit=1)]
    both_have_one = Barrier(2)

    def in_callers_order(first: int, second: int) -> None:
        lock_wallet(first)
        both_have_one.wait(30)
        lock_wallet(second)

    outcomes = crossing(accounts, in_callers_order)
    assert kinds(outcomes) == {str: 1, OperationalError: 1}
