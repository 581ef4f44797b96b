"""Phonebook, numbers, credit, members, login and the developers' pages in a browser: each menu's main path, and its
main refusal, after which what was written still stands in the form (8–14)."""

import csv
import re
from io import BytesIO
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Page, expect

from accounts.invitations import link
from accounts.models import Invitation, Membership
from billing.models import Proforma, Slip
from common.models import Notice
from messaging.models import Message, Status
from numbers.models import LineOffer, LineRequest
from phonebook.models import Contact, Import, OptOut
from tests.e2e import panel
from tests.e2e.stage import until
from tests.factories import make_account, make_confirmed, make_line, make_proforma, make_user
from webservice.models import ApiKey
from webservice.webhooks.models import Endpoint

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
PICTURE = {"name": "فیش.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n slip"}


@pytest.fixture
def account(stage):
    return make_account(credit=1_000_000)


@pytest.fixture
def page(visit, account) -> Page:
    return visit(make_user(account=account, mobile="+989121112233"))


def save(page: Page) -> None:
    page.locator("main form .btn-primary").filter(visible=True).first.click()


def refused(page: Page) -> None:
    expect(page.locator(".form-error:visible, .note.tone-bad:visible").first).to_be_visible()


# --- Phonebook --------------------------------------------------------------------------------------------------------


def test_contacts_of_a_file_with_rows_that_are_none(page, account, tmp_path):
    table = tmp_path / "مشتریان.csv"
    table.write_text("موبایل,نام,نام خانوادگی\n09121230001,سارا,احمدی\n12,بد,شماره\n09121230002,علی,رضایی\n")
    page.goto("/phonebook/import/")
    page.locator("#id_file").set_input_files(table)
    save(page)
    expect(page.locator("h1")).to_contain_text("هر ستون")
    save(page)
    rejects = page.locator("a[href$='rejects.csv']")
    expect(rejects).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        rejects.click()
    rows = list(csv.reader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert (len(rows), "12" in rows[1]) == (2, True)
    one = Import.objects.get(account=account)
    assert (one.added, one.rejected) == (2, 1)
    page.goto("/phonebook/")
    expect(page.locator("tbody")).to_contain_text("سارا احمدی")


def test_a_number_that_is_none_loses_no_names(page, account):
    page.goto("/phonebook/new/")
    page.locator("#id_mobile").fill("12345")
    page.locator("#id_first_name").fill("مینا")
    save(page)
    refused(page)
    expect(page.locator("#id_first_name")).to_have_value("مینا")
    expect(page.locator("#id_mobile")).to_have_value("12345")
    page.locator("#id_mobile").fill("۰۹۱۲ ۱۲۳ ۴۵۶۷")
    save(page)
    expect(page.locator("[data-toast]").first).to_be_visible()
    assert Contact.objects.get(account=account).msisdn == 989121234567


def test_opt_outs_are_added_by_hand(page, account):
    make_line(account)
    page.goto("/phonebook/opt-outs/add/")
    page.locator("#id_numbers").fill("سلام")
    page.locator("#id_note").fill("تلفنی گفت")
    save(page)
    refused(page)
    expect(page.locator("#id_note")).to_have_value("تلفنی گفت")
    page.locator("#id_numbers").fill("09121234567\n09121234567")
    save(page)
    expect(page.locator("main")).to_contain_text("0912 123 4567")
    assert OptOut.objects.filter(account=account).count() == 1


# --- Numbers, money ---------------------------------------------------------------------------------------------------


def test_a_number_is_asked_for(page, account):
    offer, _made = LineOffer.objects.get_or_create(prefix_family="3000", length=10, defaults={"price": 1_000_000})
    page.goto("/numbers/requests/number/")
    page.locator("#id_offer").select_option(str(offer.pk))
    page.locator("#id_number").fill("3000")
    save(page)
    refused(page)
    expect(page.locator("#id_number")).to_have_value("3000")
    page.locator("#id_number").fill("۳۰۰۰۱۲۳۴۵۶")
    save(page)
    page.wait_for_url(re.compile(r"/numbers/requests/(\d+/)?$"))
    assert LineRequest.objects.get(account=account).number == "3000123456"


def test_a_deposit_is_reported(page, account):
    proforma = make_proforma(account)
    page.goto(f"/billing/proformas/{proforma.pk}/slip/")
    page.get_by_label("در شعبه").check()
    page.locator("#id_number").fill("778899")
    page.locator("#id_bank").fill("ملی")
    page.locator("#id_amount").fill("12")
    page.locator("#id_paid_date").fill("1405/09/01")
    page.keyboard.press("Escape")
    save(page)
    refused(page)
    expect(page.locator("#id_number")).to_have_value("778899")
    page.locator("#id_amount").fill(str(proforma.total))
    page.locator("#id_picture").set_input_files(PICTURE)
    save(page)
    page.wait_for_url("**/billing/slips/")
    expect(page.locator("main")).to_contain_text("778899")
    assert (Slip.objects.get().proforma, Proforma.objects.get(pk=proforma.pk).state) == (proforma, "open")


# --- People -----------------------------------------------------------------------------------------------------------


def test_a_colleague_is_invited_and_sees_what_the_role_allows(page, visit, account):
    page.goto("/accounts/members/invite/")
    page.locator("#id_mobile").fill("0912")
    page.locator("#id_email").fill("ali@example.ir")
    save(page)
    refused(page)
    expect(page.locator("#id_email")).to_have_value("ali@example.ir")
    page.locator("#id_mobile").fill("")
    page.locator("#id_role").select_option("viewer")
    save(page)
    expect(page.locator("main")).to_contain_text("ali@example.ir")
    invited = visit()
    invited.goto(urlsplit(link(Invitation.objects.get(account=account))).path)
    invited.locator("#id_full_name").fill("علی رضایی")
    invited.locator("#id_username").fill("ali.rezaei")
    for field in ("#id_new_password1", "#id_new_password2"):
        invited.locator(field).fill("Panjere-5528")
    save(invited)
    expect(invited.locator("#side")).to_be_attached()
    assert Membership.objects.get(account=account, user__username="ali.rezaei").role == "viewer"
    assert invited.locator("a[href='/accounts/members/'], a[href='/send/']").count() == 0
    invited.guard.expected.add(403)
    assert invited.goto("/accounts/members/").status == 403
    expect(invited.locator("main")).to_contain_text("مالک")


def newest_code() -> str:
    return re.search(r"\d{6}", Notice.objects.filter(kind="login.code").latest("pk").wire_text)[0]


def test_the_second_step_by_sms_in_two_browsers(page, visit, account):
    user = account.users.get()
    user.password = make_password("pass", hasher="argon2")
    user.save()
    page.context.clear_cookies(name="sessionid")
    panel.log_in(page, user.username, "pass")
    page.guard.expected.add(422)
    page.goto("/accounts/two-factor/")
    page.get_by_role("button", name="ارسال کد به من").click()
    page.locator("#sms_code").fill("000000" if newest_code() != "000000" else "000001")
    page.locator("form[action$='/sms/on/'] .btn-primary").click()
    refused(page)
    page.locator("#sms_code").fill(panel.fa_digits(newest_code()))
    page.locator("form[action$='/sms/on/'] .btn-primary").click()
    expect(page.locator("main li code").first).to_be_visible()
    recovery = page.locator("main li code").first.inner_text()
    other = visit()
    panel.log_in(other, user.username, "pass")
    expect(other.locator("main")).to_contain_text("0912***2233")
    assert "9121112233" not in other.content()
    other.get_by_role("button", name="ارسال دوبارهٔ کد").click()
    expect(other.locator("[data-toast]")).to_contain_text("دقیقه")
    other.locator("#id_code").fill(recovery)
    other.get_by_role("button", name="ورود", exact=True).click()
    other.wait_for_url("**/")
    expect(other.locator("#side")).to_be_attached()


# --- Developers -------------------------------------------------------------------------------------------------------


def test_a_key_is_made_shown_once_and_revoked(page, account):
    page.goto("/web-service/keys/new/")
    page.locator("#id_name").fill("فروشگاه")
    page.locator("#id_networks").fill("nowhere")
    save(page)
    refused(page)
    expect(page.locator("#id_name")).to_have_value("فروشگاه")
    page.locator("#id_networks").fill("")
    save(page)
    expect(page.locator("main")).to_contain_text("live_")
    page.goto("/web-service/keys/")
    assert "live_" not in page.locator("main").inner_text() or "…" in page.locator("main").inner_text()
    key = ApiKey.objects.get(account=account)
    page.locator(f"form[action*='/keys/{key.pk}/'] button").first.click()
    page.locator("#confirm-yes").click()
    expect(page.locator("[data-toast]").first).to_be_visible()
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_webhook_goes_to_no_address_of_ours(page, account):
    page.goto("/web-service/webhooks/new/")
    page.locator("#id_name").fill("انبار")
    page.locator("#id_events_0").check()
    page.locator("#id_url").fill("http://127.0.0.1/hook")
    save(page)
    refused(page)
    expect(page.locator("#id_name")).to_have_value("انبار")
    expect(page.locator("#id_events_0")).to_be_checked()
    assert Endpoint.objects.filter(account=account).count() == 0


# --- Reports ----------------------------------------------------------------------------------------------------------


def test_a_report_is_downloaded_as_it_was_filtered(page, account):
    line, other = make_line(account, kind="service"), make_line(account, kind="service")
    for one in (line, line, other):
        make_confirmed(account, one, ["09121234567"], text="سلام")
    mine = Message.objects.filter(campaign__account=account)
    until(lambda: mine.filter(status=Status.DELIVERED).count() == 3)  # the figures are summed when somebody looks
    page.goto(f"/reports/?line={line.pk}")
    with page.expect_download() as download:
        page.locator("a[href*='report.xlsx']").first.click()
    [sheet] = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes())).worksheets
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == [2]
    page.locator("#id_since").fill("1405/13/45")
    page.locator("main form .btn-primary").first.click()
    assert page.locator("#id_since").evaluate("field => field.validity.valid") is False
    expect(page.locator("#id_since")).to_have_value("1405/13/45")
