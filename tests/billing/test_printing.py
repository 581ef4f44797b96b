"""Invoices as PDF (14): Persian, with fonts of their own, what the law asks for."""

import pytest

from billing.models import BillingProfile
from billing.printing import FONTS
from tests.factories import make_account, make_invoice, make_proforma
from tests.pages import client_of

pytestmark = pytest.mark.django_db


def test_an_invoice_as_pdf(settings):
    account = make_account(name="فروشگاه سارا")
    BillingProfile.objects.create(
        account=account, legal_name="شرکت سارا #strong[x] $1$ \\", national_id="10380284790", address='خیابان "آزادی"'
    )
    invoice = make_invoice(account)
    answer = client_of(account).get(f"/billing/invoices/{invoice.pk}/pdf/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'inline; filename="invoice-{invoice.number}.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert b"Vazirmatn-Regular" in answer.content
    assert b"Vazirmatn-Bold" in answer.content


def test_a_proforma_as_pdf():
    account = make_account()
    answer = client_of(account).get(f"/billing/proformas/{make_proforma(account).pk}/pdf/")
    assert answer.content.startswith(b"%PDF-")


def test_the_fonts_are_where_they_are_looked_for():
    assert {path.name for path in FONTS.glob("*.ttf")} == {"Vazirmatn-Regular.ttf", "Vazirmatn-Bold.ttf"}
