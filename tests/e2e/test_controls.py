"""A campaign's controls on its live page, and the main refusals: in words, and with nothing changed."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Membership
from billing.selectors import balance
from common.jalali import in_tehran, to_jalali
from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.models import Campaign
from numbers.models import Line
from tests.e2e import lists, panel
from tests.factories import make_account, make_confirmed, make_line, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

CREDIT = 10_000_000
TEXT = "سلام، سفارش شما آماده است."


class Shop:
    def __init__(self, credit: int = CREDIT) -> None:
        self.account = make_account(credit=credit)
        self.line = make_line(self.account, kind=Line.Kind.SERVICE)
        self.owner = make_user(account=self.account)

    @property
    def campaigns(self):
        return Campaign.objects.filter(account=self.account)

    @property
    def balance(self) -> int:
        return balance(self.account)


@pytest.fixture
def shop(stage) -> Shop:
    yield Shop()
    assert (check_ledger(), check_charges()) == ([], [])


def send(page, shop: Shop, numbers: list[str]) -> Campaign:
    panel.compose(page, TEXT, numbers="\n".join(numbers))
    panel.review(page)
    return shop.campaigns.get(pk=panel.confirm(page))


# --- Controls ---------------------------------------------------------------------------------------------------------


def test_undo_takes_everything_back(visit, shop):
    page = visit(shop.owner)
    campaign = send(page, shop, lists.subscribers(3))
    assert shop.balance == CREDIT - campaign.price
    panel.press(page, "undo")
    expect(panel.state(page)).to_have_text("لغوشده")
    assert panel.summary(page)["برگشتی (ریال)"] == panel.fa(campaign.price)
    assert shop.balance == CREDIT


def test_pause_and_resume(visit, shop, stage):
    page = visit(shop.owner)
    campaign = send(page, shop, lists.subscribers(3))
    panel.press(page, "pause")
    expect(panel.state(page)).to_have_text("متوقف")
    assert [s for s in stage.smsc.submits if s.source == shop.line.number] == []
    panel.press(page, "resume")
    page.locator("#send-now").or_(panel.legend(page, "ok").filter(has_text=panel.fa(3))).first.wait_for()
    if page.locator("#send-now").is_visible():
        panel.press(page, "send-now")
    panel.watch_it_finish(page, delivered=3)
    assert shop.balance == CREDIT - campaign.price


def test_cancel_returns_what_had_not_left(visit, shop):
    page = visit(shop.owner)
    campaign = send(page, shop, lists.subscribers(5))
    panel.press(page, "cancel")
    expect(panel.state(page)).to_have_text("لغوشده")
    expect(page.locator("#progress")).to_contain_text(panel.fa(campaign.price))
    assert shop.balance == CREDIT


def test_a_scheduled_campaign_is_cancelled_and_paid_back(visit, shop):
    page = visit(shop.owner)
    panel.compose(page, TEXT, numbers="09121234567")
    page.locator('[data-part="later"]').check()
    when = in_tehran(timezone.now() + timedelta(days=2)).replace(hour=9, minute=30)
    page.locator("#id_send_at").fill(to_jalali(when).translate(panel.PERSIAN))
    page.keyboard.press("Escape")
    panel.review(page)
    campaign = shop.campaigns.get(pk=panel.confirm(page))
    expect(panel.state(page)).to_have_text("زمان‌بندی‌شده")
    assert (campaign.state, in_tehran(campaign.send_at)) == ("scheduled", when.replace(second=0, microsecond=0))
    assert shop.balance == CREDIT - campaign.price
    page.goto("/scheduled/")
    expect(page.get_by_role("main")).to_contain_text("09:30".translate(panel.PERSIAN))
    page.goto(f"/campaigns/{campaign.pk}/")
    panel.press(page, "cancel")
    expect(panel.state(page)).to_have_text("لغوشده")
    assert shop.balance == CREDIT


def test_two_clicks_pay_once(visit, shop):
    page = visit(shop.owner)
    panel.compose(page, TEXT, numbers="09121234567")
    panel.review(page)
    panel.pay(page).dblclick()
    page.wait_for_url(lambda url: url.rstrip("/").rpartition("/")[2].isdigit())
    campaign = shop.campaigns.get()
    assert campaign.price > 0
    assert shop.balance == CREDIT - campaign.price


# --- Refusals ---------------------------------------------------------------------------------------------------------


def test_the_door_closes_after_three_wrong_passwords(visit, shop):
    shop.owner.password = make_password("Aftab-4554", hasher="argon2")
    shop.owner.save()
    page = visit()
    page.guard.expected.add(429)
    for _ in range(2):
        panel.log_in(page, shop.owner.username, "wrong")
        expect(page.get_by_role("main")).to_contain_text("درست نیست")
    panel.log_in(page, shop.owner.username, "wrong")
    expect(page.get_by_role("heading", level=1)).to_have_text("بعداً دوباره وارد شوید")
    panel.log_in(page, shop.owner.username, "Aftab-4554")
    expect(page.get_by_role("heading", level=1)).to_have_text("بعداً دوباره وارد شوید")


def test_too_little_credit_is_told_before_paying(visit, stage):
    poor = Shop(credit=100)
    page = visit(poor.owner)
    panel.compose(page, TEXT, numbers="09121234567")
    expect(page.locator('[data-part="short"]')).to_be_visible()
    panel.review(page)
    expect(page.get_by_role("alert")).to_contain_text("کم است")
    expect(panel.pay(page)).to_be_disabled()
    assert poor.balance == 100
    assert poor.campaigns.get().state == "review"


def test_an_empty_and_an_endless_text_do_not_leave_the_form(visit, shop):
    page = visit(shop.owner)
    for text in ("", "سلام " * 400):
        panel.compose(page, text, numbers="09121234567")
        page.get_by_role("button", name="بازبینی و ارسال").click()
        assert page.locator("#id_text").evaluate("field => field.validity.valid") is False
        assert "/send/" in page.url
    assert shop.campaigns.count() == 0


def test_a_file_that_is_none_is_refused_in_words(visit, shop, tmp_path):
    page = visit(shop.owner)
    page.guard.expected.add(422)
    page.goto("/send/?kind=advanced")
    picture = tmp_path / "numbers.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    page.locator("#file").set_input_files(picture)
    expect(page.locator("#upload-result").get_by_role("alert")).to_be_visible()
    assert page.locator("#upload-result input[name=upload]").count() == 0


def test_a_strangers_campaign_is_not_there(visit, shop):
    campaign = make_confirmed(shop.account, shop.line, ["09121234567"], send_at=timezone.now() + timedelta(days=1))
    page = visit(Shop().owner)
    page.guard.expected.add(404)
    for path in (f"/campaigns/{campaign.pk}/", f"/campaigns/{campaign.pk}/review/", f"/sent/{campaign.first_id}/"):
        assert page.goto(path).status == 404


def test_a_viewer_looks_but_does_not_send(visit, shop):
    campaign = make_confirmed(shop.account, shop.line, ["09121234567"], send_at=timezone.now() + timedelta(days=1))
    page = visit(make_user(account=shop.account, role=Membership.Role.VIEWER))
    page.goto(f"/campaigns/{campaign.pk}/")
    expect(panel.state(page)).to_be_visible()
    assert page.locator("#cancel, #pause, #hurry").count() == 0
    page.goto("/")
    assert page.locator('a[href="/send/"], a[href="/send/p2p/"]').count() == 0
    page.guard.expected.add(403)
    assert page.goto("/send/").status == 403
