"""A bank of our own for the demo and the tests, with a page (billing.views.mockbank): pay, pay another amount, pay
without coming back, be slow, fail, cancel. Never name it in PAYMENT_GATEWAYS where real money is meant."""

import secrets
from collections.abc import Mapping

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.gateways.base import GatewayRefused, GatewayUnreachable, Outcome, Refund, Returned, Started, Verdict
from billing.models import MockBankSession

State = MockBankSession.State


class MockBank:
    code = "mockbank"
    label = _("Mock bank")
    refunds = True

    def accepts(self, amount: int) -> bool:
        return True

    def start(self, *, amount: int, callback_url: str, description: str, order: str, mobile: str) -> Started:
        visit = MockBankSession.objects.create(
            reference=secrets.token_hex(16), amount=amount, callback_url=callback_url, description=description[:200]
        )
        return Started(visit.reference, reverse("mockbank", args=[visit.reference]))

    def parse_callback(self, fields: Mapping[str, str]) -> Returned:
        return Returned(fields.get("reference", ""), fields.get("status") == "paid")

    @transaction.atomic
    def verify(self, *, reference: str, amount: int) -> Verdict:
        visit = MockBankSession.objects.select_for_update().filter(reference=reference).first()
        if visit is None:
            return Verdict(Outcome.NOT_PAID, code="mockbank:unknown")
        if visit.answers_at and timezone.now() < visit.answers_at:
            raise GatewayUnreachable("the mock bank is slow today")
        if visit.state != State.PAID:
            return Verdict(Outcome.NOT_PAID, code=f"mockbank:{visit.state}")
        if visit.verified_at is None:
            visit.verified_at = timezone.now()
            visit.save(update_fields=["verified_at"])
        return Verdict(Outcome.PAID, visit.paid_amount, f"MB{visit.pk:08}", "627412******1234")

    @transaction.atomic
    def refund(self, *, reference: str, amount: int) -> Refund:
        visit = MockBankSession.objects.select_for_update().filter(reference=reference).first()
        if visit is None or visit.state != State.PAID or visit.paid_amount != amount:
            raise GatewayRefused("mockbank:not_refundable")
        visit.state = State.REFUNDED
        visit.save(update_fields=["state"])
        return Refund(f"MBR{visit.pk:08}")
