"""Boxes, texts, answers, bulk and recurring sends in a browser: each menu's main path, and its main refusal, after
which what was written still stands in the form (4–7, 2.5, 3, 15)."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from autoreply.models import Poll, Rule
from billing.selectors import balance
from credit.services import check_ledger
from messaging.models import Campaign, InboundMessage, RecurringSend, SampleMessage, Template
from numberbank.models import Audience
from numbers.models import Line
from tests.e2e import panel
from tests.factories import make_account, make_confirmed, make_line, make_received, make_user
from tests.numberbank.bank import fill_bank, people

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
CREDIT = 10_000_000
TEXT = "سلام، سفارش شما آماده است."


class Shop:
    def __init__(self, *, credit: int = CREDIT, kind: str = Line.Kind.SERVICE) -> None:
        self.account = make_account(credit=credit)
        self.line = make_line(self.account, kind=kind)
        self.owner = make_user(account=self.account)

    def rows(self, model):
        return model.objects.filter(account=self.account)


@pytest.fixture
def shop(stage) -> Shop:
    yield Shop()
    assert check_ledger() == []


def save(page: Page) -> None:
    page.locator("main form:not([role=search]) .btn-primary").filter(visible=True).last.click()


def refused(page: Page) -> None:
    """The sentence stands at the field, or over the form."""
    expect(page.locator(".form-error:visible, .note.tone-bad:visible").first).to_be_visible()


def sure(page: Page) -> None:
    page.locator("#confirm-yes").click()


# --- Boxes ------------------------------------------------------------------------------------------------------------


def test_a_received_message_is_answered_and_forwarded(visit, shop):
    make_received(shop.account, shop.line, "قیمت چند است؟")
    page = visit(shop.owner)
    page.goto("/inbox/")
    page.get_by_text("قیمت چند است؟").click()
    page.locator("#answer #id_text").fill("صد هزار تومان")
    page.locator("#answer .btn-primary").click()
    expect(page.locator(".turn.is-ours")).to_contain_text("صد هزار تومان")
    campaign = shop.rows(Campaign).get()
    assert (campaign.text, campaign.recipients) == ("صد هزار تومان", 1)
    page.locator(".turn.is-theirs .turn-tool").click()
    expect(page.locator("#id_text")).to_have_value(re.compile("قیمت چند است؟"))


def test_an_answer_without_credit_is_refused_and_kept(visit, stage):
    poor = Shop(credit=10)
    message = make_received(poor.account, poor.line)
    page = visit(poor.owner, width=390)
    page.guard.expected.add(422)
    page.goto(f"/inbox/{message.pk}/")
    page.locator("#id_text").fill(TEXT)
    page.locator("#answer .btn-primary").click()
    expect(page.locator("[data-part=short]:visible, .form-error:visible, .tone-bad:visible").first).to_be_visible()
    expect(page.locator("#id_text")).to_have_value(TEXT)
    assert (balance(poor.account), poor.rows(Campaign).filter(confirmed_at__isnull=False).count()) == (10, 0)


def test_deleted_to_the_trash_and_brought_back(visit, shop):
    make_received(shop.account, shop.line, "اشتباهی پاک شد")
    page = visit(shop.owner)
    page.goto("/inbox/")
    row = page.locator("tbody tr, .message-row").filter(has_text="اشتباهی پاک شد")
    row.get_by_role("checkbox").check()
    page.locator("button[name=action][value=delete]").click()
    expect(row).to_have_count(0)
    page.goto("/trash/")
    row.get_by_role("checkbox").check()
    page.locator("button[name=action][value=restore]").click()
    expect(row).to_have_count(0)
    assert shop.rows(InboundMessage).get().deleted_at is None


def test_scheduled_sends_are_chosen_and_cancelled(visit, shop):
    later = timezone.now() + timedelta(days=1)
    kept, gone = (make_confirmed(shop.account, shop.line, ["09121234567"], send_at=later) for _ in range(2))
    assert balance(shop.account) == CREDIT - kept.price - gone.price
    page = visit(shop.owner)
    page.goto("/scheduled/")
    page.locator(f"input[name=campaign][value='{gone.pk}']").check()
    page.locator("form[data-confirm] button[name=action]").click()
    expect(page.locator("dialog#confirm")).to_be_visible()
    sure(page)
    expect(page.locator(f"input[value='{gone.pk}']")).to_have_count(0)
    expect(page.locator(f"input[value='{kept.pk}']")).to_have_count(1)
    states = dict(shop.rows(Campaign).values_list("pk", "state"))
    assert states == {kept.pk: "scheduled", gone.pk: "cancelled"}
    assert balance(shop.account) == CREDIT - kept.price


def test_a_time_that_has_passed_is_refused(visit, shop):
    campaign = make_confirmed(shop.account, shop.line, ["09121234567"], send_at=timezone.now() + timedelta(days=1))
    page = visit(shop.owner)
    page.goto("/scheduled/")
    page.locator(f"[data-dialog='time-{campaign.pk}']").click()
    box = page.locator(f"#time-{campaign.pk}-at")
    box.fill("۱۴۰۰/۰۱/۰۱ ۱۰:۰۰")
    assert box.evaluate("field => field.validity.valid") is False
    page.keyboard.press("Enter")
    expect(box).to_have_value("۱۴۰۰/۰۱/۰۱ ۱۰:۰۰")
    before = campaign.send_at
    campaign.refresh_from_db()
    assert (campaign.state, campaign.send_at) == ("scheduled", before)


def test_a_sent_message_becomes_a_sample(visit, shop):
    make_confirmed(shop.account, shop.line, ["09121234567"], text=TEXT)
    page = visit(shop.owner)
    page.goto("/sent/")
    page.locator("form[action='/samples/add/'] button").first.click()
    expect(page.locator("[data-toast]").first).to_be_visible()
    assert [sample.text for sample in shop.rows(SampleMessage)] == [TEXT]


# --- Texts ------------------------------------------------------------------------------------------------------------


def test_samples_are_kept_and_the_hundred_and_first_is_refused(visit, shop):
    page = visit(shop.owner)
    page.goto("/samples/")
    page.locator("#id_text").fill(TEXT)
    save(page)
    expect(page.locator("tbody")).to_contain_text(TEXT)
    SampleMessage.objects.bulk_create(SampleMessage(account=shop.account, text=f"متن {n}") for n in range(99))
    page.locator("#id_text").fill("یکی بیش از اندازه")
    save(page)
    refused(page)
    expect(page.locator("#id_text")).to_have_value("یکی بیش از اندازه")
    assert shop.rows(SampleMessage).count() == 100


def test_a_template_is_asked_for_and_a_bad_name_refused(visit, shop):
    page = visit(shop.owner)
    page.goto("/templates/")
    page.locator("#id_name").fill("نام فارسی با فاصله")
    page.locator("#id_text").fill("کد شما {code} است")
    save(page)
    refused(page)
    expect(page.locator("#id_text")).to_have_value("کد شما {code} است")
    assert shop.rows(Template).count() == 0
    page.locator("#id_name").fill("login")
    save(page)
    expect(page.locator("main")).to_contain_text("login")
    assert shop.rows(Template).get().state == "pending"


# --- Answers by themselves --------------------------------------------------------------------------------------------


def test_a_keyword_is_answered_and_one_without_effect_refused(visit, shop):
    page = visit(shop.owner)
    page.goto("/auto-replies/new/")
    page.locator("#id_keywords").fill("قیمت\nنرخ")
    save(page)
    refused(page)
    expect(page.locator("#id_keywords")).to_have_value("قیمت\nنرخ")
    assert shop.rows(Rule).count() == 0
    page.locator("#id_reply").fill("صد هزار تومان")
    page.locator("main form .btn-primary").first.click()
    page.wait_for_url("**/auto-replies/")
    page.goto("/auto-replies/test/")
    page.locator("#id_text").fill("  نِرخ ")
    save(page)
    expect(page.locator("main")).to_contain_text("صد هزار تومان")
    assert shop.rows(Rule).get().keywords.count() == 2


def test_a_poll_without_options_is_refused_and_one_with_them_opens(visit, shop):
    page = visit(shop.owner)
    page.goto("/auto-replies/polls/new/")
    page.locator("#id_title").fill("بهترین شعبه")
    page.locator("#id_thanks").fill("رأی شما ثبت شد")
    page.locator("main form .btn-primary").first.click()
    refused(page)
    expect(page.locator("#id_thanks")).to_have_value("رأی شما ثبت شد")
    assert shop.rows(Poll).count() == 0
    for place, (title, keyword) in enumerate([("تهران", "۱"), ("کرج", "۲")]):
        page.locator(f"#id_options-{place}-title").fill(title)
        page.locator(f"#id_options-{place}-keywords").fill(keyword)
    page.locator("main form .btn-primary").first.click()
    expect(page.locator("h1")).to_contain_text("بهترین شعبه")
    assert shop.rows(Poll).get().options.count() == 2


# --- Sends of their own -----------------------------------------------------------------------------------------------


def test_a_weekly_send_needs_a_day(visit, shop):
    page = visit(shop.owner)
    page.goto("/send/recurring/new/")
    page.locator("#id_typed").fill("09121234567")
    page.locator("#id_text").fill(TEXT)
    page.locator("#id_frequency").select_option("weekly")
    page.locator("#id_clock").fill("09:30")
    page.locator("main form .btn-primary").last.click()
    refused(page)
    expect(page.locator("#id_text")).to_have_value(TEXT)
    expect(page.locator("#id_typed")).to_have_value("09121234567")
    assert shop.rows(RecurringSend).count() == 0
    page.locator("#id_weekdays_2").check()
    page.locator("main form .btn-primary").last.click()
    page.wait_for_url(re.compile(r"/send/recurring/\d+/$"))
    recurring = shop.rows(RecurringSend).get()
    assert (recurring.frequency, recurring.text) == ("weekly", TEXT)


def test_the_number_bank_is_counted_before_it_is_sent_to(visit, stage):
    with transaction.atomic():
        fill_bank(people(12, 4000, guild="سوپرمارکت", district="5"))
    shop = Shop(kind=Line.Kind.ADVERTISING)
    page = visit(shop.owner)
    page.goto("/bulk/regional/")
    page.locator("input[name=districts][value='5']").check()
    page.locator("#id_text").fill(TEXT)
    page.get_by_role("button", name="بازبینی و ارسال").click()
    refused(page)
    expect(page.locator("#id_text")).to_have_value(TEXT)
    assert shop.rows(Campaign).count() == 0
    page.get_by_role("button", name="محاسبه تعداد").click()
    expect(page.locator("#count-result")).to_contain_text(panel.fa(12))
    page.locator("#id_audience_name").fill("همهٔ منطقه‌ها")
    page.locator("button[name=action][value=save]").click()
    expect(page.locator("[data-toast]").first).to_be_visible()
    page.get_by_role("button", name="بازبینی و ارسال").click()
    expect(panel.pay(page)).to_be_visible(timeout=60_000)
    assert (shop.rows(Campaign).get().kind, shop.rows(Audience).get().name) == ("bulk", "همهٔ منطقه‌ها")
    assert "09120004000" not in page.content()
