"""Wallets and their ledger; what is sold: proformas, invoices; how it is paid: payments at gateways, deposit slips."""

from billing.models.mockbank import MockBankSession
from billing.models.paying import Payment, Slip
from billing.models.sales import BillingProfile, Invoice, InvoiceSeries, Proforma, VatRate
from billing.models.wallets import LedgerEntry, Wallet

__all__ = [
    "BillingProfile",
    "Invoice",
    "InvoiceSeries",
    "LedgerEntry",
    "MockBankSession",
    "Payment",
    "Proforma",
    "Slip",
    "VatRate",
    "Wallet",
]
