"""Writing tickets, through the browser's door: the rules of section 7, and what becomes of what is written."""

import threading
import uuid
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from billing.services import top_up
from common.models import Notice
from messaging.models import Message
from messaging.selectors import story
from support.files import discard_orphans
from support.models import Attachment, Entry, Ticket, Unit
from support.services import answer
from tests.factories import make_account, make_confirmed, make_gateway, make_line, make_ticket, make_user
from tests.pages import client_of, staff_client, table_of

pytestmark = pytest.mark.django_db
BODY = "پیام‌های دیروز ما به هیچ‌کدام از مشترکان نرسیده است. لطفاً بررسی بفرمایید."


@pytest.fixture
def account():
    return make_account()


@pytest.fixture
def client(account):
    return client_of(account)


def written(**fields) -> dict:
    return {
        "token": uuid.uuid4(),
        "category": "request",
        "unit": Unit.objects.get(code="technical").pk,
        "service": "sending",
        "title": "سلام، پیامک‌های ۲۵ بهمن ارسال نشد",
        "priority": 2,
        "body": BODY,
        **fields,
    }


def register(client, **fields):
    return client.post("/support/new/", written(**fields))


def said(response) -> str:
    return response.content.decode()


# --- Section 7, line by line ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title", ["سلام", "سؤال", "درخواست", "مشکل!", "سلام، سوال دارم", "hello", "یک مشکل فوری", "Request"]
)
def test_a_title_that_says_nothing_is_refused(client, title):
    response = register(client, title=title)
    assert "says nothing" in said(response)
    assert BODY in said(response)  # nothing that was typed is lost
    assert not Ticket.objects.exists()


def test_a_title_that_says_something_is_accepted(client):
    assert register(client).status_code == 302
    assert Ticket.objects.get().title == "سلام، پیامک‌های ۲۵ بهمن ارسال نشد"


def test_finglish_is_refused_and_shown_why(client):
    response = register(client, title="salam mikham charge konam", body="salam, mikham panel ra charge konam")
    assert "only 0% of the letters are Persian" in said(response)
    assert not Ticket.objects.exists()


def test_code_and_addresses_in_persian_are_accepted(client):
    assert register(client, title="خطای HTTP 500 در /api/send", body="خطا: `Internal Server Error`").status_code == 302


def test_rows_of_question_marks_are_squeezed_with_a_warning(client):
    response = client.post("/support/new/", written(title="چرا ارسال نشد؟؟؟؟؟ بررسی کنید!!!!"), follow=True)
    assert Ticket.objects.get().title == "چرا ارسال نشد؟ بررسی کنید!"
    assert "were made one" in said(response)


def test_two_question_marks_are_left(client):
    response = client.post("/support/new/", written(title="چرا پیامک ارسال نشد؟؟"), follow=True)
    assert Ticket.objects.get().title == "چرا پیامک ارسال نشد؟؟"
    assert "were made one" not in said(response)


@pytest.mark.parametrize("ticked", [True, False])
def test_the_sms_only_when_ticked_the_email_always(account, ticked):
    owner = make_user(account=account, mobile="+989121234567", email="a@example.ir", language="fa")
    ticket = make_ticket(account, by=owner, sms_on_reply=ticked)
    answer(ticket=ticket, by=make_user(is_staff=True), body="متن محرمانه", now=ticket.created_at)
    ways = dict(Notice.objects.values_list("way", "address"))
    assert ways == {"email": "a@example.ir"} | ({"sms": "+989121234567"} if ticked else {})
    texts = set(Notice.objects.values_list("text", flat=True))
    assert len(texts) == 1
    [text] = texts
    assert "محرمانه" not in text
    assert f"/support/{ticket.pk}/" in text
    assert "لطفاً پاسخ ندهید" in text


@pytest.mark.django_db(transaction=True)
def test_a_double_click_registers_one_ticket(account):
    """At the same moment, from two connections."""
    user = make_user(account=account)
    data, gate, answers = written(), threading.Barrier(2), []

    def click() -> None:
        client = Client()
        client.force_login(user)
        gate.wait()
        answers.append(client.post("/support/new/", data).status_code)
        connection.close()

    clicks = [threading.Thread(target=click) for _click in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert answers == [302, 302]
    assert (Ticket.objects.count(), Entry.objects.count()) == (1, 1)


def test_another_accounts_ticket_is_not_there(account, client):
    theirs = make_ticket(make_account())
    for path in ("", "transcript/"):
        assert client.get(f"/support/{theirs.pk}/{path}").status_code == 404
    assert client.post(f"/support/{theirs.pk}/reply/", {"token": uuid.uuid4(), "body": BODY}).status_code == 404
    assert theirs.entries.count() == 1


HTML = b"<html><script>alert(1)</script></html>"


@pytest.mark.parametrize("name", ["page.html", "page.txt", "picture.png", "page.svg"])
def test_html_is_not_taken_as_an_attachment(client, name):
    response = register(client, files=[SimpleUploadedFile(name, HTML, content_type="text/plain")])
    assert f"{name}: Attach pictures" in said(response)
    assert (Ticket.objects.count(), Attachment.objects.count()) == (0, 0)


def test_html_inside_a_taken_file_is_downloaded_never_rendered(client):
    register(client, files=[SimpleUploadedFile("گزارش.txt", "گزارش\n".encode() + HTML, content_type="text/html")])
    response = client.get(f"/support/files/{Attachment.objects.get().pk}/")
    assert b"".join(response.streaming_content) == "گزارش\n".encode() + HTML
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_html_and_script_in_a_text_are_shown_as_text(client):
    register(
        client, body=f"{BODY}\n\n<script>alert(1)</script> **مهم** [اینجا](javascript:alert(1)) ![x](http://a/b.png)"
    )
    page = said(client.get(f"/support/{Ticket.objects.get().pk}/"))
    assert "<strong>مهم</strong>" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="javascript' not in page
    assert "<img" not in page


# --- Creating ---------------------------------------------------------------------------------------------------------


def test_it_appears_on_the_same_page_with_its_number(client):
    response = client.post("/support/new/", written(), follow=True)
    ticket = Ticket.objects.get()
    assert response.redirect_chain == [(f"/support/new/?registered={ticket.pk}", 302)]
    assert f"Its number: {ticket.pk}" in said(response)
    assert f'href="/support/{ticket.pk}/"' in said(response)
    assert (ticket.state, ticket.unit.code, ticket.entries.get().body) == ("new", "technical", BODY)
    assert ticket.response_due_at > ticket.created_at


@pytest.mark.parametrize("missing", ["unit", "service", "priority", "title", "body"])
def test_what_must_be_chosen_or_written(client, missing):
    assert register(client, **{missing: ""}).status_code == 200
    assert not Ticket.objects.exists()


def test_a_similar_ticket_is_offered_first(client):
    register(client)
    again = written(title="پیامک‌های ۲۵ بهمن ارسال نشد")
    response = client.post("/support/new/", again)
    assert f"/support/{Ticket.objects.get().pk}/" in said(response)
    assert "similar title" in said(response)
    assert client.post("/support/new/", again | {"is_another_subject": "on"}).status_code == 302
    assert Ticket.objects.count() == 2


def test_a_closed_or_another_members_ticket_is_no_similar_one(account, client):
    register(client)
    assert register(client_of(account)).status_code == 302
    Ticket.objects.update(state="closed", close_reason="resolved", closed_at="2026-01-01T00:00Z")
    assert register(client).status_code == 302


def test_very_high_urgency_has_a_daily_cap_of_a_person(account, client, settings):
    settings.SUPPORT_URGENT_A_DAY = 1
    assert register(client, priority=4).status_code == 302
    response = register(client, priority=4, title="شارژ حساب انجام نشد")
    assert "Choose a lower urgency" in said(response)
    assert register(client, priority=3, title="شارژ حساب انجام نشد").status_code == 302
    assert register(client_of(account), priority=4).status_code == 302
    Ticket.objects.update(priority=1)  # lowered by staff: it was asked for all the same
    assert register(client, priority=4, title="خط تازه می‌خواهیم").status_code == 200


def test_files_are_kept_when_the_form_comes_back(client):
    files = [SimpleUploadedFile("برگه.txt", "متن برگه".encode()), SimpleUploadedFile("x.exe", b"MZ\x00")]
    page = register(client, files=files)
    assert "x.exe: Attach pictures" in said(page)
    [(kept, name)] = page.context["form"].kept()
    assert name == "برگه.txt"
    assert register(client, kept=[kept]).status_code == 302
    assert Attachment.objects.get().filename == "برگه.txt"


def test_a_kept_file_of_somebody_else_is_not_taken(account, client):
    page = register(client, title="", files=[SimpleUploadedFile("برگه.txt", "متن".encode())])
    [(kept, _name)] = page.context["form"].kept()
    assert register(client_of(account), kept=[kept]).status_code == 302
    assert not Attachment.objects.exists()


def test_files_of_forms_that_were_never_completed_are_deleted(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    register(client, files=[SimpleUploadedFile("برگه.txt", b"kept")])
    register(client, title="", files=[SimpleUploadedFile("برگه.txt", b"left")])
    now = timezone.now()
    assert discard_orphans(now=now + timedelta(hours=47)) == 0
    assert discard_orphans(now=now + timedelta(hours=49)) == 1
    assert [path.read_bytes() for path in tmp_path.glob("tickets/*/*")] == [b"kept"]


def test_too_many_and_too_large_files(client, settings):
    settings.SUPPORT_ATTACHMENTS_MAX, settings.SUPPORT_ATTACHMENT_MAX_BYTES = 2, 10
    three = [SimpleUploadedFile(f"{name}.txt", b"text") for name in "abc"]
    assert "At most 2 files" in said(register(client, files=three))
    assert "too large" in said(register(client, files=[SimpleUploadedFile("a.txt", b"x" * 11)]))
    assert not Ticket.objects.exists()


# --- A message that was not delivered ---------------------------------------------------------------------------------


@pytest.fixture
def message(account):
    make_gateway()
    top_up(account=account, amount=100_000, reference="test:credit", reason="top_up")
    campaign = make_confirmed(account, make_line(account, kind="service"), ["09121234567"], text="کد شما ۱۲۳")
    return Message.objects.select_related("campaign", "line").get(campaign=campaign)


def test_report_this_message_fills_the_four_fields_in(client, message):
    form = client.get(f"/support/report/?message={message.pk}").context["form"]
    assert form["category"].value() == "not_delivered"
    assert form["report_text"].value() == "کد شما ۱۲۳"
    assert form["report_line"].value() == message.line.number
    names = ("title", "service", "message", "report_text", "report_date", "report_time", "report_line", "category")
    assert (
        register(
            client, **{name: form[name].value() for name in names} | {"title": "پیامک مشتری نرسیده است"}
        ).status_code
        == 302
    )
    report = Ticket.objects.get().report
    assert (report["text"], report["line"], report["message"]) == ("کد شما ۱۲۳", message.line.number, message.pk)
    assert len(report["log"]) == len(story(message)) >= 2


def test_the_log_is_for_staff_only(account, client, message):
    log = [{"at": "2026-11-22T10:00:00+00:00", "title": "Prepared", "detail": "gateway-secret", "code": ""}]
    ticket = make_ticket(
        account, report={"text": "a", "date": "2026-11-22", "time": "10:00", "line": "3000", "log": log}
    )
    assert "gateway-secret" not in said(client.get(f"/support/{ticket.pk}/"))
    assert "gateway-secret" in said(staff_client().get(f"/staff/support/{ticket.pk}/"))


def test_the_four_fields_are_asked_for_in_this_group_only(client):
    response = register(client, category="not_delivered")
    for sentence in ("the text of the message", "the day on which", "the time at which", "the number from which"):
        assert f"Write {sentence}" in said(response)
    assert register(client, report_date="nonsense", report_time="99").status_code == 302


def test_a_message_of_another_account_cannot_be_reported(message):
    assert client_of(make_account()).get(f"/support/report/?message={message.pk}").status_code == 404


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_the_list_with_search_in_any_spelling_and_excel(account, client):
    make_ticket(account, title="شارژ حساب با کارت انجام نشد")
    other = make_ticket(account, title="پیامک‌های گروهی نرسیده‌اند")
    make_ticket(make_account(), title="پیامک‌های دیگران")
    assert "Showing 1 to 2 of 2 rows" in said(client.get("/support/"))
    for text in ("پيامكهاي", "گروهی", "گروه", str(other.pk)):
        [row] = table_of(client.get("/support/", {"text": text}))
        assert "پیامک‌های گروهی نرسیده‌اند" in row[2]
    book = openpyxl.load_workbook(
        BytesIO(b"".join(client.get("/support/tickets.xlsx", {"text": "شارژ"}).streaming_content))
    )
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[2] for row in rows[1:]] == ["شارژ حساب با کارت انجام نشد"]


def test_the_list_costs_the_same_whatever_its_length(account, client, django_assert_max_num_queries):
    for _ticket in range(20):
        make_ticket(account)
    client.get("/support/")
    with django_assert_max_num_queries(12):
        client.get("/support/")


def test_questions_and_answers(account, client):
    ticket = make_ticket(account)
    assert "Choose one from the list" in said(client.get("/support/questions/"))
    answer(ticket=ticket, by=make_user(is_staff=True, full_name="کارشناس"), body="بررسی شد.", now=ticket.created_at)
    page = said(client.get(f"/support/questions/?ticket={ticket.pk}"))
    assert "بررسی شد." in page
    assert "answered by کارشناس on" in page
    assert client.get(f"/support/questions/?ticket={make_ticket(make_account()).pk}").status_code == 404


def test_a_viewer_and_a_suspended_account_may_ask_for_help(account):
    account.state = "suspended"
    account.save()
    assert register(client_of(account, Membership.Role.VIEWER)).status_code == 302
