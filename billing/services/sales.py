"""From the proforma to the invoice. Locks: payment or slip → proforma → what is delivered → wallet → series."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import Account, User
from billing.models import BillingProfile, Invoice, InvoiceSeries, Payment, Proforma, Slip
from billing.purposes import CREDIT, CannotDeliver, purpose_of
from billing.services.wallets import top_up
from billing.signals import invoice_paid
from billing.vat import net_within, vat_of, vat_percent
from common.jalali import in_tehran, jalali_parts


class ProformaClosed(Exception):
    """The proforma is paid, cancelled or expired. Nothing was changed."""

    def __init__(self, proforma: Proforma) -> None:
        self.proforma = proforma
        super().__init__(proforma.pk)

    def __str__(self) -> str:
        return _("This proforma is closed (%(state)s); make a new one.") % {"state": self.proforma.get_state_display()}


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a proforma: rials a unit. ``amount`` may be less than the product where a rounding favours the buyer."""

    title_fa: str
    title_en: str
    quantity: int
    unit_price: int

    def as_dict(self) -> dict:
        return {
            "title": {"fa": self.title_fa, "en": self.title_en},
            "quantity": self.quantity,
            "unit_price": self.unit_price,
            "amount": self.quantity * self.unit_price,
        }


@transaction.atomic
def issue_proforma(
    *,
    account: Account,
    purpose: str,
    items: Sequence[Item],
    now: datetime,
    subject: str = "",
    details: dict | None = None,
    by: User | None = None,
    valid_for: timedelta | None = None,
) -> Proforma:
    """An offer whose prices and VAT rate are frozen until it expires (13.3). ValueError unless it costs something."""
    net = sum(item.quantity * item.unit_price for item in items)
    if net <= 0:
        raise ValueError("a proforma sells something")
    percent = vat_percent(in_tehran(now).date())
    vat = vat_of(net, percent)
    proforma = Proforma.objects.create(
        account=account,
        purpose=purpose,
        subject=subject,
        lines=[item.as_dict() for item in items],
        details=details or {},
        net=net,
        vat_percent=percent,
        vat=vat,
        total=net + vat,
        created_by=by,
        created_at=now,
        expires_at=now + (valid_for or timedelta(hours=settings.PROFORMA_HOURS)),
    )
    audit.record(
        action="proforma.issued", user=by, account=account, target=proforma,
        details={"purpose": purpose, "total": proforma.total},
    )  # fmt: skip
    return proforma


@transaction.atomic
def cancel_proforma(*, proforma: Proforma, by: User | None, now: datetime) -> Proforma:
    """Its owner does not want it. Money that comes all the same becomes credit. Raises ProformaClosed."""
    proforma = Proforma.objects.select_for_update().get(pk=proforma.pk)
    if not proforma.is_open:
        raise ProformaClosed(proforma)
    _close(proforma, Proforma.State.CANCELLED, now)
    purpose_of(proforma).withdraw(proforma, now)
    audit.record(action="proforma.cancelled", user=by, account=proforma.account, target=proforma)
    return proforma


def expire_proformas(*, now: datetime, limit: int = 500) -> int:
    """Close what nobody paid in time; not while a payment or a slip of it is undecided. How many were closed."""
    due = Proforma.objects.filter(state=Proforma.State.OPEN, expires_at__lte=now)
    due = due.exclude(payments__state__in=Payment.UNSETTLED).exclude(slips__state=Slip.State.SUBMITTED)
    count = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            proforma = Proforma.objects.select_for_update().get(pk=pk)
            if proforma.is_open:
                _close(proforma, Proforma.State.EXPIRED, now)
                purpose_of(proforma).withdraw(proforma, now)
                count += 1
    return count


def _close(proforma: Proforma, state: Proforma.State, now: datetime) -> None:
    proforma.state, proforma.closed_at = state, now
    proforma.save(update_fields=["state", "closed_at"])


def settle(*, paid_by: Payment | Slip, amount: int, now: datetime) -> Invoice:
    """Money has come for the proforma of ``paid_by``, which is locked: deliver what it sold and issue the invoice.

    Money that does not fit it is never lost: where the amount is another, or the proforma was paid or cancelled, or
    what it sold is gone, it buys credit, VAT included, with an invoice of its own (ISP-7.10). Call it in a transaction.
    """
    proforma = Proforma.objects.select_for_update().select_related("account").get(pk=paid_by.proforma_id)
    reference = reference_of(paid_by)
    misfit = _misfit(proforma, amount) or _delivered(proforma, reference, now)
    if misfit:
        proforma = _credit_instead(proforma, amount, misfit, now)
        purpose_of(proforma).deliver(proforma, reference, now)
    _close(proforma, Proforma.State.PAID, now)
    return _issue_invoice(proforma, paid_by, now)


def reference_of(paid_by: Payment | Slip) -> str:
    """The reference under which its money stands in the ledger, once."""
    return f"{'slip' if isinstance(paid_by, Slip) else 'payment'}:{paid_by.pk}"


def _misfit(proforma: Proforma, amount: int) -> str:
    if proforma.state not in {Proforma.State.OPEN, Proforma.State.EXPIRED}:
        return str(proforma.state)
    return "" if amount == proforma.total else "amount"


def _delivered(proforma: Proforma, reference: str, now: datetime) -> str:
    """Deliver what was sold. Why it could not be, or nothing."""
    try:
        with transaction.atomic():
            purpose_of(proforma).deliver(proforma, reference, now)
    except CannotDeliver:
        if proforma.is_open:
            _close(proforma, Proforma.State.CANCELLED, now)
        return "gone"
    return ""


def _credit_instead(proforma: Proforma, amount: int, misfit: str, now: datetime) -> Proforma:
    percent = vat_percent(in_tehran(now).date())
    net = net_within(amount, percent)
    return Proforma.objects.create(
        account=proforma.account,
        purpose=CREDIT,
        subject=f"proforma:{proforma.pk}",
        lines=[Item(*in_both(lambda: _("SMS credit")), 1, net).as_dict()],
        details={"misfit": misfit},
        net=net,
        vat_percent=percent,
        vat=amount - net,
        total=amount,
        created_at=now,
        expires_at=now,
    )


def in_both(sentence) -> tuple[str, str]:
    """What ``sentence()`` says in Persian and in English, to be kept in a document."""
    said = []
    for language in ("fa", "en"):
        with override(language):
            said.append(str(sentence()))
    return said[0], said[1]


def _issue_invoice(proforma: Proforma, paid_by: Payment | Slip, now: datetime) -> Invoice:
    """The series is locked last and until commit: a number is given only with its invoice."""
    buyer = buyer_of(proforma.account)
    year = jalali_parts(in_tehran(now).date())[0]
    InvoiceSeries.objects.get_or_create(year=year)
    series = InvoiceSeries.objects.select_for_update().get(year=year)
    series.last += 1
    series.save(update_fields=["last"])
    invoice = Invoice.objects.create(
        proforma=proforma,
        account=proforma.account,
        year=year,
        serial=series.last,
        seller=settings.SELLER,
        buyer=buyer,
        lines=proforma.lines,
        net=proforma.net,
        vat_percent=proforma.vat_percent,
        vat=proforma.vat,
        total=proforma.total,
        issued_at=now,
        **{"slip" if isinstance(paid_by, Slip) else "payment": paid_by},
    )
    audit.record(
        action="invoice.issued", account=proforma.account, target=invoice.number,
        details={"total": invoice.total, "purpose": proforma.purpose},
    )  # fmt: skip
    invoice_paid.send(sender=Invoice, invoice=invoice)
    return invoice


def buyer_of(account: Account) -> dict:
    """What a document says of the account."""
    profile = BillingProfile.objects.filter(account=account).first()
    names = ("national_id", "economic_code", "registration_number", "postal_code", "address", "phone")
    return {
        "name": profile.legal_name if profile else account.name,
        **{name: getattr(profile, name) if profile else "" for name in names},
    }


def deliver_credit(proforma: Proforma, reference: str, now: datetime) -> None:
    """The net of the proforma into the wallet; VAT is not credit."""
    misfit = proforma.details.get("misfit")
    top_up(
        account=proforma.account,
        amount=proforma.net,
        reference=reference,
        reason=f"paid_{misfit}" if misfit else "online",
        by=proforma.created_by,
    )
