"""Zarinpal's gateway, REST version 4 (zarinpal.com/docs/paymentGateway). Its currency is said in every request.

Verify answers 100 the first time and 101 after; it names no amount but refuses (-50) one that was not paid, so that the
amount we ask about is the amount that was paid.
"""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from billing.gateways.base import (
    RIALS_IN_TOMAN,
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

VERIFIED, VERIFIED_BEFORE = 100, 101
# The payment is not there, or not for this amount: an answer about it, not about us.
NOT_PAID = {-50, -51, -53, -54, -55}
LEAST, MOST = 10_000, 2_000_000_000  # rials


class Zarinpal:
    code = "zarinpal"
    label = _("Zarinpal")
    refunds = False  # its refunds need another contract and another interface

    def accepts(self, amount: int) -> bool:
        return LEAST <= amount <= MOST and amount % _unit() == 0

    def start(self, *, amount: int, callback_url: str, description: str, order: str, mobile: str) -> Started:
        body = {
            "merchant_id": settings.ZARINPAL_MERCHANT_ID,
            "amount": _counted(amount),
            "currency": settings.ZARINPAL_CURRENCY,
            "description": description,
            "callback_url": callback_url,
            "metadata": {"order_id": order, **({"mobile": mobile} if mobile else {})},
        }
        data = _data(post_json(f"{settings.ZARINPAL_URL}/pg/v4/payment/request.json", body))
        if whole_number(data.get("code")) != VERIFIED or not data.get("authority"):
            raise GatewayRefused(f"zarinpal:{data.get('code')}", str(data.get("message", "")))
        authority = str(data["authority"])
        return Started(authority, f"{settings.ZARINPAL_URL}/pg/StartPay/{authority}")

    def parse_callback(self, fields: Mapping[str, str]) -> Returned:
        return Returned(fields.get("Authority", ""), fields.get("Status") == "OK")

    def verify(self, *, reference: str, amount: int) -> Verdict:
        body = {"merchant_id": settings.ZARINPAL_MERCHANT_ID, "amount": _counted(amount), "authority": reference}
        try:
            data = _data(post_json(f"{settings.ZARINPAL_URL}/pg/v4/payment/verify.json", body))
        except GatewayRefused as refusal:
            if int(refusal.code.partition(":")[2]) in NOT_PAID:
                return Verdict(Outcome.NOT_PAID, code=refusal.code)
            raise GatewayUnreachable(refusal.code) from refusal  # our contract or their service: ask again
        code = whole_number(data.get("code"))
        if code not in {VERIFIED, VERIFIED_BEFORE}:
            return Verdict(Outcome.NOT_PAID, code=f"zarinpal:{code}")
        return Verdict(Outcome.PAID, amount, str(data.get("ref_id") or ""), str(data.get("card_pan") or ""))

    def refund(self, *, reference: str, amount: int) -> Refund:
        raise NotImplementedError


def _unit() -> int:
    return RIALS_IN_TOMAN if settings.ZARINPAL_CURRENCY == "IRT" else 1


def _counted(amount: int) -> int:
    """Rials in the merchant's currency. ValueError where tomans cannot say it."""
    counted, rest = divmod(amount, _unit())
    if rest:
        raise ValueError(f"{amount} rials are no whole tomans")
    return counted


def _data(answer: dict) -> dict:
    """``data`` of an answer. Raises GatewayRefused with the code of ``errors``, GatewayUnreachable for neither."""
    data, errors = answer.get("data"), answer.get("errors")
    if isinstance(data, dict) and data:
        return data
    if isinstance(errors, dict) and "code" in errors:
        raise GatewayRefused(f"zarinpal:{whole_number(errors['code'])}", str(errors.get("message", "")))
    raise GatewayUnreachable("neither data nor errors in Zarinpal's answer")
