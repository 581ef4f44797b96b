"""A ticket from writing to closing, by both sides in two browsers; and the main refusal, with nothing lost."""

import re

import pytest
from playwright.sync_api import expect

from support.models import Ticket
from tests.factories import make_account, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

TITLE = "پیامک‌های صبح امروز ارسال نشد"
BODY = "پیام‌های ساعت ده امروز به هیچ‌کدام از مشترکان نرسیده است."


def fill(page, title: str) -> None:
    page.goto("/support/new/")
    page.locator("#id_unit").select_option(index=1)
    page.locator("#id_service").select_option("sending")
    page.locator("#id_title").fill(title)
    page.locator("#id_priority").select_option("2")
    page.locator("#id_body").fill(BODY)


def test_a_ticket_from_writing_to_closing(visit, stage):
    owner = make_user(account=make_account())
    page, desk = visit(owner), visit(make_user(is_staff=True, is_superuser=True, full_name="کارشناس فنی"))
    fill(page, TITLE)
    expect(page.locator(".ticket-report")).to_be_hidden()
    page.locator("#id_body").select_text()
    page.locator("[data-md=bold]").click()
    expect(page.locator("#id_body")).to_have_value(f"**{BODY}**")
    page.locator(".md-preview").click()
    expect(page.locator("#id_body-preview strong")).to_have_text(BODY)
    page.locator("#register").dblclick()
    expect(page.locator("#registered")).to_be_visible()
    ticket = Ticket.objects.get(opened_by=owner)

    desk.goto("/staff/support/")
    desk.get_by_role("link", name=TITLE).click()
    desk.locator("#canned").select_option(label="رفع شد")
    expect(desk.locator("#id_body")).to_have_value(re.compile(TITLE))
    desk.locator("#answer .btn-primary").click()
    expect(desk.locator(".said.is-staff")).to_be_visible()

    page.locator("#registered a").click()
    expect(page.locator(".said.is-staff")).to_contain_text("برطرف شد")
    page.locator("[data-dialog=close-ticket]").click()
    page.locator("#close-ticket input[value='5']").check()
    page.locator("#close-ticket .btn-primary").click()
    expect(page.locator(".ticket-closed")).to_be_visible()
    ticket.refresh_from_db()
    assert (ticket.state, ticket.close_reason, ticket.rating) == ("closed", "resolved", 5)


def test_a_title_that_says_nothing_is_refused_and_nothing_is_lost(visit, stage):
    owner = make_user(account=make_account())
    page = visit(owner, width=390)
    fill(page, "سلام")
    page.locator("#id_files").set_input_files({"name": "گزارش.txt", "mimeType": "text/plain", "buffer": b"report"})
    page.locator("#register").click()
    expect(page.locator("#id_title_error")).to_contain_text("سلام")
    expect(page.locator("#id_body")).to_have_value(BODY)
    expect(page.locator(".chip")).to_contain_text("گزارش.txt")
    assert not Ticket.objects.filter(opened_by=owner).exists()
    page.locator("#id_title").fill(TITLE)
    page.locator("#register").click()
    expect(page.locator("#registered")).to_be_visible()
    assert Ticket.objects.get(opened_by=owner).entries.get().attachments.get().filename == "گزارش.txt"
