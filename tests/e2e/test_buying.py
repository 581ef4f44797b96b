"""Buying credit in a browser (13.3): through the bank and back, and what the form refuses."""

import re

import pytest
from playwright.sync_api import expect

from billing.selectors import balance
from tests.factories import make_account, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture
def account(transactional_db):
    return make_account()


def test_from_the_number_of_messages_to_the_credit(visit, account):
    page = visit(make_user(account=account), language="en", width=1400)
    page.goto("/credit/add/")
    page.get_by_label("How many").fill("10000")
    expect(page.locator("#price")).to_contain_text("16,500,000")
    page.get_by_role("button", name="Make the proforma").click()
    page.get_by_role("button", name=re.compile("Pay 16,500,000")).click()
    expect(page.get_by_role("heading", name="Mock bank")).to_be_visible()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_text("The payment is done")).to_be_visible()
    assert balance(account) == 15_000_000


def test_too_little_is_refused_before_the_proforma(visit, account):
    page = visit(make_user(account=account), language="en", width=390)
    page.goto("/credit/add/")
    page.get_by_label("How many").fill("5")
    expect(page.locator("#price")).to_contain_text("Credit is bought from 100,000")
    page.get_by_role("button", name="Make the proforma").click()
    expect(page.get_by_label("How many")).to_have_value("5")
    assert balance(account) == 0
