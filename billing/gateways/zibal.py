"""Zibal's gateway, version 1 (docs.zibal.ir, IPG). It counts in rials.

Verify answers 100 the first time and 201 after; the second need not name the amount, which inquiry does.
"""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from billing.gateways.base import (
    GatewayRefused,
    GatewayUnreachable,
    Outcome,
    Refund,
    Returned,
    Started,
    Verdict,
    post_json,
    whole_number,
)

DONE, VERIFIED_BEFORE, NOT_PAID, NO_SUCH_TRACK = 100, 201, 202, 203
PAID_AND_VERIFIED = 1
LEAST = 1_000  # rials


class Zibal:
    code = "zibal"
    label = _("Zibal")
    refunds = False  # its refunds are asked for with another token, in its own panel

    def accepts(self, amount: int) -> bool:
        return amount >= LEAST

    def start(self, *, amount: int, callback_url: str, description: str, order: str, mobile: str) -> Started:
        body = {"amount": amount, "callbackUrl": callback_url, "description": description, "orderId": order}
        answer = self._ask("request", body | ({"mobile": mobile} if mobile else {}))
        if whole_number(answer.get("result")) != DONE or not answer.get("trackId"):
            raise GatewayRefused(f"zibal:{answer.get('result')}", str(answer.get("message", "")))
        track = str(answer["trackId"])
        return Started(track, f"{settings.ZIBAL_URL}/start/{track}")

    def parse_callback(self, fields: Mapping[str, str]) -> Returned:
        return Returned(fields.get("trackId", ""), fields.get("success") == "1")

    def verify(self, *, reference: str, amount: int) -> Verdict:
        answer = self._ask("verify", {"trackId": whole_number(reference)})
        result = whole_number(answer.get("result"))
        if result == VERIFIED_BEFORE:
            answer = self._ask("inquiry", {"trackId": whole_number(reference)})
            if whole_number(answer.get("result")) != DONE or whole_number(answer.get("status")) != PAID_AND_VERIFIED:
                raise GatewayUnreachable("verified before, but the inquiry does not say so")
        elif result in {NOT_PAID, NO_SUCH_TRACK}:
            return Verdict(Outcome.NOT_PAID, code=f"zibal:{result}")
        elif result != DONE:
            raise GatewayUnreachable(f"zibal:{result}")
        return Verdict(
            Outcome.PAID,
            whole_number(answer.get("amount")),
            str(answer.get("refNumber") or ""),
            str(answer.get("cardNumber") or ""),
        )

    def refund(self, *, reference: str, amount: int) -> Refund:
        raise NotImplementedError

    def _ask(self, method: str, body: dict) -> dict:
        return post_json(f"{settings.ZIBAL_URL}/v1/{method}", {"merchant": settings.ZIBAL_MERCHANT, **body})
