"""Paying online: to the bank and back, any number of times, exactly once.

The bank is asked outside of any transaction and may be asked again at will; its answer is then applied with the payment
locked. So a crash, a network fault or ten callbacks at once change nothing but when it is applied.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import User
from billing.gateways import GatewayRefused, GatewayUnreachable, Outcome, Verdict, gateway_named, gateways_for
from billing.models import Payment, Proforma
from billing.services.sales import ProformaClosed, settle

logger = logging.getLogger(__name__)
State = Payment.State

GIVE_UP_AFTER = timedelta(minutes=30)  # a bank's page is long closed by then
ASK_FOR = timedelta(hours=72)  # how long a payment that was given up is still asked about
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGEST_AFTER_GIVING_UP = timedelta(seconds=15), timedelta(hours=1), timedelta(hours=6)


class PaymentRefused(Exception):
    """The payment cannot begin, or the return belongs to another; the message says why in the reader's language."""


def start_payment(
    *, proforma: Proforma, gateway_code: str, callback_url: str, by: User | None, now: datetime
) -> Payment:
    """Open a payment of an open proforma at a bank; ``payment.address`` is where its owner is sent.

    ``callback_url`` is absolute and has ``{token}`` in it. Raises ProformaClosed, PaymentRefused.
    """
    if not proforma.is_open or proforma.expires_at <= now:
        raise ProformaClosed(proforma)
    gateway = next((one for one in gateways_for(proforma.total) if one.code == gateway_code), None)
    if gateway is None:
        raise PaymentRefused(_("This gateway cannot take the payment; choose another."))
    payment = Payment.objects.create(
        account=proforma.account, proforma=proforma, gateway=gateway.code, amount=proforma.total,
        created_by=by, created_at=now,
    )  # fmt: skip
    with override("fa"):
        description = _("Proforma %(number)s") % {"number": proforma}
    try:
        started = gateway.start(
            amount=payment.amount,
            callback_url=callback_url.replace("{token}", payment.token),
            description=description,
            order=str(payment.pk),
            mobile=proforma.account.mobile,
        )
    except (GatewayRefused, GatewayUnreachable) as error:
        logger.warning("payment %s: %s does not begin: %s", payment.pk, gateway.code, error)
        payment.state, payment.failure = State.FAILED, getattr(error, "code", "unreachable")[:60]
        payment.settled_at = now
        payment.save(update_fields=["state", "failure", "settled_at"])
        raise PaymentRefused(
            _("The bank's gateway does not answer now. Nothing was paid; try again or choose another.")
        ) from error
    payment.reference, payment.address = started.reference, started.url
    payment.save(update_fields=["reference", "address"])
    return payment


def come_back(*, token: str, fields: Mapping[str, str], now: datetime) -> Payment:
    """The browser is back from the bank: ask the bank what happened. Raises Payment.DoesNotExist, and PaymentRefused
    where the fields speak of another payment."""
    payment = Payment.objects.get(token=token)
    returned = gateway_named(payment.gateway).parse_callback(fields)
    if returned.reference != payment.reference:
        logger.warning("payment %s: a return with another reference", payment.pk)
        raise PaymentRefused(_("This return does not belong to the payment."))
    Payment.objects.filter(pk=payment.pk, state=State.STARTED).update(state=State.RETURNED, returned_at=now)
    return ask_bank(payment_id=payment.pk, now=now)


def ask_bank(*, payment_id: int, now: datetime) -> Payment:
    """Ask the bank about a payment and apply its answer. Where none comes, the payment stays as it is and is asked
    about again by ``ask_again``. Not to be called in a transaction."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.state in {State.VERIFIED, State.REFUNDED} or not payment.reference:
        return payment
    try:
        verdict = gateway_named(payment.gateway).verify(reference=payment.reference, amount=payment.amount)
        if verdict.outcome == Outcome.PAID and verdict.amount <= 0:
            raise GatewayUnreachable("paid, but no amount")
    except GatewayUnreachable as error:
        logger.warning("payment %s: no answer from %s: %s", payment.pk, payment.gateway, error)
        verdict = None
    return _apply(payment_id, verdict, now)


@transaction.atomic
def _apply(payment_id: int, verdict: Verdict | None, now: datetime) -> Payment:
    payment = _locked(payment_id)
    if payment.state in {State.VERIFIED, State.REFUNDED}:
        return payment
    payment.asked_at, payment.asks = now, min(payment.asks + 1, 32_000)
    if verdict is not None and verdict.outcome == Outcome.PAID:
        if _is_used(payment, verdict.bank_reference):
            logger.error("payment %s: its tracking number belongs to another payment", payment.pk)
            payment.state, payment.failure, payment.settled_at = State.FAILED, "reference_used", now
        else:
            _receive(payment, verdict, now)
    elif verdict is not None and payment.state == State.RETURNED:
        payment.state, payment.failure, payment.settled_at = State.FAILED, verdict.code[:60], now
    elif verdict is not None and payment.state == State.STARTED and now - payment.created_at >= GIVE_UP_AFTER:
        payment.state, payment.failure, payment.settled_at = State.EXPIRED, verdict.code[:60], now
    payment.save()
    return payment


def _locked(payment_id: int) -> Payment:
    return Payment.objects.select_for_update().get(pk=payment_id)


def _is_used(payment: Payment, bank_reference: str) -> bool:
    """One capture for each tracking number of a gateway (ISP-7.10); the table's constraint holds it in a race."""
    others = Payment.objects.filter(gateway=payment.gateway, bank_reference=bank_reference[:64]).exclude(pk=payment.pk)
    return bool(bank_reference) and others.exists()


def _receive(payment: Payment, verdict: Verdict, now: datetime) -> None:
    was, payment.state = payment.state, State.VERIFIED
    payment.paid_amount, payment.failure, payment.settled_at = verdict.amount, "", now
    payment.bank_reference, payment.card = verdict.bank_reference[:64], verdict.card[:24]
    payment.save()
    settle(paid_by=payment, amount=verdict.amount, now=now)
    audit.record(
        action="payment.verified", user=payment.created_by, account=payment.account, target=payment.bank_reference,
        details={"amount": verdict.amount, "asked": payment.amount, "was": was},
    )  # fmt: skip


def ask_again(*, now: datetime, limit: int = 200) -> int:
    """Ask about the payments whose fate is not known, each at growing pauses, and for three days about those that
    were given up: money that reached the bank is found even when nobody came back. How many were settled."""
    given_up = Q(state__in=[State.EXPIRED, State.FAILED], created_at__gt=now - ASK_FOR)
    waiting = Payment.objects.filter(Q(state__in=Payment.UNSETTLED) | given_up).exclude(reference="")
    settled = 0
    for payment in waiting.order_by(F("asked_at").asc(nulls_first=True), "pk")[:limit]:
        if _is_due(payment, now):
            try:
                settled += ask_bank(payment_id=payment.pk, now=now).state == State.VERIFIED
            except Exception:
                logger.exception("payment %s could not be settled", payment.pk)
    return settled


def _is_due(payment: Payment, now: datetime) -> bool:
    longest = _LONGEST_PAUSE if payment.state in Payment.UNSETTLED else _LONGEST_AFTER_GIVING_UP
    pause = min(_FIRST_PAUSE * 2 ** min(payment.asks, 12), longest)
    return now - (payment.asked_at or payment.created_at) >= pause
