"""Asking for lines (12): is a number free, requests, the staff's decision, and what paying does.

Locks in the order proforma → request → line, as billing's settle takes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import Account, User
from billing.models import Proforma
from billing.purposes import CannotDeliver
from billing.services import Item, cancel_proforma, in_both, issue_proforma
from common import uploads
from common.notify import notify
from common.phones import normalise_line
from numbers.models import Line, LineDocument, LineOffer, LineRequest
from numbers.services import LineRefused, add_line

State = LineRequest.State
MOST_OPEN = 20
NUMBER, SERVICE = "line", "service_line"
FOLDER = "line-documents"


class RequestRefused(Exception):
    """The request cannot be made or moved; the message says why in the reader's language. ``field`` names what is
    wrong, where it is one field."""

    def __init__(self, sentence: str, field: str = "") -> None:
        self.sentence, self.field = sentence, field
        super().__init__(sentence)

    def __str__(self) -> str:
        return str(self.sentence)


class Inquiry(StrEnum):
    """The two answers to "is this number free?" (12.5)."""

    FREE = "free"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to be kept with a request."""

    kind: str
    file: UploadedFile


def inquire(number: str) -> tuple[str, Inquiry]:
    """(the number's digits, whether it is free): taken is what is a line here in any state, or asked for already.
    Raises RequestRefused for what is no number."""
    digits = normalise_line(number)
    if digits is None:
        raise RequestRefused(_("A line is a number of 3 to 18 digits."), "number")
    is_line = Line.objects.filter(number=digits).exists()
    is_asked = LineRequest.objects.filter(number=digits, kind=LineRequest.Kind.NUMBER, state__in=LineRequest.OPEN)
    return digits, Inquiry.TAKEN if is_line or is_asked.exists() else Inquiry.FREE


def request_number(*, account: Account, offer: LineOffer, number: str, by: User | None, now: datetime) -> LineRequest:
    """Ask for a number of a type (12.3 a). It is kept for the account until the request ends. Raises RequestRefused."""
    digits, answer = inquire(number)
    if not offer.is_active:
        raise RequestRefused(_("Numbers of this type are not offered now; choose another."), "offer")
    if not digits.startswith(offer.prefix_family) or len(digits) != offer.length:
        raise RequestRefused(
            _("A number of this type begins with %(family)s and has %(length)s digits.")
            % {"family": offer.prefix_family, "length": offer.length},
            "number",
        )
    if answer == Inquiry.TAKEN:
        raise RequestRefused(
            _("The number %(number)s is registered already; choose another.") % {"number": digits}, "number"
        )
    return _submit(
        LineRequest(account=account, kind=LineRequest.Kind.NUMBER, number=digits, price=offer.price), [], by, now
    )


def request_service(
    *,
    account: Account,
    line: Line,
    papers: Sequence[Paper],
    shipping: str,
    tracking_code: str,
    by: User | None,
    now: datetime,
) -> LineRequest:
    """Ask that an advertising line becomes a service line (12.3 b): legal entities, with scans of their papers, whose
    originals go by post or courier. Raises RequestRefused, common.uploads.UploadRefused; nothing is kept then."""
    if account.kind != Account.Kind.LEGAL:
        raise RequestRefused(_("Only a legal entity can have a service line."))
    if line.account_id != account.pk or line.kind != Line.Kind.ADVERTISING or line.state != Line.State.ACTIVE:
        raise RequestRefused(_("Choose an active advertising line of yours."), "line")
    if not papers:
        raise RequestRefused(_("Add at least one paper."), "papers")
    request = LineRequest(
        account=account, kind=LineRequest.Kind.SERVICE, number=line.number, line=line,
        shipping=LineRequest.Shipping(shipping) if shipping else "", tracking_code=tracking_code,
    )  # fmt: skip
    return _submit(request, papers, by, now)


def _submit(request: LineRequest, papers: Sequence[Paper], by: User | None, now: datetime) -> LineRequest:
    if LineRequest.objects.of(request.account).filter(state__in=LineRequest.OPEN).count() >= MOST_OPEN:
        raise RequestRefused(_("%(most)d requests are open already; wait for them.") % {"most": MOST_OPEN})
    kept: list[uploads.StoredUpload] = []
    try:
        with transaction.atomic():
            request.created_by, request.created_at = by, now
            request.save()
            for paper in papers:
                kept.append(uploads.store_paper(paper.file, folder=FOLDER))
                LineDocument.objects.create(
                    request=request, kind=paper.kind, file=kept[-1].name, name=kept[-1].original_name, created_at=now
                )
            _record("line_request.submitted", request, by)
    except IntegrityError as error:
        _forget(kept)
        raise RequestRefused(_("A request for this number is open already."), "number") from error
    except Exception:
        _forget(kept)
        raise
    return request


def _forget(kept: list[uploads.StoredUpload]) -> None:
    for one in kept:
        uploads.discard(one.name)


@transaction.atomic
def tell_shipping(*, request: LineRequest, shipping: str, tracking_code: str, by: User | None) -> LineRequest:
    """How the originals were sent, and the parcel's code (12.3 b). Raises RequestRefused for one that is decided."""
    request = _locked(request.pk, (State.SUBMITTED,))
    request.shipping, request.tracking_code = LineRequest.Shipping(shipping), tracking_code
    request.save(update_fields=["shipping", "tracking_code"])
    _record("line_request.shipped", request, by)
    return request


def cancel_request(*, request: LineRequest, by: User | None, now: datetime) -> None:
    """The account does not want it any more; its unpaid invoice goes with it. Raises RequestRefused, and
    billing.services.ProformaClosed where that was paid meanwhile."""
    if request.state == State.APPROVED and request.proforma:
        cancel_proforma(proforma=request.proforma, by=by, now=now)
        return
    with transaction.atomic():
        request = _locked(request.pk, (State.SUBMITTED,))
        request.state, request.finished_at = State.CANCELLED, now
        request.save(update_fields=["state", "finished_at"])
        _record("line_request.cancelled", request, by)


@transaction.atomic
def approve(*, request: LineRequest, price: int, by: User | None, now: datetime) -> LineRequest:
    """Accept it: an unpaid invoice over ``price`` rials and VAT is made (12.6); with a price of 0 it is done at once.
    Raises RequestRefused where it is not waiting any more, or the number was given to somebody meanwhile."""
    request = _locked(request.pk, (State.SUBMITTED,))
    if price < 0:
        raise RequestRefused(_("A price is not negative."), "price")
    if request.kind == LineRequest.Kind.NUMBER and Line.objects.filter(number=request.number).exists():
        raise RequestRefused(_("The line %(number)s is there already.") % {"number": request.number})
    request.state, request.price = State.APPROVED, price
    request.decided_by, request.decided_at = by, now
    if price:
        is_number = request.kind == LineRequest.Kind.NUMBER
        titles = in_both(
            lambda: (
                (_("Sender number %(number)s") if is_number else _("Service line %(number)s"))
                % {"number": request.number}
            )
        )
        request.proforma = issue_proforma(
            account=request.account, purpose=NUMBER if is_number else SERVICE, items=[Item(*titles, 1, price)],
            subject=f"line-request:{request.pk}", by=by, now=now,
        )  # fmt: skip
    request.save()
    _record("line_request.approved", request, by)
    if not price:
        _finish(request, now)
    _tell(request)
    return request


@transaction.atomic
def reject(*, request: LineRequest, reason: str, by: User | None, now: datetime) -> LineRequest:
    """Refuse it, with the reason that the account reads (12.4). Raises RequestRefused."""
    request = _locked(request.pk, (State.SUBMITTED,))
    if not reason.strip():
        raise RequestRefused(_("Write why the request is refused."), "reason")
    request.state, request.reason = State.REJECTED, reason.strip()[:500]
    request.decided_by, request.decided_at, request.finished_at = by, now, now
    request.save()
    _record("line_request.rejected", request, by)
    _tell(request)
    return request


def deliver(proforma: Proforma, reference: str, now: datetime) -> None:
    """The request's invoice is paid: the number is active at once (12.6). billing.purposes calls it."""
    request = LineRequest.objects.select_for_update().filter(proforma=proforma).first()
    if request is None or request.state not in {State.APPROVED, State.LAPSED}:
        raise CannotDeliver
    try:
        _finish(request, now)
    except (LineRefused, RequestRefused) as error:
        request.refresh_from_db()
        raise CannotDeliver from error


def withdraw(proforma: Proforma, now: datetime) -> None:
    """The request's invoice was cancelled or not paid in time: the number is free again."""
    request = LineRequest.objects.select_for_update().filter(proforma=proforma, state=State.APPROVED).first()
    if request is None:
        return
    was_cancelled = proforma.state == Proforma.State.CANCELLED
    request.state, request.finished_at = State.CANCELLED if was_cancelled else State.LAPSED, now
    request.save(update_fields=["state", "finished_at"])
    _record("line_request.cancelled" if was_cancelled else "line_request.lapsed", request, None)


def _finish(request: LineRequest, now: datetime) -> None:
    if request.kind == LineRequest.Kind.NUMBER:
        kind = Line.Kind.ADVERTISING
        request.line = add_line(
            account=request.account, number=request.number, kind=kind, by=request.decided_by, now=now
        )
    else:
        line = Line.objects.select_for_update().get(pk=request.line_id)
        if line.account_id != request.account_id or line.state == Line.State.CLOSED:
            raise RequestRefused(_("The line %(number)s is closed.") % {"number": line.number})
        line.kind, line.sending_hours = Line.Kind.SERVICE, ""
        line.save(update_fields=["kind", "sending_hours"])
    request.state, request.finished_at = State.DONE, now
    request.save(update_fields=["state", "finished_at", "line"])
    _record("line_request.done", request, request.decided_by)


def _locked(pk: int, states: tuple) -> LineRequest:
    request = LineRequest.objects.select_for_update().get(pk=pk)
    if request.state not in states:
        raise RequestRefused(
            _("This request is not waiting any more: %(state)s.") % {"state": request.get_state_display()}
        )
    return request


def _record(action: str, request: LineRequest, by: User | None) -> None:
    audit.record(
        action=action, user=by, account=request.account, target=request.number, details={"request": request.pk}
    )


def _tell(request: LineRequest) -> None:
    sentences = {
        State.APPROVED: lambda: _("Your request for %(number)s is approved. Pay its invoice and it is active at once."),
        State.DONE: lambda: _("Your request for %(number)s is done: the line is active."),
        State.REJECTED: lambda: _("Your request for %(number)s was refused: %(reason)s"),
    }
    with override("fa"):
        text = sentences[request.state]() % {"number": request.number, "reason": request.reason}
        notify(
            kind="line_request.decided",
            key=f"line_request:{request.pk}:{request.state}",
            subject=_("Your request for a line"),
            text=text,
            account_id=request.account_id,
            mobile=request.account.mobile,
            email=request.account.email,
        )
