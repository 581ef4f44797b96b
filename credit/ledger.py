"""Proof that the money is right: what the wallets, the ledger and the reservations say of one another."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Discrepancy(TextChoices):
    """What was found wrong."""

    BALANCE = "balance", _("The balance is not the sum of the entries")
    RUNNING_BALANCE = "running_balance", _("The balance after an entry does not follow from the entry before it")
    OVERSPENT = "overspent", _("The balance is below the credit limit")
    CHARGE = "charge", _("A reservation was not charged what it says")
    RETURN = "return", _("A reservation was not returned what it says")
    NOT_CREDITED = "not_credited", _("A paid invoice for credit is not in the ledger as it says")
    NOT_SOLD = "not_sold", _("Credit was bought without an invoice")
    NOT_INVOICED = "not_invoiced", _("A payment that the bank confirmed has no invoice over what was paid")
    INVOICE_GAP = "invoice_gap", _("Invoice numbers of a year have a gap")
    NOT_TAKEN_BACK = "not_taken_back", _("A credit note is not in the ledger as it says, or an entry has no note")
    GIVEN_TOO_MUCH = "given_too_much", _("More of an invoice was given back than was paid")
    CREDIT_NOTE_GAP = "credit_note_gap", _("Credit note numbers of a year have a gap")
    TRANSFER = "transfer", _("A transfer has not taken and given what it says")
    ORPHAN = "orphan", _("An entry belongs to a reservation that does not exist")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not add up; amounts in rials. ``target`` names the row: a wallet, entry or reservation."""

    code: str
    account_id: int
    target: str
    expected: int
    found: int

    def __str__(self) -> str:
        return f"{Discrepancy(self.code).label}: {self.target}, {self.expected:,} ≠ {self.found:,}"


# Each is one statement, so one snapshot: money moved meanwhile is in it wholly or not at all.
_CHECKS = {
    Discrepancy.BALANCE: """
        SELECT wallet.account_id, 'wallet ' || wallet.id, COALESCE(sum(entry.amount), 0), wallet.balance
        FROM billing_wallet wallet LEFT JOIN billing_ledgerentry entry ON entry.wallet_id = wallet.id
        WHERE %(account)s::bigint IS NULL OR wallet.account_id = %(account)s
        GROUP BY wallet.id
        HAVING wallet.balance <> COALESCE(sum(entry.amount), 0)
        ORDER BY wallet.id
    """,
    Discrepancy.RUNNING_BALANCE: """
        SELECT account_id, 'entry ' || id, expected, balance_after
        FROM (
            SELECT entry.id, wallet.account_id, entry.balance_after,
                sum(entry.amount) OVER (PARTITION BY entry.wallet_id ORDER BY entry.id) AS expected
            FROM billing_ledgerentry entry JOIN billing_wallet wallet ON wallet.id = entry.wallet_id
            WHERE %(account)s::bigint IS NULL OR wallet.account_id = %(account)s
        ) entries
        WHERE balance_after <> expected
        ORDER BY id
    """,
    Discrepancy.OVERSPENT: """
        SELECT account_id, 'wallet ' || id, -credit_limit, balance
        FROM billing_wallet
        WHERE balance < -credit_limit AND (%(account)s::bigint IS NULL OR account_id = %(account)s)
        ORDER BY id
    """,
    Discrepancy.CHARGE: """
        SELECT reservation.account_id, 'reservation ' || reservation.id, charged, COALESCE(-amount, 0)
        FROM credit_reservation reservation
        LEFT JOIN (billing_ledgerentry entry JOIN billing_wallet wallet ON wallet.id = entry.wallet_id)
            ON entry.reference = 'reserve:' || reservation.reference AND wallet.account_id = reservation.account_id
        WHERE charged <> COALESCE(-amount, 0)
            AND (%(account)s::bigint IS NULL OR reservation.account_id = %(account)s)
        ORDER BY reservation.id
    """,
    Discrepancy.RETURN: """
        SELECT reservation.account_id, 'reservation ' || reservation.id, returned, COALESCE(back, 0)
        FROM credit_reservation reservation
        LEFT JOIN (
            SELECT wallet.account_id, entry.details ->> 'reservation' AS reservation, sum(entry.amount) AS back
            FROM billing_ledgerentry entry JOIN billing_wallet wallet ON wallet.id = entry.wallet_id
            WHERE entry.kind = 'refund' AND (%(account)s::bigint IS NULL OR wallet.account_id = %(account)s)
            GROUP BY 1, 2
        ) refunds
            ON refunds.reservation = reservation.id::text AND refunds.account_id = reservation.account_id
        WHERE returned <> COALESCE(back, 0)
            AND (%(account)s::bigint IS NULL OR reservation.account_id = %(account)s)
        ORDER BY reservation.id
    """,
    Discrepancy.NOT_CREDITED: """
        SELECT invoice.account_id, 'invoice ' || invoice.id, invoice.net, COALESCE(entry.amount, 0)
        FROM billing_invoice invoice JOIN billing_proforma proforma ON proforma.id = invoice.proforma_id
        LEFT JOIN (billing_ledgerentry entry JOIN billing_wallet wallet ON wallet.id = entry.wallet_id)
            ON entry.reference = COALESCE('payment:' || invoice.payment_id, 'slip:' || invoice.slip_id)
            AND entry.kind = 'top_up' AND wallet.account_id = invoice.account_id
        WHERE proforma.purpose = 'credit' AND invoice.net <> COALESCE(entry.amount, 0)
            AND (%(account)s::bigint IS NULL OR invoice.account_id = %(account)s)
        ORDER BY invoice.id
    """,
    Discrepancy.NOT_SOLD: """
        SELECT wallet.account_id, 'entry ' || entry.id, 0, entry.amount
        FROM billing_ledgerentry entry JOIN billing_wallet wallet ON wallet.id = entry.wallet_id
        WHERE entry.kind = 'top_up' AND (entry.reference LIKE 'payment:%%' OR entry.reference LIKE 'slip:%%')
            AND NOT EXISTS (
                SELECT FROM billing_invoice invoice JOIN billing_proforma proforma ON proforma.id = invoice.proforma_id
                WHERE proforma.purpose = 'credit' AND invoice.account_id = wallet.account_id
                    AND entry.reference = COALESCE('payment:' || invoice.payment_id, 'slip:' || invoice.slip_id)
            )
            AND (%(account)s::bigint IS NULL OR wallet.account_id = %(account)s)
        ORDER BY entry.id
    """,
    Discrepancy.NOT_INVOICED: """
        SELECT payment.account_id, 'payment ' || payment.id, payment.paid_amount, COALESCE(invoice.total, 0)
        FROM billing_payment payment LEFT JOIN billing_invoice invoice ON invoice.payment_id = payment.id
        WHERE (payment.state IN ('verified', 'refunded') OR invoice.id IS NOT NULL)
            AND payment.paid_amount IS DISTINCT FROM invoice.total
            AND (%(account)s::bigint IS NULL OR payment.account_id = %(account)s)
        ORDER BY payment.id
    """,
    Discrepancy.INVOICE_GAP: """
        SELECT 0::bigint, 'year ' || series.year, series.last, count(invoice.id)
        FROM billing_invoiceseries series LEFT JOIN billing_invoice invoice ON invoice.year = series.year
        WHERE %(account)s::bigint IS NULL
        GROUP BY series.year
        HAVING series.last <> count(invoice.id) OR series.last <> COALESCE(max(invoice.serial), 0)
        ORDER BY series.year
    """,
    Discrepancy.NOT_TAKEN_BACK: """
        SELECT COALESCE(note.account_id, entry.account_id),
            COALESCE('credit note ' || note.id, 'entry ' || entry.reference), COALESCE(-note.net, 0),
            COALESCE(entry.amount, 0)
        FROM (
            SELECT note.* FROM billing_creditnote note
            JOIN billing_invoice invoice ON invoice.id = note.invoice_id
            JOIN billing_proforma proforma ON proforma.id = invoice.proforma_id WHERE proforma.purpose = 'credit'
        ) note
        FULL JOIN (
            SELECT entry.reference, entry.amount, wallet.account_id
            FROM billing_ledgerentry entry JOIN billing_wallet wallet ON wallet.id = entry.wallet_id
            WHERE entry.kind = 'credit_note'
        ) entry ON entry.reference = 'credit_note:' || note.id AND entry.account_id = note.account_id
        WHERE COALESCE(-note.net, 0) <> COALESCE(entry.amount, 0)
            AND (%(account)s::bigint IS NULL OR COALESCE(note.account_id, entry.account_id) = %(account)s)
        ORDER BY note.id, entry.reference
    """,
    Discrepancy.GIVEN_TOO_MUCH: """
        SELECT invoice.account_id, 'invoice ' || invoice.id, invoice.total, sum(note.total)
        FROM billing_invoice invoice JOIN billing_creditnote note ON note.invoice_id = invoice.id
        WHERE %(account)s::bigint IS NULL OR invoice.account_id = %(account)s
        GROUP BY invoice.id
        HAVING sum(note.total) > invoice.total OR sum(note.net) > invoice.net OR sum(note.vat) > invoice.vat
        ORDER BY invoice.id
    """,
    Discrepancy.CREDIT_NOTE_GAP: """
        SELECT 0::bigint, 'year ' || series.year, series.last, count(note.id)
        FROM billing_creditnoteseries series LEFT JOIN billing_creditnote note ON note.year = series.year
        WHERE %(account)s::bigint IS NULL
        GROUP BY series.year
        HAVING series.last <> count(note.id) OR series.last <> COALESCE(max(note.serial), 0)
        ORDER BY series.year
    """,
    Discrepancy.TRANSFER: """
        SELECT COALESCE(side.account_id, entry.account_id), COALESCE(side.reference, entry.reference),
            COALESCE(side.amount, 0), COALESCE(entry.amount, 0)
        FROM (
            SELECT id, sender_id AS account_id, 'transfer:' || id || ':out' AS reference, -amount AS amount
            FROM billing_transfer
            UNION ALL
            SELECT id, receiver_id, 'transfer:' || id || ':in', amount FROM billing_transfer
        ) side
        FULL JOIN (
            SELECT entry.reference, entry.amount, wallet.account_id
            FROM billing_ledgerentry entry JOIN billing_wallet wallet ON wallet.id = entry.wallet_id
            WHERE entry.kind = 'transfer'
        ) entry ON entry.reference = side.reference AND entry.account_id = side.account_id
        WHERE COALESCE(side.amount, 0) <> COALESCE(entry.amount, 0)
            AND (%(account)s::bigint IS NULL OR COALESCE(side.account_id, entry.account_id) = %(account)s)
        ORDER BY side.id
    """,
    Discrepancy.ORPHAN: """
        WITH asked AS (
            SELECT id FROM billing_wallet WHERE %(account)s::bigint IS NULL OR account_id = %(account)s
        )
        SELECT wallet.account_id, 'entry ' || orphan.id, 0, orphan.amount
        FROM (
            SELECT id, wallet_id, amount FROM billing_ledgerentry entry
            WHERE kind = 'charge' AND wallet_id IN (SELECT id FROM asked) AND NOT EXISTS (
                SELECT FROM credit_reservation reservation
                WHERE 'reserve:' || reservation.reference = entry.reference
            )
            UNION ALL
            SELECT id, wallet_id, amount FROM billing_ledgerentry entry
            WHERE kind = 'refund' AND wallet_id IN (SELECT id FROM asked) AND NOT EXISTS (
                SELECT FROM credit_reservation reservation
                WHERE reservation.id::text = entry.details ->> 'reservation'
            )
        ) orphan JOIN billing_wallet wallet ON wallet.id = orphan.wallet_id
        ORDER BY orphan.id
    """,
}
_MOST_OF_A_KIND = 1000


def check_ledger(account_id: int | None = None) -> list[Problem]:
    """Everything that does not add up, in all accounts or in one: each balance is the sum of its entries, and so is
    the balance after each entry; no wallet is below its limit; each reservation was charged and returned what it says,
    and every charge and return has its reservation. Every payment that a bank confirmed has its invoice over what was
    paid, every invoice for credit its entry and all bought credit its invoice; invoice numbers have no gap. Empty when
    the money is right; the first thousand of each kind."""
    problems = []
    with connection.cursor() as cursor:
        for code, statement in _CHECKS.items():
            cursor.execute(f"{statement} LIMIT {_MOST_OF_A_KIND}", {"account": account_id})
            problems += [Problem(str(code), *row[:2], int(row[2]), int(row[3])) for row in cursor.fetchall()]
    return problems
