"""Staff set prices and read reservations."""

import logging

import pytest

from accounts.models import AuditEntry
from billing.models import Wallet
from credit.models import AccountPlan, Reservation, Tariff, TariffPlan
from credit.services import reserve
from credit.tasks import check_ledger
from tests.factories import make_account
from tests.pages import staff_client

pytestmark = pytest.mark.django_db


def plan_form(plan: TariffPlan, **changes) -> dict:
    """What the browser sends for the page of a plan that has exactly the given new rows."""
    rows = changes.pop("rows", [])
    form = {"name": plan.name, "tier": plan.tier, "tariffs-TOTAL_FORMS": len(rows), "tariffs-INITIAL_FORMS": 0}
    for place, row in enumerate(rows):
        row = {"line_kind": "advertising", "operator": "", "prefix_family": "", "language": "fa"} | row
        form |= {f"tariffs-{place}-{name}": value for name, value in row.items()}
    return form | changes


@pytest.fixture
def plan():
    return TariffPlan.objects.create(name="test", tier=5)


def save(plan, *rows):
    return staff_client().post(
        f"/admin/credit/tariffplan/{plan.pk}/change/", plan_form(plan, rows=list(rows)), follow=True
    )


def test_prices_are_set_and_the_gaps_are_told(plan):
    response = save(plan, {"price_per_part": "100"})
    assert plan.tariffs.get().price_per_part == 100
    assert "has no price for any operator" in response.content.decode()
    assert "prices_changed" in AuditEntry.objects.latest("id").action


@pytest.mark.parametrize(
    "rows",
    [
        [{"price_per_part": "100"}, {"price_per_part": "200"}],
        [{"price_per_part": "-1"}],
        [{"price_per_part": "100", "prefix_family": "abc"}],
        [{"price_per_part": ""}],
    ],
)
def test_rows_that_cannot_be_are_refused(plan, rows):
    assert "errorlist" in save(plan, *rows).content.decode()
    assert not plan.tariffs.exists()


def test_a_row_that_is_there_already_is_refused(plan):
    plan.tariffs.create(line_kind="advertising", language="fa", price_per_part=1)
    assert "errorlist" in save(plan, {"price_per_part": "100"}).content.decode()
    assert plan.tariffs.get().price_per_part == 1


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
