"""Each kind of wrong is found, and named with its account; the triggers are taken away to do the wrong."""

from contextlib import contextmanager

import pytest
from django.db import connection

from billing.models import LedgerEntry, Wallet
from credit.models import Reservation
from credit.services import check_ledger, give_back, reserve
from tests.factories import make_account

pytestmark = pytest.mark.django_db


@contextmanager
def tampering():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE billing_ledgerentry DISABLE TRIGGER ledger_append_only")
        yield
        cursor.execute("ALTER TABLE billing_ledgerentry ENABLE TRIGGER ledger_append_only")


@pytest.fixture
def account():
    make_account(credit=77)
    account = make_account(credit=1000)
    reservation = reserve(account_id=account.pk, amount=600, reference="campaign:1", reason="messages")
    give_back(reservation_id=reservation.pk, amount=100, reference="r:1", reason="messages_returned")
    assert check_ledger() == []
    return account


def found(account) -> list[tuple]:
    everywhere = check_ledger()
    assert check_ledger(account.pk) == everywhere
    assert check_ledger(account.pk + 1_000_000) == []
    assert {problem.account_id for problem in everywhere} <= {account.pk}
    return [(problem.code, problem.expected, problem.found) for problem in everywhere]


def test_a_balance_set_by_hand(account):
    Wallet.objects.filter(account=account).update(balance=501)
    assert found(account) == [("balance", 500, 501)]


def test_an_entry_changed(account):
    with tampering():
        LedgerEntry.objects.filter(wallet__account=account, kind="top_up").update(amount=2000)
    assert found(account) == [
        ("balance", 1500, 500),
        ("running_balance", 2000, 1000),
        ("running_balance", 1400, 400),
        ("running_balance", 1500, 500),
    ]


def test_an_entry_removed(account):
    with tampering():
        LedgerEntry.objects.filter(reference="r:1").delete()
    assert found(account) == [("balance", 400, 500), ("return", 100, 0)]


def test_a_balance_after_changed(account):
    with tampering():
        LedgerEntry.objects.filter(reference="reserve:campaign:1").update(balance_after=401)
    assert found(account) == [("running_balance", 400, 401)]


def test_a_reservation_changed(account):
    Reservation.objects.update(charged=601, returned=99)
    assert found(account) == [("charge", 601, 600), ("return", 99, 100)]


def test_a_reservation_removed(account):
    Reservation.objects.all().delete()
    assert found(account) == [("orphan", 0, -600), ("orphan", 0, 100)]


def test_a_wallet_below_its_limit(account):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE billing_wallet DROP CONSTRAINT wallet_not_overspent")
    Wallet.objects.filter(account=account).update(balance=-1)
    assert found(account) == [("balance", 500, -1), ("overspent", 0, -1)]
