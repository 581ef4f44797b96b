"""Deposit slips: money that was paid into the operator's account by hand (ISP-7.5 to 7.8).

Locks in the order slip → proforma → wallet → series, as settle takes them.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import User
from billing.models import Proforma, Slip
from billing.services.sales import ProformaClosed, settle
from common import showing, uploads
from common.jalali import in_tehran
from common.notify import notify

FOLDER = "slips"
State = Slip.State


class SlipRefused(Exception):
    """The slip cannot be kept or decided; the message says why in the reader's language. ``field`` names what is
    wrong, where it is one field."""

    def __init__(self, sentence: str, field: str = "") -> None:
        self.sentence, self.field = sentence, field
        super().__init__(sentence)

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass(frozen=True, slots=True)
class SlipWords:
    """What is written on a slip; ``amount`` in rials."""

    method: str
    bank: str
    number: str
    paid_date: date
    amount: int
    card_digits: str = ""


def submit_slip(
    *,
    proforma: Proforma,
    words: SlipWords,
    picture: UploadedFile | None,
    accepts_less: bool,
    by: User | None,
    now: datetime,
) -> Slip:
    """Keep a slip for the staff's review; a proforma has one at a time, and a paper counts once (ISP-7.5).

    Raises ProformaClosed; SlipRefused, also where the amount is less than the proforma's and ``accepts_less`` does not
    say that this is meant (ISP-7.7); common.uploads.UploadRefused. Nothing is kept then.
    """
    _check(proforma, words, accepts_less, now)
    stored = uploads.store_paper(picture, folder=FOLDER) if picture else None
    try:
        with transaction.atomic():
            locked = Proforma.objects.select_for_update().get(pk=proforma.pk)
            if not locked.is_open:
                raise ProformaClosed(locked)
            slip = Slip.objects.create(
                account=locked.account,
                proforma=locked,
                method=Slip.Method(words.method),
                bank=words.bank,
                number=words.number,
                paid_date=words.paid_date,
                amount=words.amount,
                card_digits=words.card_digits,
                picture=stored.name if stored else "",
                picture_name=stored.original_name if stored else "",
                created_by=by,
                created_at=now,
            )
            _record("slip.submitted", slip, by)
    except BaseException as error:
        if stored:
            uploads.discard(stored.name)
        if isinstance(error, IntegrityError):
            raise _twice(error) from error
        raise
    return slip


def _check(proforma: Proforma, words: SlipWords, accepts_less: bool, now: datetime) -> None:
    if not proforma.is_open:
        raise ProformaClosed(proforma)
    if words.amount <= 0:
        raise SlipRefused(_("Write the amount that was paid."), "amount")
    if words.paid_date > in_tehran(now).date():
        raise SlipRefused(_("The day of payment lies in the future."), "paid_date")
    if words.method == Slip.Method.ATM and len(words.card_digits) != 4:
        raise SlipRefused(_("For a cash machine, write the last 4 digits of the card."), "card_digits")
    if words.amount < proforma.total and not accepts_less:
        raise SlipRefused(
            _(
                "This is less than the %(total)s of the proforma. It will be added to your credit, and the proforma "
                "stays unpaid. Tick the box if you mean it."
            )
            % {"total": showing.rials(proforma.total)},
            "accepts_less",
        )  # fmt: skip


def _twice(error: IntegrityError) -> SlipRefused:
    if "slip_one_for_a_proforma" in str(error):
        return SlipRefused(_("This proforma has a slip already; wait for its review."))
    return SlipRefused(_("This slip was sent before: a slip counts once."), "number")


@transaction.atomic
def void_slip(*, slip: Slip, by: User | None, now: datetime) -> Slip:
    """Take back a slip that waits, which frees its proforma (ISP-7.5). Raises SlipRefused."""
    slip = _locked(slip.pk)
    _decide(slip, State.VOIDED, "", by, now)
    _record("slip.voided", slip, by)
    return slip


@transaction.atomic
def confirm_slip(*, slip: Slip, by: User | None, now: datetime) -> Slip:
    """The money is there: once, its proforma is settled; another amount than the proforma's becomes credit (ISP-7.8).
    Raises SlipRefused where it is decided already."""
    slip = _locked(slip.pk)
    _decide(slip, State.CONFIRMED, "", by, now)
    settle(paid_by=slip, amount=slip.amount, now=now)
    _record("slip.confirmed", slip, by)
    _tell(slip)
    return slip


@transaction.atomic
def reject_slip(*, slip: Slip, reason: str, by: User | None, now: datetime) -> Slip:
    """The money is not there; its owner reads why, and may send another. Raises SlipRefused."""
    if not reason.strip():
        raise SlipRefused(_("Write why the slip is refused."), "reason")
    slip = _locked(slip.pk)
    _decide(slip, State.REJECTED, reason.strip()[:300], by, now)
    _record("slip.rejected", slip, by)
    _tell(slip)
    return slip


def _locked(pk: int) -> Slip:
    slip = Slip.objects.select_for_update().get(pk=pk)
    if slip.state != State.SUBMITTED:
        raise SlipRefused(_("This slip is decided already: %(state)s.") % {"state": slip.get_state_display()})
    return slip


def _decide(slip: Slip, state: str, reason: str, by: User | None, now: datetime) -> None:
    slip.state, slip.reason, slip.decided_by, slip.decided_at = state, reason, by, now
    slip.save(update_fields=["state", "reason", "decided_by", "decided_at"])


def _record(action: str, slip: Slip, by: User | None) -> None:
    audit.record(
        action=action, user=by, account=slip.account, target=slip,
        details={"slip": slip.pk, "amount": slip.amount, "proforma": slip.proforma_id},
    )  # fmt: skip


def _tell(slip: Slip) -> None:
    with override("fa"):
        if slip.state == State.CONFIRMED:
            text = _("Your deposit of %(amount)s was confirmed.") % {"amount": showing.rials(slip.amount)}
        else:
            text = _("Your deposit of %(amount)s was refused: %(reason)s") % {
                "amount": showing.rials(slip.amount), "reason": slip.reason
            }  # fmt: skip
        notify(
            kind="slip.decided", key=f"slip:{slip.pk}:{slip.state}", subject=_("Your deposit slip"), text=text,
            account_id=slip.account_id, mobile=slip.account.mobile, email=slip.account.email,
        )  # fmt: skip
