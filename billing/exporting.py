"""The lists of credit, payments and invoices as tables for files (13, 14)."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from billing.gateways import label_of
from billing.models import CreditNote, Invoice, LedgerEntry, Payment, Proforma, Slip, Transfer
from billing.purposes import label_of as purpose_label
from billing.reasons import reason_of
from common import showing


def ledger_header() -> list[str]:
    amounts = [_("Amount (rials)"), _("Balance after (rials)")]
    return [_("Date"), _("Time"), _("Kind"), _("Reason"), *amounts, _("Reference")]


def ledger_rows(entries: Iterable[LedgerEntry]) -> Iterator[list]:
    for entry in entries:
        yield [
            showing.day(entry.created_at),
            showing.clock(entry.created_at),
            LedgerEntry.Kind(entry.kind).label,
            reason_of(entry),
            entry.amount,
            entry.balance_after,
            entry.reference,
        ]


def transfer_header() -> list[str]:
    return [
        _("Date"),
        _("Time"),
        _("Direction"),
        _("Other account"),
        _("Account number"),
        _("Amount (rials)"),
        _("Note"),
    ]


def transfer_rows(transfers: Iterable[Transfer]) -> Iterator[list]:
    """Of transfers that carry ``is_out``, ``other`` and ``other_name``."""
    for row in transfers:
        way = _("Given") if row.is_out else _("Received")
        moment = (showing.day(row.created_at), showing.clock(row.created_at))
        yield [*moment, way, row.other_name, row.other.pk, row.amount, row.note]


def payment_header() -> list[str]:
    amounts = [_("Amount (rials)"), _("Paid (rials)")]
    return [_("Date"), _("Time"), _("Bank gateway"), *amounts, _("State"), _("Tracking number"), _("Invoice")]


def payment_rows(payments: Iterable[Payment]) -> Iterator[list]:
    for row in payments:
        invoice = getattr(row, "invoice", None)
        yield [
            showing.day(row.created_at), showing.clock(row.created_at), str(label_of(row.gateway)), row.amount,
            row.paid_amount or 0, row.get_state_display(), row.bank_reference,
            invoice.number if invoice else f"P-{row.proforma_id}",
        ]  # fmt: skip


def document_header() -> list[str]:
    amounts = [_("Net (rials)"), _("VAT (rials)"), _("Total (rials)")]
    return [_("Number"), _("For"), *amounts, _("Issued"), _("Time"), _("State")]


def document_rows(documents: Iterable[Invoice | Proforma | CreditNote]) -> Iterator[list]:
    """Of invoices, of proformas, or of credit notes."""
    for row in documents:
        is_proforma = isinstance(row, Proforma)
        issued = row.created_at if is_proforma else row.issued_at
        if isinstance(row, CreditNote):
            purpose, state = row.invoice.number, _("Given back")
        else:
            purpose = purpose_label(row.purpose if is_proforma else row.proforma.purpose)
            state = row.get_state_display() if is_proforma else _("Paid")
        number = str(row) if is_proforma else row.number
        yield [number, purpose, row.net, row.vat, row.total, showing.day(issued), showing.clock(issued), state]


def slip_header() -> list[str]:
    names = [_("Bank"), _("Slip or tracking number"), _("How it was paid"), _("Day of payment"), _("Amount (rials)")]
    return [*names, _("State"), _("Reason"), _("Invoice")]


def slip_rows(slips: Iterable[Slip]) -> Iterator[list]:
    for row in slips:
        invoice = getattr(row, "invoice", None)
        yield [
            row.bank, row.number, row.get_method_display(), showing.day(row.paid_date), row.amount,
            row.get_state_display(), row.reason, invoice.number if invoice else f"P-{row.proforma_id}",
        ]  # fmt: skip
