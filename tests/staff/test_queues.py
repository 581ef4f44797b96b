"""The queues of the provider's people: looked at, decided once, told to the customer, and written down."""

import io

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from billing.models import Slip
from billing.selectors import balance
from common.models import Notice
from messaging.models import Template
from messaging.services import approve_template
from numbers.models import Line, LineRequest
from numbers.ordering import approve
from tests.factories import make_account, make_line_request, make_service_request, make_slip, make_user
from tests.pages import client_of, staff_client, table_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return make_account(name="پخش آفتاب", mobile="09121234567")


def clerk(*permissions: str) -> Client:
    """A client of staff with just these permissions, by codename."""
    client, user = Client(), make_user(is_staff=True, language="en")
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def make_template(account, name: str = "code", **fields) -> Template:
    return Template.objects.create(account=account, name=name, text="کد شما {code} است", **fields)


def test_a_request_is_read_with_its_papers_and_approved(account):
    request = make_service_request(account)
    staff = staff_client()
    page = staff.get(f"/staff/requests/{request.pk}/").content.decode()
    paper = request.documents.get()
    assert f"/staff/requests/papers/{paper.pk}/?inline" in page
    shown = staff.get(f"/staff/requests/papers/{paper.pk}/?inline")
    assert (shown["Content-Type"], shown["Content-Disposition"]) == ("application/pdf", "inline")
    assert (shown["X-Frame-Options"], shown["X-Content-Type-Options"]) == ("SAMEORIGIN", "nosniff")
    assert shown["Content-Security-Policy"] == "frame-ancestors 'self'"
    assert b"".join(shown) == b"%PDF-1.7 letter"
    answer = staff.post(f"/staff/requests/{request.pk}/approve/", {"price": "۲٬۰۰۰٬۰۰۰"})
    assert answer.url == "/staff/requests/"
    request.refresh_from_db()
    assert (request.state, request.price, request.proforma.total) == ("approved", 2_000_000, 2_200_000)
    assert AuditEntry.objects.get(action="line_request.approved").user == request.decided_by
    assert Notice.objects.get(kind="line_request.decided").account_id == account.pk


def test_a_refusal_needs_a_reason_and_the_customer_reads_it(account):
    request = make_line_request(account)
    staff = staff_client()
    assert staff.post(f"/staff/requests/{request.pk}/refuse/", {"reason": " "}).status_code == 422
    request.refresh_from_db()
    assert request.state == "submitted"
    staff.post(f"/staff/requests/{request.pk}/refuse/", {"reason": "The letter is not signed."})
    assert "The letter is not signed." in client_of(account).get(f"/numbers/requests/{request.pk}/").content.decode()


@pytest.mark.parametrize("price", ["", "-1", "ten"])
def test_a_request_is_not_approved_without_a_price(account, price):
    request = make_line_request(account)
    assert staff_client().post(f"/staff/requests/{request.pk}/approve/", {"price": price}).status_code == 422
    request.refresh_from_db()
    assert (request.state, request.proforma) == ("submitted", None)


def test_who_comes_second_is_shown_what_the_first_decided(account):
    request = make_line_request(account)
    approve(request=request, price=0, by=make_user(full_name="Sara"), now=timezone.now())
    answer = staff_client().post(f"/staff/requests/{request.pk}/refuse/", {"reason": "No."}, follow=True)
    assert answer.redirect_chain == [(f"/staff/requests/{request.pk}/", 302)]
    page = answer.content.decode()
    assert "This request is not waiting any more: Done." in page
    assert "Sara" in page
    assert 'id="refuse"' not in page
    request.refresh_from_db()
    assert (request.state, request.reason, Line.objects.count()) == ("done", "", 1)


def test_a_slip_is_confirmed_into_credit(account):
    slip = make_slip(account)
    staff = staff_client()
    shown = staff.get(f"/staff/slips/{slip.pk}/picture/?inline")
    assert (shown["Content-Type"], shown["Content-Disposition"]) == ("image/png", "inline")
    assert b"".join(shown) == b"\x89PNG\r\n\x1a\n slip"
    assert staff.post(f"/staff/slips/{slip.pk}/confirm/").url == "/staff/slips/"
    assert balance(account) == 1_000_000
    again = staff.post(f"/staff/slips/{slip.pk}/confirm/", follow=True)
    assert "This slip is decided already: Confirmed." in again.content.decode()
    assert balance(account) == 1_000_000


def test_a_slip_is_refused_with_a_reason(account):
    slip = make_slip(account)
    staff = staff_client()
    assert staff.post(f"/staff/slips/{slip.pk}/refuse/", {}).status_code == 422
    staff.post(f"/staff/slips/{slip.pk}/refuse/", {"reason": "Not in the statement."})
    slip.refresh_from_db()
    assert (slip.state, slip.reason, balance(account)) == ("rejected", "Not in the statement.", 0)
    assert "Not in the statement." in client_of(account).get("/billing/slips/").content.decode()


def test_less_than_the_proforma_is_said(account):
    slip = make_slip(account, amount=5_000)
    assert "This is less than the proforma." in staff_client().get(f"/staff/slips/{slip.pk}/").content.decode()


def test_a_template_is_approved_and_taken_back(account):
    template = make_template(account)
    staff = staff_client()
    assert staff.post(f"/staff/templates/{template.pk}/approve/", {"seen": "pending"}).url == "/staff/templates/"
    template.refresh_from_db()
    assert template.state == "approved"
    staff.post(f"/staff/templates/{template.pk}/refuse/", {"seen": "approved", "reason": "Misused."})
    template.refresh_from_db()
    assert (template.state, template.reason) == ("refused", "Misused.")
    assert "Misused." in client_of(account).get("/templates/").content.decode()


def test_a_template_is_decided_only_as_it_was_seen(account):
    """Two people have the page open; the second would turn what the first decided round."""
    template = make_template(account)
    approve_template(template=template, by=None, now=timezone.now())
    staff = staff_client()
    answer = staff.post(
        f"/staff/templates/{template.pk}/refuse/", {"seen": "pending", "reason": "No."}, follow=True
    )  # fmt: skip
    assert "This template is decided already: Approved." in answer.content.decode()
    assert staff.post(f"/staff/templates/{template.pk}/approve/").status_code == 302
    template.refresh_from_db()
    assert (template.state, template.reason) == ("approved", "")
    template.delete()
    assert staff.post(f"/staff/templates/{template.pk}/approve/", {"seen": "pending"}).status_code == 404


def test_the_queue_shows_what_waits_and_finds_the_rest(account):
    other = make_account(name="نان سحر")
    waiting = [make_line_request(account), make_line_request(other)]
    decided = make_line_request(account)
    approve(request=decided, price=5, by=None, now=timezone.now())
    staff = staff_client()

    def numbers(query: str = "") -> list[str]:
        return [row[0] for row in table_of(staff.get(f"/staff/requests/{query}"))]

    assert numbers() == [request.number for request in waiting]
    assert numbers("?state=approved") == [decided.number]
    assert numbers("?state=all") == [decided.number, waiting[1].number, waiting[0].number]
    assert numbers("?text=سحر") == [waiting[1].number]
    assert numbers(f"?state=all&text={account.pk}&kind=number") == [decided.number, waiting[0].number]
    assert numbers("?kind=service") == []
    assert numbers("?state=nonsense&since=never") == [request.number for request in waiting]
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(staff.get("/staff/requests/requests.xlsx?state=all&text=آفتاب")))
    )  # fmt: skip
    assert [row[0].value for row in book.active][1:] == [waiting[0].number, decided.number]


@pytest.mark.parametrize(
    ("path", "make"),
    [("requests", make_line_request), ("slips", make_slip), ("templates", make_template)],
)
def test_a_longer_queue_costs_no_more_queries(django_assert_max_num_queries, path, make):
    staff = staff_client()
    staff.get(f"/staff/{path}/")
    for _ in range(12):
        make(make_account())
    with django_assert_max_num_queries(6):
        assert len(table_of(staff.get(f"/staff/{path}/"))) == 12


def test_each_page_asks_for_its_own_right(account):
    slip, request = make_slip(account), make_line_request(account)
    looker, decider = clerk("view_slip"), clerk("change_slip")
    assert [looker.get("/staff/slips/").status_code, looker.get("/staff/requests/").status_code] == [200, 403]
    page = looker.get(f"/staff/slips/{slip.pk}/").content.decode()
    assert 'id="refuse"' not in page
    assert looker.post(f"/staff/slips/{slip.pk}/confirm/").status_code == 403
    assert decider.post(f"/staff/requests/{request.pk}/approve/", {"price": 0}).status_code == 403
    assert Slip.objects.get().state == "submitted"
    assert LineRequest.objects.get().state == "submitted"
    assert 'id="refuse"' in decider.get(f"/staff/slips/{slip.pk}/").content.decode()
    assert '"/staff/slips/"' in page
    assert '"/staff/requests/"' not in page
