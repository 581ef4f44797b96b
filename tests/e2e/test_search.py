"""Ctrl+K by the keyboard alone and on a phone; the desk's announcement; a long list made in the background."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.factories import make_account, make_announcement, make_contact, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def found_by_axe(page) -> list[str]:
    answer = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    return [violation["id"] for violation in answer.response["violations"]]


def test_everything_is_found_by_the_keyboard_alone(visit, stage):
    account = make_account()
    make_contact(account, 989355550000, first_name="سارا", last_name="احمدی")
    page = visit(make_user(account=account))
    page.goto("/sent/")
    page.keyboard.press("Control+k")
    box, rows = page.locator("#find-text"), page.locator("#find-results a[role=option]")
    expect(box).to_be_focused()
    expect(rows.first).to_have_attribute("aria-selected", "true")
    box.fill("گزارش")
    expect(rows.first).to_contain_text("گزارش‌گیری")
    assert found_by_axe(page) == []
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", rows.nth(1).get_attribute("id"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/reports/$"))
    page.keyboard.press("Control+k")
    box.fill("احمدی")
    expect(rows.first).to_contain_text("سارا احمدی")
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_be_hidden()


def test_the_other_keys(visit, stage):
    page = visit(make_user(account=make_account()))
    page.goto("/sent/")
    page.keyboard.press("/")
    expect(page.locator("#id_recipient")).to_be_focused()
    page.keyboard.type("n/?")
    expect(page.locator("#id_recipient")).to_have_value("n/?")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/send/$"))


def test_on_a_phone_there_is_a_button(visit, stage):
    page = visit(make_user(account=make_account()), width=390)
    page.goto("/")
    page.locator("button.tool[data-find]").click()
    expect(page.locator("#find-text")).to_be_focused()
    expect(page.locator("#find-results a").first).to_be_visible()
    assert found_by_axe(page) == []


def test_an_announcement_is_put_away(visit, stage):
    one = make_announcement(title_fa="تعرفهٔ آذر", severity="wait")
    page = visit(make_user(account=make_account()))
    page.goto("/")
    card = page.locator(f"#announcement-{one.pk}")
    expect(card).to_contain_text("تعرفهٔ آذر")
    card.get_by_role("button").click()
    expect(card).to_have_count(0)
    page.reload()
    expect(page.locator("h1")).to_be_visible()
    expect(card).to_have_count(0)


def test_a_file_is_made_in_the_background(visit, stage):
    page = visit(make_user(account=make_account(credit=1_000)))
    page.goto("/reports/exports/?list=ledger")
    row = page.locator("#exports tbody tr")
    expect(row).to_have_count(1, timeout=20_000)
    link = row.locator("a.btn-primary")
    expect(link).to_be_visible(timeout=40_000)
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.startswith("ledger-")
