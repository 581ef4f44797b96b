"""Composing through the pages (2.1, 2.2)."""

import uuid
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing.selectors import balance
from common.tables import write_xlsx
from messaging.models import Campaign, Message, SampleMessage, Upload
from messaging.services import plan
from phonebook.models import Group
from tests.factories import make_contact, make_line, make_received

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def form(business, **fields) -> dict:
    return {
        "kind": "simple",
        "token": str(uuid.uuid4()),
        "line": business.line.pk,
        "typed": "09121234567\n۰۹۳۵ ۱۲۳ ۴۵۶۷",
        "text": "سلام",
        **fields,
    }


def compose(business, **fields):
    return business.client.post(reverse("messaging:compose"), form(business, **fields))


def test_the_form_shows_lines_prices_and_credit(business):
    answer = business.client.get(reverse("messaging:compose"))
    assert answer.status_code == 200
    composer = answer.context["composer"]
    assert composer["balance"] == 1_000_000
    assert composer["max_recipients"] == 1000
    assert composer["prices"][business.line.pk] == {0: (4_320, 4_320), 8: (1_800, 1_800)}


def test_an_advanced_form_has_no_limit_of_recipients(business):
    answer = business.client.get(reverse("messaging:compose"), {"kind": "advanced"})
    assert answer.context["composer"]["max_recipients"] is None
    assert reverse("messaging:upload") in answer.content.decode()


def test_typed_numbers_become_a_campaign_in_review(business):
    answer = compose(business, title="پاییزه")
    campaign = Campaign.objects.get()
    assert answer.headers["Location"] == reverse("messaging:review", args=[campaign.pk])
    assert (campaign.state, campaign.recipients, campaign.price) == ("review", 2, 3_600)
    assert (campaign.title, campaign.kind, campaign.created_by) == ("پاییزه", "simple", business.owner)
    assert balance(business.account) == 1_000_000


def test_a_form_sent_twice_makes_one_campaign(business):
    token = str(uuid.uuid4())
    first, second = compose(business, token=token), compose(business, token=token)
    assert first.headers["Location"] == second.headers["Location"]
    assert Campaign.objects.count() == 1
    assert Message.objects.count() == 2


def test_a_token_counts_in_its_own_account_only(business, client):
    token = str(uuid.uuid4())
    compose(business, token=token)
    other = business.stranger.accounts.get()
    line = make_line(other, kind="service")
    client.force_login(business.stranger)
    client.post(reverse("messaging:compose"), form(business, token=token, line=line.pk))
    assert Campaign.objects.of(other).count() == Campaign.objects.of(business.account).count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n "}, "text"),
        ({"text": "ب" * 2000}, "text"),
        ({"typed": ""}, "typed"),
        ({"typed": "سلام"}, "typed"),
        ({"line": ""}, "line"),
        ({"line": "999999"}, "line"),
        ({"later": "1", "send_at": ""}, "send_at"),
        ({"later": "1", "send_at": "فردا"}, "send_at"),
        ({"later": "1", "send_at": "1405/07/31 10:00"}, "send_at"),
        ({"later": "1", "send_at": "1405/01/01 10:00"}, "send_at"),
        ({"typed": "\n".join(f"0912{n:07}" for n in range(1001))}, "typed"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(business, time_machine, fields, field):
    time_machine.move_to(NOW, tick=False)
    answer = compose(business, title="پاییزه", **fields)
    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    assert answer.context["form"]["title"].value() == "پاییزه"
    assert not Campaign.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize("written", ["۱۴۰۵/۰۹/۰۳ ۱۸:۳۰", "1405/9/3 18:30", "2026-11-24 18:30"])
def test_a_send_in_future_in_any_calendar(business, time_machine, written):
    time_machine.move_to(NOW, tick=False)
    compose(business, later="1", send_at=written, validity_minutes="60")
    campaign = Campaign.objects.get()
    assert campaign.send_at == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    assert campaign.validity_minutes == 60


def test_a_time_is_ignored_while_send_in_future_is_off(business):
    compose(business, send_at="1405/01/01 10:00")
    assert Campaign.objects.get().send_at is None


def test_groups_contacts_and_typed_numbers_reach_everyone_once(business):
    group = Group.objects.create(account=business.account, name="مشتریان")
    make_contact(business.account, 989121234567, group)
    make_contact(business.account, 989121110001, group)
    single = make_contact(business.account, 989121110002)
    compose(business, groups=[group.pk], contacts=[single.pk])
    campaign = Campaign.objects.get()
    assert campaign.state == "planning"
    plan(campaign.pk, now=NOW)
    campaign.refresh_from_db()
    assert (campaign.recipients, campaign.summary["duplicates"]) == (4, 1)


def test_chosen_groups_and_contacts_come_back_with_a_refused_form(business):
    group = Group.objects.create(account=business.account, name="مشتریان")
    contact = make_contact(business.account, None, group, first_name="سارا")
    answer = compose(business, text="", groups=[group.pk], contacts=[contact.pk])
    assert [(row.pk, row.count) for row in answer.context["chosen_groups"]] == [(group.pk, 1)]
    assert list(answer.context["chosen_contacts"]) == [contact]


def test_groups_of_others_send_to_nobody(business):
    other = Group.objects.create(account=business.stranger.accounts.get(), name="دیگران")
    make_contact(other.account, None, other)
    compose(business, typed="09121234567", groups=[other.pk])
    campaign = Campaign.objects.get()
    plan(campaign.pk, now=NOW)
    campaign.refresh_from_db()
    assert campaign.recipients == 1


def workbook(rows) -> SimpleUploadedFile:
    file = BytesIO()
    write_xlsx(file, ["نام", "موبایل"], rows)
    return SimpleUploadedFile("مشتریان.xlsx", file.getvalue())


def upload(business, file):
    return business.client.post(reverse("messaging:upload"), {"file": file}, headers={"HX-Request": "true"})


@pytest.mark.usefixtures("media")
def test_a_workbook_is_kept_and_the_column_of_numbers_guessed(business):
    answer = upload(business, workbook([["سارا", "09121234567"], ["رضا", "09351234567"], ["ن", ""]]))
    stored = Upload.objects.get()
    assert (stored.account, stored.filename, stored.rows, stored.phone_column) == (
        business.account,
        "مشتریان.xlsx",
        3,
        1,
    )
    assert stored.columns == [
        {"name": "نام", "example": "سارا"},
        {"name": "موبایل", "example": "09121234567"},
    ]
    assert answer.context["chosen_column"] == 1
    assert "مشتریان.xlsx" in answer.content.decode()


@pytest.mark.usefixtures("media")
def test_an_uploaded_file_is_sent_to(business):
    upload(business, SimpleUploadedFile("n.txt", b"09121234567\n09351234567\nhello\n09121234567\n"))
    stored = Upload.objects.get()
    compose(business, kind="advanced", typed="", upload=stored.pk, column=0)
    campaign = Campaign.objects.get()
    assert campaign.upload == stored
    plan(campaign.pk, now=NOW)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.recipients) == ("review", 2)
    assert (campaign.summary["duplicates"], campaign.summary["invalid"]) == (1, 1)
    answer = business.client.get(reverse("messaging:rejects", args=[campaign.pk]))
    assert b"".join(answer.streaming_content).decode().split() == ["hello"]


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", b"%PDF-1.7 ..."), ("a.xlsx", b"PK\x03\x04broken"), ("a.txt", "نام\nسارا\n".encode()), ("a.txt", b"")],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(business, name, content):
    answer = upload(business, SimpleUploadedFile(name, content))
    assert answer.status_code == 422
    assert answer.context["problem"]
    assert not Upload.objects.exists()


@pytest.mark.usefixtures("media")
def test_a_file_of_others_cannot_be_sent_to(business):
    stored = Upload.objects.create(account=business.stranger.accounts.get(), path="x", filename="x", size=1)
    answer = compose(business, kind="advanced", typed="", upload=stored.pk)
    assert "upload" in answer.context["form"].errors
    assert not Campaign.objects.exists()


@pytest.mark.usefixtures("media")
def test_a_column_that_is_not_there(business):
    upload(business, SimpleUploadedFile("n.txt", b"09121234567\n"))
    answer = compose(business, kind="advanced", typed="", upload=Upload.objects.get().pk, column=4)
    assert "upload" in answer.context["form"].errors
    assert answer.context["upload"] == Upload.objects.get()


def test_people_are_found_while_typing(business):
    group = Group.objects.create(account=business.account, name="مشتریان وفادار")
    make_contact(business.account, None, group, first_name="مشتاق")
    Group.objects.create(account=business.stranger.accounts.get(), name="مشتریان دیگران")
    answer = business.client.get(reverse("messaging:people"), {"q": "مشت"})
    assert [(row.name, row.count) for row in answer.context["groups"]] == [("مشتریان وفادار", 1)]
    assert [row.first_name for row in answer.context["contacts"]] == ["مشتاق"]


def test_advice_names_what_could_be_mended(business):
    answer = business.client.post(reverse("messaging:advice"), {"text": "Hello – world", "line": business.line.pk})
    assert len(answer.context["advice"]) == 1


def test_advice_asks_for_the_hint_of_the_line(business):
    line = make_line(business.account, kind="service", requires_opt_out_hint=True)
    answer = business.client.post(reverse("messaging:advice"), {"text": "سلام", "line": line.pk})
    assert "لغو11" in answer.context["advice"][0]


def test_a_test_goes_to_the_users_own_mobile_and_is_charged(business):
    answer = business.client.post(
        reverse("messaging:test_send"),
        {"text": "سلام", "line": business.line.pk},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 204
    assert '"tone": "ok"' in answer.headers["HX-Trigger"]
    campaign = Campaign.objects.get()
    assert (campaign.kind, campaign.state) == ("test", "queued")
    assert Message.objects.get().msisdn == 989121110000
    assert balance(business.account) == 1_000_000 - 1_800


def test_a_test_pressed_twice_goes_once(business):
    for _ in range(2):
        business.client.post(reverse("messaging:test_send"), {"text": "سلام", "line": business.line.pk})
    assert Campaign.objects.count() == 1


def test_a_test_without_a_mobile_asks_for_one(business):
    business.owner.mobile = ""
    business.owner.save()
    answer = business.client.post(
        reverse("messaging:test_send"), {"text": "س", "line": business.line.pk}, headers={"HX-Request": "true"}
    )
    assert '"tone": "bad"' in answer.headers["HX-Trigger"]
    assert not Campaign.objects.exists()
    business.client.post(
        reverse("messaging:test_send"), {"text": "س", "line": business.line.pk, "mobile": "۰۹۳۵۱۱۱۰۰۰۰"}
    )
    assert Message.objects.get().msisdn == 989351110000


def test_a_reply_opens_the_form_with_its_number_and_line(business):
    make_line(business.account)
    received = make_received(business.account, business.line)
    answer = business.client.get(reverse("messaging:compose"), {"reply": received.pk})
    assert answer.context["form"]["typed"].value() == "0912 555 0000"
    assert answer.context["form"]["line"].value() == business.line.pk


def test_a_sample_and_a_received_message_bring_their_text(business):
    sample = SampleMessage.objects.create(account=business.account, text="نمونه")
    received = make_received(business.account, business.line, "دریافتی")
    for query, text in (({"sample": sample.pk}, "نمونه"), ({"forward_received": received.pk}, "دریافتی")):
        answer = business.client.get(reverse("messaging:compose"), query)
        assert answer.context["form"]["text"].value() == text


def test_a_link_may_choose_groups_and_contacts_of_the_account(business):
    group = Group.objects.create(account=business.account, name="مشتریان")
    other = Group.objects.create(account=business.stranger.accounts.get(), name="دیگران")
    query = {"groups": [group.pk, other.pk, "x"], "to": "09121234567"}
    answer = business.client.get(reverse("messaging:compose"), query)
    assert answer.context["chosen_groups"] == [group]
    assert answer.context["form"]["typed"].value() == "09121234567"


@pytest.mark.parametrize("name", ["sample", "reply", "forward", "forward_received", "again"])
def test_what_belongs_to_others_is_not_found(business, name):
    other = business.stranger.accounts.get()
    received = make_received(other, make_line(other))
    SampleMessage.objects.create(pk=received.pk, account=other, text="x")
    for written in (str(received.pk), "x", "", "99999999999999999999999"):
        answer = business.client.get(reverse("messaging:compose"), {name: written})
        assert answer.status_code == 404


@pytest.mark.parametrize("name", ["people", "compose"])
def test_a_viewer_may_not_compose(business, client, name):
    client.force_login(business.viewer)
    assert client.get(reverse(f"messaging:{name}")).status_code == 403
