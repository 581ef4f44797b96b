"""The history of credit as a table for files (13.4)."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from billing.models import LedgerEntry
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
