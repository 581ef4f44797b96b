"""Invoices and proformas as PDF, in Persian, as the law wants them (14). Set by Typst with fonts of our own."""

import json
from functools import cache
from pathlib import Path

import typst
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.gateways import label_of
from billing.models import CreditNote, Invoice, Proforma
from common import showing

TEMPLATE = Path(__file__).resolve().parent / "print" / "document.typ"
FONTS = Path(settings.BASE_DIR) / "smsplatform" / "static" / "vendor" / "vazirmatn-print"


def invoice_document(invoice: Invoice) -> bytes:
    """A paid invoice as PDF."""
    with override("fa"):
        facts = [(_("Issued"), _moment(invoice.issued_at))]
        if invoice.payment:
            facts.append((_("Paid at"), label_of(invoice.payment.gateway)))
            facts.append((_("Tracking number"), invoice.payment.bank_reference))
        elif invoice.slip:
            facts.append((_("Deposit slip"), f"{invoice.slip.bank} {invoice.slip.number}"))
        return _compiled(
            invoice, _("Sales invoice for goods and services"), showing.digits(invoice.number), facts,
            invoice.seller, invoice.buyer,
        )  # fmt: skip


def credit_note_document(note: CreditNote) -> bytes:
    """A credit note as PDF."""
    with override("fa"):
        facts = [
            (_("Issued"), _moment(note.issued_at)),
            (_("Of invoice"), f"\u2066{showing.digits(note.invoice.number)}\u2069"),
            (_("Given back"), str(note.get_settled_by_display())),
            (_("Tracking number"), note.bank_reference),
            (_("Reason"), note.reason),
        ]
        title = _("Credit note (sales return)")
        return _compiled(note, title, showing.digits(note.number), facts, note.seller, note.buyer)


def proforma_document(proforma: Proforma, buyer: dict) -> bytes:
    """A proforma as PDF."""
    with override("fa"):
        facts = [(_("Issued"), _moment(proforma.created_at)), (_("Price holds until"), _moment(proforma.expires_at))]
        return _compiled(proforma, _("Proforma"), str(proforma), facts, settings.SELLER, buyer)


def _moment(at) -> str:
    return f"{showing.day(at)} {showing.clock(at)}"


def _compiled(
    document: Invoice | Proforma | CreditNote, title: str, number: str, facts: list, seller: dict, buyer: dict
) -> bytes:
    rows = [
        [showing.number(place), row["title"]["fa"], *(showing.number(row[name]) for name in _FIGURES)]
        for place, row in enumerate(document.lines, start=1)
    ]
    percent = showing.number(document.vat_percent)
    content = {
        "title": title,
        "number": number,
        "facts": facts,
        "parties": [
            {"heading": _("Seller"), "name": seller["name"], "facts": _known(seller)},
            {"heading": _("Buyer"), "name": buyer["name"], "facts": _known(buyer)},
        ],
        "headings": [_("Row"), _("Item"), _("Quantity"), _("Unit price (rials)"), _("Amount (rials)")],
        "rows": rows,
        "sums": [
            [_("Sum"), showing.number(document.net)],
            [_("Value-added tax (%(percent)s%%)") % {"percent": percent}, showing.number(document.vat)],
            [_("Total (rials)"), showing.number(document.total)],
        ],
        "signatures": [_("Stamp and signature of the seller"), _("Stamp and signature of the buyer")],
    }
    return typst.compile(
        _template(), format="pdf", font_paths=[str(FONTS)], ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(content, ensure_ascii=False)},
    )  # fmt: skip


_FIGURES = ("quantity", "unit_price", "amount")


def _known(party: dict) -> list[tuple[str, str]]:
    labels = {
        "national_id": _("National ID"),
        "economic_code": _("Economic code"),
        "registration_number": _("Registration number"),
        "postal_code": _("Postal code"),
        "phone": _("Phone"),
        "address": _("Address"),
    }
    return [(label, showing.digits(party[name])) for name, label in labels.items() if party.get(name)]


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()
