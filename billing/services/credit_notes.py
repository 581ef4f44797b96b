"""Giving money back: a credit note over an invoice, wholly or in part (ISP-7.9).

The money itself goes back at the bank: by its gateway's own panel (the gateways that we speak to give nothing back over
their interface) or by a transfer; the note says under which tracking number.
Locks: payment → invoice → wallet → series.
"""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import User
from billing.models import CreditNote, CreditNoteSeries, Invoice, LedgerEntry, Payment
from billing.purposes import CREDIT
from billing.services.sales import Item, in_both
from billing.services.wallets import enter, lock_wallet
from billing.vat import net_within
from common import showing
from common.jalali import in_tehran, jalali_parts
from common.notify import notify

LEFT_TO_RIGHT, POP = "\u2066", "\u2069"  # a number with a dash, within Persian words, would be turned about


class CreditNoteRefused(Exception):
    """Nothing was given back; the message says why in the reader's language. ``field`` names what is wrong."""

    def __init__(self, sentence: str, field: str = "") -> None:
        self.sentence, self.field = sentence, field
        super().__init__(sentence)

    def __str__(self) -> str:
        return str(self.sentence)


def left_of(invoice: Invoice) -> tuple[int, int]:
    """(net, total) of an invoice that no credit note has taken back yet; rials."""
    taken = invoice.credit_notes.aggregate(net=Sum("net"), total=Sum("total"))
    return invoice.net - (taken["net"] or 0), invoice.total - (taken["total"] or 0)


@transaction.atomic
def issue_credit_note(
    *,
    invoice: Invoice,
    amount: int,
    reason: str,
    settled_by: str,
    bank_reference: str,
    token: uuid.UUID,
    by: User | None,
    now: datetime,
) -> CreditNote:
    """Take back ``amount`` rials of an invoice, VAT included, once for each ``token``; never more than was paid.

    What an invoice over credit gives back leaves the wallet, net of VAT: credit that is spent cannot be given back.
    Raises CreditNoteRefused.
    """
    payment = invoice.payment_id and Payment.objects.select_for_update().get(pk=invoice.payment_id)
    invoice = Invoice.objects.select_for_update(of=["self"]).select_related("account", "proforma").get(pk=invoice.pk)
    there = CreditNote.objects.filter(token=token).first()
    if there:
        return there
    if not reason.strip():
        raise CreditNoteRefused(_("Write why the money is given back."), "reason")
    if not bank_reference.strip():
        raise CreditNoteRefused(_("Write the tracking number under which the money went back."), "bank_reference")
    net, is_last = _net_of(invoice, amount)
    is_credit = invoice.proforma.purpose == CREDIT
    wallet = lock_wallet(invoice.account_id) if is_credit else None
    if wallet and wallet.balance < net:
        raise CreditNoteRefused(
            _("Of this credit %(spent)s is spent already; only what is left in the wallet can be given back.")
            % {"spent": showing.rials(net - max(wallet.balance, 0))},
            "amount",
        )
    note = _written(invoice, net, amount, reason.strip(), settled_by, bank_reference.strip(), token, by, now)
    if wallet and net:
        enter(
            wallet=wallet, kind=LedgerEntry.Kind.CREDIT_NOTE, amount=-net, reference=f"credit_note:{note.pk}",
            reason="credit_note", details={"credit_note": note.pk, "invoice": invoice.pk}, at=now,
        )  # fmt: skip
    if is_last and payment:
        Payment.objects.filter(pk=payment.pk).update(state=Payment.State.REFUNDED)
        audit.record(action="payment.refunded", user=by, account=invoice.account, target=payment.bank_reference)
    audit.record(
        action="credit_note.issued", user=by, account=invoice.account, target=note.number,
        details={"invoice": invoice.number, "total": note.total, "reason": note.reason},
    )  # fmt: skip
    _tell(note)
    return note


def _net_of(invoice: Invoice, amount: int) -> tuple[int, bool]:
    """(net of what is given back, whether nothing is left then). The last note takes what roundings have left."""
    net_left, left = left_of(invoice)
    if amount <= 0:
        raise CreditNoteRefused(_("Write the amount that is given back."), "amount")
    if amount > left:
        raise CreditNoteRefused(
            _("At most %(left)s of this invoice can be given back.") % {"left": showing.rials(left)}, "amount"
        )
    if amount == left:
        return net_left, True
    vat_left = left - net_left
    return min(max(net_within(amount, invoice.vat_percent), amount - vat_left), net_left), False


def _written(invoice, net, amount, reason, settled_by, bank_reference, token, by, now) -> CreditNote:
    """The series is locked last and until commit: a number is given only with its note."""
    year = jalali_parts(in_tehran(now).date())[0]
    CreditNoteSeries.objects.get_or_create(year=year)
    series = CreditNoteSeries.objects.select_for_update().get(year=year)
    series.last += 1
    series.save(update_fields=["last"])
    number = f"{LEFT_TO_RIGHT}{invoice.number}{POP}"
    titles = in_both(lambda: _("Returned from invoice %(number)s") % {"number": showing.digits(number)})
    return CreditNote.objects.create(
        invoice=invoice, account=invoice.account, year=year, serial=series.last, seller=settings.SELLER,
        buyer=invoice.buyer, lines=[Item(*titles, 1, net).as_dict()], net=net, vat_percent=invoice.vat_percent,
        vat=amount - net, total=amount, reason=reason[:300], settled_by=settled_by,
        bank_reference=bank_reference[:64], token=token, issued_by=by, issued_at=now,
    )  # fmt: skip


def _tell(note: CreditNote) -> None:
    account = note.account
    with override("fa"):
        text = _("%(amount)s of your purchase was given back to you: %(reason)s") % {
            "amount": showing.rials(note.total), "reason": note.reason
        }  # fmt: skip
        notify(
            kind="credit_note.issued", key=f"credit_note:{note.pk}", subject=_("Money was given back to you"),
            text=text, account_id=account.pk, mobile=account.mobile, email=account.email,
        )  # fmt: skip
