"""Giving credit to another account in a browser (13.5): the name is shown first; what is refused keeps the form."""

import pytest
from playwright.sync_api import expect

from billing.selectors import balance
from tests.factories import make_account, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture
def account(transactional_db):
    return make_account(credit=1_000_000)


def test_the_name_is_shown_and_then_the_credit_goes(visit, account):
    branch = make_account(name="Branch Shiraz")
    page = visit(make_user(account=account), language="en", width=1400)
    page.goto("/billing/transfers/")
    page.get_by_role("link", name="Transfer credit").first.click()
    page.get_by_label("Account number").fill(str(branch.pk))
    page.get_by_label("Amount (rials)").fill("250,000")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Br… Sh…")).to_be_visible()
    expect(page.get_by_text("750,000")).to_be_visible()
    assert balance(branch) == 0
    page.get_by_role("button", name="Transfer now").click()
    expect(page.get_by_role("heading", name="Transfers")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert (balance(account), balance(branch)) == (750_000, 250_000)


def test_more_than_is_there_is_refused_and_nothing_is_lost(visit, account):
    branch = make_account(name="Branch Shiraz")
    page = visit(make_user(account=account), language="en", width=390)
    page.goto("/billing/transfers/new/")
    page.get_by_label("Account number").fill(str(branch.pk))
    page.get_by_label("Amount (rials)").fill("1000001")
    page.get_by_label("Note").fill("Rent")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Your credit is not enough")).to_be_visible()
    expect(page.get_by_label("Note")).to_have_value("Rent")
    page.get_by_label("Amount (rials)").fill("100000")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Back, to change it").click()
    expect(page.get_by_label("Amount (rials)")).to_have_value("100000")
    assert (balance(account), balance(branch)) == (1_000_000, 0)
