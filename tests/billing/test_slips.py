"""Deposit slips (ISP-7.5 to 7.8): sent once, reviewed, credited once."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from billing.models import Invoice, LedgerEntry, Slip
from billing.selectors import balance
from billing.services import expire_proformas
from billing.services.slips import SlipRefused, confirm_slip, reject_slip, void_slip
from common.models import Notice
from credit.services import check_ledger
from tests.factories import make_account, make_proforma, make_slip
from tests.pages import client_of, staff_client, table_of

english = translation.override("en")
pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return make_account(mobile="09121234567")


def fields(**changes) -> dict:
    written = {"method": "atm", "bank": "ملی", "number": "۱۲۳۴۵", "paid_date": "1405/08/20", "amount": "۱٬۱۰۰٬۰۰۰"}
    return {**written, "card_digits": "۱۲۳۴", **changes}


def test_from_the_slip_to_the_credit(account, time_machine):
    time_machine.move_to("2026-11-22T10:00:00Z", tick=False)
    proforma = make_proforma(account)
    client, staff = client_of(account), staff_client()
    picture = SimpleUploadedFile("فیش.jpg", b"\xff\xd8\xff jpeg")
    sent = client.post(f"/billing/proformas/{proforma.pk}/slip/", fields(picture=picture))
    assert sent.status_code == 302
    slip = Slip.objects.get()
    assert (slip.state, slip.number, slip.card_digits, slip.amount) == ("submitted", "12345", "1234", 1_100_000)
    assert b"".join(client.get(f"/billing/slips/{slip.pk}/picture/").streaming_content) == b"\xff\xd8\xff jpeg"
    assert staff.post(f"/admin/billing/slip/{slip.pk}/review/", {"decision": "confirm"}).status_code == 302
    assert balance(account) == 1_000_000
    invoice = Invoice.objects.get()
    assert (invoice.slip, invoice.payment, invoice.total) == (slip, None, 1_100_000)
    assert LedgerEntry.objects.get().reference == f"slip:{slip.pk}"
    assert table_of(client.get("/billing/slips/"))[0][3:5] == ["Confirmed", invoice.number]
    assert Notice.objects.get().address == "+989121234567"
    assert check_ledger() == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"card_digits": ""}, "last 4 digits of the card"),
        ({"card_digits": "12345"}, "Write the last 4 digits"),
        ({"amount": "1,000"}, "less than the"),
        ({"amount": "0"}, "greater than or equal to 1"),
        ({"paid_date": "1499/01/01"}, "lies in the future"),
        ({"paid_date": ""}, "This field is required"),
        ({"picture": SimpleUploadedFile("a.exe", b"MZ program")}, "Send a scan"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(account, changes, sentence):
    proforma = make_proforma(account)
    page = client_of(account).post(f"/billing/proformas/{proforma.pk}/slip/", fields(**changes)).content.decode()
    assert sentence in page
    assert not Slip.objects.exists()


def test_less_than_the_proforma_is_a_warning_and_becomes_credit(account):
    proforma = make_proforma(account)
    sent = fields(amount="550000", accepts_less="on")
    client_of(account).post(f"/billing/proformas/{proforma.pk}/slip/", sent)
    confirm_slip(slip=Slip.objects.get(), by=None, now=timezone.now())
    proforma.refresh_from_db()
    assert (proforma.state, balance(account), Invoice.objects.get().total) == ("open", 500_000, 550_000)
    assert check_ledger() == []


@english
def test_a_proforma_has_one_slip_at_a_time(account):
    proforma = make_proforma(account)
    first = make_slip(account, proforma)
    with pytest.raises(SlipRefused, match="has a slip already"):
        make_slip(account, proforma)
    void_slip(slip=first, by=None, now=timezone.now())
    second = make_slip(account, proforma)
    reject_slip(slip=second, reason="not found", by=None, now=timezone.now())
    assert make_slip(account, proforma).state == "submitted"


@english
def test_a_paper_counts_once_whoever_sends_it(account):
    confirm_slip(slip=make_slip(account, number="77"), by=None, now=timezone.now())
    with pytest.raises(SlipRefused, match="a slip counts once"):
        make_slip(make_account(), number="77")


@english
def test_a_decision_is_made_once(account):
    slip = make_slip(account)
    confirm_slip(slip=slip, by=None, now=timezone.now())
    for decide in (confirm_slip, void_slip):
        with pytest.raises(SlipRefused, match="decided already"):
            decide(slip=slip, by=None, now=timezone.now())
    assert (balance(account), Invoice.objects.count()) == (1_000_000, 1)


def test_a_refusal_needs_a_reason_which_its_owner_reads(account):
    slip = make_slip(account)
    staff = staff_client()
    staff.post(f"/admin/billing/slip/{slip.pk}/review/", {"decision": "reject", "reason": ""})
    slip.refresh_from_db()
    assert slip.state == "submitted"
    staff.post(f"/admin/billing/slip/{slip.pk}/review/", {"decision": "reject", "reason": "واریز یافت نشد"})
    assert "واریز یافت نشد" in client_of(account).get("/billing/slips/").content.decode()
    assert "واریز یافت نشد" in Notice.objects.get().text
    assert balance(account) == 0


def test_a_proforma_waits_for_its_slip(account):
    make_slip(account)
    assert expire_proformas(now=timezone.now() + timedelta(days=30)) == 0
