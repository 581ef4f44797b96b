"""Staff set prices and read reservations."""

import logging

import pytest

from accounts.models import AuditEntry
from billing.models import Wallet
from credit.models import AccountPlan, Reservation, Tariff, TariffPlan
from credit.services import reserve
from credit.tasks import check_ledger
from tests.factories import make_account, make_plan
from tests.pages import staff_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return make_plan(tier=5)


def test_another_plan_becomes_the_default_and_cannot_be_deleted(plan):
    client = staff_client()
    client.post("/admin/credit/tariffplan/", {"action": "make_default", "_selected_action": [plan.pk]})
    assert TariffPlan.objects.get(is_default=True) == plan
    assert client.post(f"/admin/credit/tariffplan/{plan.pk}/delete/", {"post": "yes"}).status_code == 403
    every = list(TariffPlan.objects.values_list("pk", flat=True))
    client.post("/admin/credit/tariffplan/", {"action": "make_default", "_selected_action": every})
    assert TariffPlan.objects.get(is_default=True) == plan


def test_an_account_is_given_a_plan(plan):
    account = make_account()
    client = staff_client()
    client.post("/admin/credit/accountplan/add/", {"account": account.pk, "plan": plan.pk})
    assert AccountPlan.objects.get().plan == plan
    assert AuditEntry.objects.latest("id").account == account


def test_reservations_are_looked_at_only():
    account = make_account(credit=100)
    reservation = reserve(account_id=account.pk, amount=100, reference="campaign:1", reason="messages")
    client = staff_client()
    assert client.get("/admin/credit/reservation/?q=campaign").status_code == 200
    page = f"/admin/credit/reservation/{reservation.pk}"
    assert client.get(f"{page}/change/").status_code == 200
    assert client.post(f"{page}/change/", {"charged": "1"}).status_code == 403
    assert client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    assert Reservation.objects.get().charged == 100


def test_the_nightly_check_is_quiet_when_the_money_is_right(caplog):
    make_account(credit=100)
    with caplog.at_level(logging.ERROR):
        assert check_ledger() == 0
    assert caplog.records == []
    assert not AuditEntry.objects.filter(action="ledger.wrong").exists()


def test_the_nightly_check_cries_out_when_it_is_not(caplog):
    account = make_account(credit=100)
    Wallet.objects.filter(account=account).update(balance=101)
    with caplog.at_level(logging.ERROR):
        assert check_ledger() == 1
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    entry = AuditEntry.objects.get(action="ledger.wrong")
    assert entry.details["problems"] == 1
    assert Tariff.objects.exists()
