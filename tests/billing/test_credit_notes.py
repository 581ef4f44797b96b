"""Money that goes back: credit notes over invoices, never more than was paid, exactly once (ISP-7.9)."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.models import AuditEntry
from billing.models import CreditNote, CreditNoteSeries, Invoice, LedgerEntry, Payment
from billing.selectors import balance
from billing.services import adjust
from billing.services.credit_notes import CreditNoteRefused, left_of
from common.models import Notice
from common.text import ascii_digits
from credit.services import check_ledger
from tests.factories import make_account, make_credit_note, make_invoice, make_proforma, make_slip, make_user
from tests.pages import client_of, staff_client

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 22, 9, tzinfo=UTC)  # the second day of 1405


@pytest.fixture(autouse=True)
def mockbank(settings):
    settings.PAYMENT_GATEWAYS = ["mockbank"]


@pytest.fixture
def account():
    return make_account(mobile="+989121234567")


@pytest.fixture
def invoice(account) -> Invoice:
    return make_invoice(account)  # 1,000,000 and 10% VAT


def test_the_whole_comes_back_with_its_vat(account, invoice):
    note = make_credit_note(invoice, now=NOW)
    assert (note.net, note.vat, note.total) == (1_000_000, 100_000, 1_100_000)
    assert note.number == "CN-1405-000001"
    assert note.lines[0]["title"]["en"] == f"Returned from invoice \u2066{invoice.number}\u2069"
    assert (note.buyer, note.vat_percent) == (invoice.buyer, invoice.vat_percent)
    entry = LedgerEntry.objects.get(kind="credit_note")
    assert (entry.amount, entry.reference, entry.balance_after) == (-1_000_000, f"credit_note:{note.pk}", 0)
    invoice.payment.refresh_from_db()
    assert invoice.payment.state == Payment.State.REFUNDED
    assert left_of(invoice) == (0, 0)
    assert check_ledger() == []
    assert "1,100,000" in ascii_digits(Notice.objects.get(kind="credit_note.issued").text).replace("٬", ",")
    assert AuditEntry.objects.filter(action="credit_note.issued", account=account).exists()
    with pytest.raises(CreditNoteRefused):
        make_credit_note(invoice, 1)


def test_in_parts_the_sums_are_those_of_the_invoice(account, invoice):
    parts = [make_credit_note(invoice, amount, now=NOW) for amount in (333_333, 333_333, 433_334)]
    assert [note.net for note in parts[:2]] == [303_030, 303_030]
    assert sum(note.net for note in parts) == 1_000_000
    assert sum(note.vat for note in parts) == 100_000
    assert [note.serial for note in parts] == [1, 2, 3]
    assert balance(account) == 0
    assert check_ledger() == []


@given(st.lists(st.integers(1, 400_000), min_size=1, max_size=8), st.integers(1, 3_000_000))
def test_whatever_the_parts_they_add_up(amounts, net):
    with transaction.atomic():
        account = make_account()
        invoice = make_invoice(account, make_proforma(account, net=net))
        given_back = 0
        for amount in amounts:
            if given_back + amount > invoice.total:
                with pytest.raises(CreditNoteRefused):
                    make_credit_note(invoice, amount)
                continue
            make_credit_note(invoice, amount)
            given_back += amount
        if given_back < invoice.total:
            make_credit_note(invoice, invoice.total - given_back)
        notes = list(invoice.credit_notes.all())
        assert sum(note.net for note in notes) == invoice.net
        assert sum(note.vat for note in notes) == invoice.vat
        assert all(note.net >= 0 and note.vat >= 0 for note in notes)
        assert balance(account) == 0
        assert check_ledger(account.pk) == []
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"amount": 1_100_001}, "amount"),
        ({"amount": -1}, "amount"),
        ({"reason": "  "}, "reason"),
        ({"bank_reference": " "}, "bank_reference"),
    ],
)
def test_what_cannot_be_given_back_changes_nothing(account, invoice, words, field):
    with pytest.raises(CreditNoteRefused) as refusal:
        make_credit_note(invoice, **words)
    assert refusal.value.field == field
    assert not CreditNote.objects.exists()
    assert not CreditNoteSeries.objects.exists()
    assert balance(account) == 1_000_000


def test_credit_that_is_spent_is_not_given_back(account, invoice):
    adjust(account=account, amount=-400_000, reference="spent", reason="spent")
    with pytest.raises(CreditNoteRefused):
        make_credit_note(invoice)
    assert (CreditNote.objects.count(), balance(account)) == (0, 600_000)
    make_credit_note(invoice, 660_000)
    assert balance(account) == 0


def test_a_form_sent_twice_makes_one_note(account, invoice):
    token = uuid.uuid4()
    assert make_credit_note(invoice, 100_000, token=token) == make_credit_note(invoice, 100_000, token=token)
    assert CreditNote.objects.count() == 1


def test_the_database_itself_refuses_changes_and_too_much(invoice):
    note = make_credit_note(invoice, 1_000_000)
    attempts = [
        lambda: CreditNote.objects.filter(pk=note.pk).update(total=1),
        lambda: CreditNote.objects.filter(pk=note.pk).delete(),
        lambda: CreditNote.objects.create(
            invoice=invoice, account=invoice.account, year=1405, serial=99, seller={}, buyer={}, lines=[], net=100_001,
            vat_percent=10, vat=0, total=100_001, reason="x", settled_by="bank", bank_reference="x",
            token=uuid.uuid4(), issued_by=None,
        ),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert CreditNote.objects.get().total == 1_000_000


@pytest.mark.django_db(transaction=True)
def test_staff_at_the_same_moment_never_give_back_more_than_was_paid(account):
    invoice = make_invoice(account)

    def give(_place) -> bool:
        try:
            make_credit_note(invoice, 300_000)
        except CreditNoteRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(give, range(8)))
    assert sorted(results) == [False] * 5 + [True] * 3
    assert sum(CreditNote.objects.values_list("total", flat=True)) == 900_000
    assert sorted(CreditNote.objects.values_list("serial", flat=True)) == [1, 2, 3]
    assert check_ledger() == []


class TestPages:
    def test_staff_give_back_in_the_admin(self, account, invoice):
        client = staff_client()
        page = f"/admin/billing/invoice/{invoice.pk}/give-back/"
        form = client.get(page).context["form"]
        words = {"amount": "550,000", "reason": "Bought twice", "settled_by": "bank", "bank_reference": "77",
                 "token": form["token"].value()}  # fmt: skip
        refused = client.post(page, words | {"amount": "1,100,001"})
        assert "can be given back" in refused.content.decode()
        assert not CreditNote.objects.exists()
        for _ in range(2):
            client.post(page, words)
        note = CreditNote.objects.get()
        assert (note.net, note.vat, note.issued_by.is_staff) == (500_000, 50_000, True)
        assert client.get("/admin/billing/creditnote/").status_code == 200
        assert page in client.get("/admin/billing/payment/").content.decode()
        assert client.get(f"/admin/billing/creditnote/{note.pk}/change/").status_code == 200

    def test_only_with_the_right(self, invoice):
        clerk = make_user(is_staff=True)
        clerk.user_permissions.add(Permission.objects.get(codename="view_invoice"))
        client = Client()
        client.force_login(clerk, "django.contrib.auth.backends.ModelBackend")
        assert client.get(f"/admin/billing/invoice/{invoice.pk}/give-back/").status_code == 403

    def test_the_customer_sees_it_with_the_invoice_and_in_its_list(self, account, invoice):
        note = make_credit_note(invoice, 550_000, reason="Bought twice")
        client = client_of(account)
        assert note.number in client.get(f"/billing/invoices/{invoice.pk}/").content.decode()
        listed = client.get("/billing/invoices/?state=returned").content.decode()
        assert note.number in listed
        assert note.number in client.get(f"/billing/invoices/?state=returned&text={note.number}").content.decode()
        assert "Bought twice" in client.get(f"/billing/credit-notes/{note.pk}/").content.decode()
        assert client_of(make_account()).get(f"/billing/credit-notes/{note.pk}/").status_code == 404
        assert "Taken back by a credit note" in client.get("/billing/").content.decode()

    def test_its_pdf(self, invoice):
        note = make_credit_note(invoice, 550_000)
        answer = client_of(invoice.account).get(f"/billing/credit-notes/{note.pk}/pdf/")
        assert answer["Content-Disposition"] == f'inline; filename="credit-note-{note.number}.pdf"'
        assert answer.content.startswith(b"%PDF-")
        assert b"Vazirmatn-Regular" in answer.content

    @pytest.mark.parametrize("state", ["unpaid", "paid", "returned", "closed"])
    def test_each_tab_has_its_file(self, account, invoice, state):
        make_proforma(account, net=5_000)
        make_credit_note(invoice, 550_000)
        response = client_of(account).get(f"/billing/invoices/invoices.xlsx?state={state}")
        rows = [[cell.value for cell in row] for row in load_workbook(BytesIO(response.getvalue())).active.iter_rows()]
        totals = [row[4] for row in rows[1:]]
        assert totals == {"unpaid": [5_500], "paid": [1_100_000], "returned": [550_000], "closed": []}[state]

    def test_payments_and_slips_have_files_too(self, account, invoice):
        slip = make_slip(account)
        sheet = load_workbook(BytesIO(client_of(account).get("/billing/purchases/purchases.xlsx").getvalue())).active
        assert [row[7].value for row in sheet.iter_rows()][1:] == [invoice.number]
        nothing = client_of(account).get("/billing/purchases/purchases.xlsx?state=failed")
        assert load_workbook(BytesIO(nothing.getvalue())).active.max_row == 1
        sheet = load_workbook(BytesIO(client_of(account).get("/billing/slips/slips.xlsx").getvalue())).active
        assert [row[1].value for row in sheet.iter_rows()][1:] == [slip.number]
        for asked in ("state=rejected", "text=none", "since=1499/01/01"):
            nothing = client_of(account).get(f"/billing/slips/slips.xlsx?{asked}")
            assert load_workbook(BytesIO(nothing.getvalue())).active.max_row == 1
            assert slip.number not in client_of(account).get(f"/billing/slips/?{asked}").content.decode()
        assert slip.number in client_of(account).get(f"/billing/slips/?text={slip.number}").content.decode()
