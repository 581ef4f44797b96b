import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEntry
from billing.models import LedgerEntry, Wallet
from billing.selectors import balance, history, spendable
from billing.services import (
    InsufficientCredit,
    InvalidAmount,
    ReferenceConflict,
    adjust,
    enter,
    lock_wallet,
    lock_wallets,
    set_limits,
    top_up,
)
from tests.factories import make_account

pytestmark = pytest.mark.django_db


def rows(account) -> list[tuple]:
    entries = LedgerEntry.objects.filter(wallet__account=account).order_by("id")
    return list(entries.values_list("kind", "amount", "balance_after", "reference"))


def test_an_account_without_a_wallet_has_nothing():
    account = make_account()
    assert (balance(account), spendable(account)) == (0, 0)
    assert not Wallet.objects.exists()


def test_each_entry_moves_the_balance_and_says_what_it_became():
    account = make_account()
    wallet = lock_wallet(account.pk)
    enter(wallet=wallet, kind="top_up", amount=1000, reference="a")
    enter(wallet=wallet, kind="charge", amount=-300, reference="b", reason="messages", details={"campaign": 7})
    assert rows(account) == [("top_up", 1000, 1000, "a"), ("charge", -300, 700, "b")]
    assert balance(account) == wallet.balance == 700
    entry = LedgerEntry.objects.get(reference="b")
    assert (entry.reason, entry.details) == ("messages", {"campaign": 7})


def test_a_repeat_of_a_reference_moves_nothing_and_returns_the_entry():
    account = make_account()
    wallet = lock_wallet(account.pk)
    first = enter(wallet=wallet, kind="top_up", amount=1000, reference="a")
    assert enter(wallet=wallet, kind="top_up", amount=1000, reference="a") == first
    assert rows(account) == [("top_up", 1000, 1000, "a")]
    assert balance(account) == 1000


def test_a_repeat_of_a_charge_is_told_even_when_the_credit_is_gone():
    account = make_account()
    wallet = lock_wallet(account.pk)
    enter(wallet=wallet, kind="top_up", amount=1000, reference="a")
    first = enter(wallet=wallet, kind="charge", amount=-1000, reference="b")
    assert enter(wallet=wallet, kind="charge", amount=-1000, reference="b") == first
    assert balance(account) == 0


@pytest.mark.parametrize("other", [{"amount": 999}, {"kind": "refund"}])
def test_a_reference_cannot_stand_for_two_movements(other):
    account = make_account()
    wallet = lock_wallet(account.pk)
    enter(wallet=wallet, kind="top_up", amount=1000, reference="a")
    with pytest.raises(ReferenceConflict):
        enter(**{"wallet": wallet, "kind": "top_up", "amount": 1000, "reference": "a"} | other)
    assert rows(account) == [("top_up", 1000, 1000, "a")]
    assert balance(account) == 1000


def test_a_reference_of_another_wallet_is_a_conflict():
    first, second = make_account(), make_account()
    wallets = lock_wallets([first.pk, second.pk])
    enter(wallet=wallets[first.pk], kind="top_up", amount=1000, reference="a")
    with pytest.raises(ReferenceConflict):
        enter(wallet=wallets[second.pk], kind="top_up", amount=1000, reference="a")
    assert (balance(first), balance(second)) == (1000, 0)


def test_more_than_there_is_cannot_be_taken():
    account = make_account(credit=500)
    with pytest.raises(InsufficientCredit) as refusal:
        enter(wallet=lock_wallet(account.pk), kind="charge", amount=-501, reference="b")
    assert (refusal.value.balance, refusal.value.needed) == (500, 501)
    assert balance(account) == 500
    assert LedgerEntry.objects.count() == 1


def test_a_credit_limit_lets_the_balance_fall_that_far_and_no_further():
    account = make_account(credit=500)
    set_limits(account=account, credit_limit=200, low_balance_warning=100)
    assert spendable(account) == 700
    wallet = lock_wallet(account.pk)
    with pytest.raises(InsufficientCredit):
        enter(wallet=wallet, kind="charge", amount=-701, reference="b")
    enter(wallet=wallet, kind="charge", amount=-700, reference="c")
    assert balance(account) == -200
    with pytest.raises(InvalidAmount):
        set_limits(account=account, credit_limit=199, low_balance_warning=100)


def test_an_entry_moves_something():
    with pytest.raises(InvalidAmount):
        enter(wallet=lock_wallet(make_account().pk), kind="top_up", amount=0, reference="a")


@pytest.mark.parametrize("amount", [0, -1])
def test_a_top_up_is_positive(amount):
    account = make_account()
    with pytest.raises(InvalidAmount):
        top_up(account=account, amount=amount, reference="a", reason="top_up")
    assert not LedgerEntry.objects.exists()


def test_a_top_up_is_audited_once_however_often_it_is_asked_for():
    account = make_account()
    for _ in range(3):
        top_up(account=account, amount=1000, reference="bank:1", reason="online")
    assert balance(account) == 1000
    assert list(AuditEntry.objects.values_list("action", "target")) == [("wallet.topped_up", "bank:1")]


def test_an_adjustment_needs_a_reason_and_keeps_a_long_one_whole():
    account = make_account(credit=1000)
    with pytest.raises(InvalidAmount):
        adjust(account=account, amount=-10, reference="adjust:1", reason="  ")
    reason = "جبران پیامک‌هایی که به دلیل خرابی درگاه اپراتور نرسیدند"
    entry = adjust(account=account, amount=-10, reference="adjust:1", reason=reason)
    entry.refresh_from_db()
    assert (entry.reason, entry.details) == (reason[:40], {"note": reason})
    assert balance(account) == 990
    assert AuditEntry.objects.get(action="wallet.adjusted").details == {"amount": -10, "reason": reason}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_ledgerentry SET amount = 1",
        "UPDATE billing_ledgerentry SET amount = 1 WHERE false",
        "DELETE FROM billing_ledgerentry",
    ],
)
def test_the_database_refuses_to_change_the_ledger(statement):
    make_account(credit=500)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert LedgerEntry.objects.get().amount == 500


def test_the_database_refuses_to_empty_the_ledger():
    make_account(credit=500)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE billing_ledgerentry ENABLE TRIGGER ledger_no_truncate")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE billing_ledgerentry")
    assert LedgerEntry.objects.count() == 1


def test_the_database_refuses_an_overspent_wallet():
    account = make_account(credit=500)
    with pytest.raises(DatabaseError, match="wallet_not_overspent"), transaction.atomic():
        Wallet.objects.filter(account=account).update(balance=-1)


@pytest.mark.django_db(transaction=True)
def test_a_wallet_is_locked_within_a_transaction_only():
    account = make_account()
    with pytest.raises(transaction.TransactionManagementError):
        lock_wallet(account.pk)


def test_history_is_of_one_account_and_of_the_asked_days_and_kind():
    account, stranger = make_account(credit=1000), make_account(credit=5)
    adjust(account=account, amount=-10, reference="adjust:1", reason="test")
    assert [entry.amount for entry in history(account)] == [-10, 1000]
    assert [entry.amount for entry in history(stranger)] == [5]
    assert [entry.amount for entry in history(account, kind="adjustment")] == [-10]
    assert [entry.amount for entry in history(account, text="just")] == [-10]
    moment = LedgerEntry.objects.get(reference="adjust:1").created_at
    assert [entry.amount for entry in history(account, since=moment)] == [-10]
    assert [entry.amount for entry in history(account, until=moment)] == [1000]
