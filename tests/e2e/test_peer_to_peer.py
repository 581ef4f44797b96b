"""Peer to peer through the browser (2.3): a file, its bad rows, the choice, and what arrives."""

import pytest

from billing.selectors import balance
from messaging.models import Campaign
from numbers.models import Line
from tests.e2e import panel
from tests.e2e.stage import until
from tests.factories import make_account, make_line, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

FAR = "1480/01/01 10:00"


@pytest.fixture
def page(stage, visit):
    account = make_account(credit=1_000_000)
    make_line(account, kind=Line.Kind.SERVICE)
    page = visit(make_user(account=account))
    page.account = account
    return page


def choose(page, tmp_path, rows: list[str]) -> None:
    path = tmp_path / "sms.csv"
    path.write_text("شماره,متن,زمان\n" + "\n".join(rows), encoding="utf-8-sig")
    page.goto("/send/p2p/")
    page.locator("#file").set_input_files(path)
    page.locator("#p2p-rows table").wait_for()


def review(page) -> Campaign:
    page.locator(".send-bar .btn-primary").click()
    page.wait_for_url("**/review/")
    page.locator("form[action$='/discard/']").wait_for()
    page.locator("#bad-rows").wait_for()
    return Campaign.objects.get(account=page.account)


def test_the_good_rows_are_sent_and_the_bad_ones_listed(page, tmp_path):
    choose(page, tmp_path, ["09121234567,سلام سارا,", "09351234567,سلام رضا,", "12345,متن,", f"09121234568,متن,{FAR}"])
    page.locator("[data-step='1']").click()
    assert page.locator("[data-preview]").inner_text() == "سلام رضا"
    campaign = review(page)
    assert page.locator("[aria-labelledby='bad-rows'] tbody tr").count() == 2
    assert balance(page.account) == 1_000_000
    page.locator("form[action$='/confirm/'] button").click()
    page.wait_for_url(f"**/campaigns/{campaign.pk}/")
    assert balance(page.account) == 1_000_000 - campaign.price
    panel.press(page, "send-now")
    until(lambda: Campaign.objects.get(pk=campaign.pk).state == Campaign.State.FINISHED, seconds=60)
    assert Campaign.objects.get(pk=campaign.pk).recipients == 2


def test_a_file_that_is_cancelled_costs_nothing(page, tmp_path):
    choose(page, tmp_path, ["09121234567,سلام,", "12345,متن,"])
    campaign = review(page)
    page.locator("form[action$='/discard/'] button").click()
    page.locator("#confirm-yes").click()
    page.wait_for_url("**/send/")
    assert Campaign.objects.get(pk=campaign.pk).state == Campaign.State.DISCARDED
    assert balance(page.account) == 1_000_000
