"""Asking for lines (12): inquiry, requests, review, and what paying does."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from billing.models import Proforma
from billing.selectors import balance
from billing.services import cancel_proforma, expire_proformas
from common.models import Notice
from common.uploads import UploadRefused
from credit.services import check_ledger
from numbers.models import Line, LineDocument, LineOffer, LineRequest
from numbers.ordering import RequestRefused, approve, inquire, reject
from numbers.services import add_line
from tests.factories import make_account, make_invoice, make_line, make_line_request, make_service_request
from tests.pages import client_of, staff_client, table_of

pytestmark = pytest.mark.django_db
NUMBER = "3000912345"


@pytest.fixture
def account():
    return make_account(mobile="09121234567")


def approved(request: LineRequest, price: int = 1_000_000) -> LineRequest:
    return approve(request=request, price=price, by=None, now=timezone.now())


def test_from_the_request_to_the_active_line(account):
    client = client_of(account)
    offer = LineOffer.objects.get(prefix_family="3000", length=10)
    made = client.post("/numbers/requests/number/", {"offer": offer.pk, "number": "۳۰۰۰۹۱۲۳۴۵"})
    request = LineRequest.objects.get()
    assert (made.url, request.state, request.price) == (f"/numbers/requests/{request.pk}/", "submitted", offer.price)
    review = {"decision": "approve", "price": "2,000,000"}
    assert staff_client().post(f"/admin/numbers/linerequest/{request.pk}/review/", review).status_code == 302
    request.refresh_from_db()
    assert (request.state, request.proforma.total) == ("approved", 2_200_000)
    assert table_of(client.get("/billing/invoices/"))[0][1] == "Sender number"
    assert not Line.objects.exists()
    make_invoice(account, request.proforma)
    line = Line.objects.get()
    assert (line.number, line.account, line.state, line.prefix_family) == (NUMBER, account, "active", "3000")
    request.refresh_from_db()
    assert (request.state, request.line, balance(account)) == ("done", line, 0)
    assert table_of(client.get("/numbers/"))[0][0] == NUMBER
    assert table_of(client.get("/numbers/requests/"))[0][2] == "Done"
    assert check_ledger() == []


def test_the_two_answers_of_an_inquiry(account):
    client = client_of(account)
    assert "is not in the system" in client.get("/numbers/inquiry/?number=۳۰۰۰۹۱۲۳۴۵").content.decode()
    make_line_request(make_account(), NUMBER)
    assert "registered already" in client.get(f"/numbers/inquiry/?number={NUMBER}").content.decode()
    line = make_line(make_account(), state="closed")
    assert "registered already" in client.get(f"/numbers/inquiry/?number={line.number}").content.decode()
    assert "3 to 18 digits" in client.get("/numbers/inquiry/?number=abc").content.decode()


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("2000912345", "begins with 3000"),
        ("30009123", "has 10 digits"),
        ("30009123456", "has 10 digits"),
        ("what", "3 to 18 digits"),
        (NUMBER, "registered already"),
    ],
)
def test_what_cannot_be_asked_for(account, number, sentence):
    make_line(make_account(), number=NUMBER)
    offer = LineOffer.objects.get(prefix_family="3000", length=10)
    page = client_of(account).post("/numbers/requests/number/", {"offer": offer.pk, "number": number}).content.decode()
    assert sentence in page
    assert f'value="{number}"' in page
    assert not LineRequest.objects.exists()


def test_a_number_is_kept_for_the_first_who_asks_until_the_request_ends(account):
    first = make_line_request(account, NUMBER)
    with pytest.raises(RequestRefused):
        make_line_request(make_account(), NUMBER)
    reject(request=first, reason="مدارک ناقص", by=None, now=timezone.now())
    assert inquire(NUMBER)[1] == "free"
    assert make_line_request(make_account(), NUMBER).state == "submitted"


def test_a_refusal_says_why_on_the_page_and_by_sms(account):
    request = make_line_request(account, NUMBER)
    staff = staff_client()
    url = f"/admin/numbers/linerequest/{request.pk}/review/"
    assert staff.post(url, {"decision": "reject", "reason": " "}).status_code == 200
    request.refresh_from_db()
    assert request.state == "submitted"
    staff.post(url, {"decision": "reject", "reason": "مدارک ناقص است"})
    assert "مدارک ناقص است" in client_of(account).get(f"/numbers/requests/{request.pk}/").content.decode()
    assert "مدارک ناقص است" in Notice.objects.get().text
    assert not Proforma.objects.exists()


def test_what_is_decided_is_not_decided_again(account):
    request = approved(make_line_request(account, NUMBER))
    with pytest.raises(RequestRefused):
        reject(request=request, reason="x", by=None, now=timezone.now())
    with pytest.raises(RequestRefused):
        approved(request)
    assert Proforma.objects.count() == 1


def test_free_of_charge_is_done_at_once(account):
    request = approved(make_line_request(account, NUMBER), price=0)
    assert (request.state, Line.objects.get().number) == ("done", NUMBER)
    assert not Proforma.objects.exists()


def test_an_unpaid_one_lapses_and_late_money_still_brings_the_number(account):
    request = approved(make_line_request(account, NUMBER))
    assert expire_proformas(now=timezone.now() + timedelta(days=30)) == 1
    request.refresh_from_db()
    assert (request.state, inquire(NUMBER)[1]) == ("lapsed", "free")
    Proforma.objects.update(state="open")  # as a payment that began in time finds it
    make_invoice(account, Proforma.objects.get())
    assert Line.objects.get().account == account


def test_money_for_a_number_that_somebody_else_has_becomes_credit(account):
    request = approved(make_line_request(account, NUMBER))
    add_line(account=make_account(), number=NUMBER, kind=Line.Kind.ADVERTISING)
    invoice = make_invoice(account, request.proforma)
    assert (invoice.total, invoice.proforma.purpose) == (1_100_000, "credit")
    assert (Line.objects.get().account == account, balance(account)) == (False, 1_000_000)
    assert check_ledger() == []


def test_the_owner_withdraws(account):
    client = client_of(account)
    waiting, accepted = make_line_request(account), approved(make_line_request(account))
    for request in (waiting, accepted):
        client.post(f"/numbers/requests/{request.pk}/cancel/")
        request.refresh_from_db()
        assert request.state == "cancelled"
    assert Proforma.objects.get().state == "cancelled"


def test_a_cancelled_invoice_withdraws_its_request(account):
    request = approved(make_line_request(account))
    cancel_proforma(proforma=request.proforma, by=None, now=timezone.now())
    request.refresh_from_db()
    assert request.state == "cancelled"


def test_a_service_line_with_its_papers(account):
    line = make_line(account, sending_hours="09:00-21:00")
    client = client_of(account)
    letter = SimpleUploadedFile("نامه.pdf", b"%PDF-1.7 letter")
    fields = {"line": line.pk, "paper_letter": letter, "shipping": "", "tracking_code": ""}
    assert client.post("/numbers/requests/service/", fields).status_code == 302
    request = LineRequest.objects.get()
    paper = LineDocument.objects.get()
    assert b"".join(client.get(f"/numbers/papers/{paper.pk}/").streaming_content) == b"%PDF-1.7 letter"
    assert client_of(make_account()).get(f"/numbers/papers/{paper.pk}/").status_code == 404
    staff = staff_client()
    assert b"".join(staff.get(f"/admin/numbers/linerequest/papers/{paper.pk}/").streaming_content)[:4] == b"%PDF"
    client.post(f"/numbers/requests/{request.pk}/", {"shipping": "post", "tracking_code": "RR123"})
    request.refresh_from_db()
    assert (request.shipping, request.tracking_code) == ("post", "RR123")
    approved(request, price=500_000)
    line.refresh_from_db()
    assert line.kind == "advertising"
    make_invoice(account, LineRequest.objects.get().proforma)
    line.refresh_from_db()
    assert (line.kind, line.sending_hours, line.state) == ("service", "", "active")


def test_a_person_gets_no_service_line():
    account = make_account(kind="individual")
    with pytest.raises(RequestRefused):
        make_service_request(account)
    page = client_of(account).get("/numbers/requests/service/").content.decode()
    assert "Only a legal entity" in page


@pytest.mark.parametrize("content", [b"MZ\x90 program", b"", b"<script>"])
def test_what_is_no_scan_is_refused_and_not_kept(account, content):
    with pytest.raises(UploadRefused):
        make_service_request(account, content=content)
    assert not LineRequest.objects.exists()


def test_anothers_line_is_no_choice(account):
    foreign = make_line(make_account())
    with pytest.raises(RequestRefused):
        make_service_request(account, line=foreign)
    fields = {"line": foreign.pk, "paper_letter": SimpleUploadedFile("a.pdf", b"%PDF-1")}
    make_line(account)
    assert "Select a valid choice" in client_of(account).post("/numbers/requests/service/", fields).content.decode()
