"""Wallets and their ledger; what is sold: proformas, invoices; how it is paid: payments at gateways, deposit slips."""

from billing.models.credit_notes import CreditNote, CreditNoteSeries
from billing.models.mockbank import MockBankSession
from billing.models.paying import Payment, Slip
from billing.models.sales import BillingProfile, Invoice, InvoiceSeries, Proforma, VatRate
from billing.models.transfers import Transfer
from billing.models.wallets import LedgerEntry, Wallet

__all__ = [
    "BillingProfile",
    "CreditNote",
    "CreditNoteSeries",
    "Invoice",
    "InvoiceSeries",
    "LedgerEntry",
    "MockBankSession",
    "Payment",
    "Proforma",
    "Slip",
    "Transfer",
    "VatRate",
    "Wallet",
]
