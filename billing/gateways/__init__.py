"""The banks' gateways, one adapter a file, each a ``PaymentGateway``. PAYMENT_GATEWAYS names those in use."""

from django.conf import settings

from billing.gateways.base import (
    GatewayRefused,
    GatewayUnreachable,
    Outcome,
    PaymentGateway,
    Refund,
    Returned,
    Started,
    Verdict,
)
from billing.gateways.mockbank import MockBank
from billing.gateways.zarinpal import Zarinpal
from billing.gateways.zibal import Zibal

__all__ = [
    "GatewayRefused",
    "GatewayUnreachable",
    "Outcome",
    "PaymentGateway",
    "Refund",
    "Returned",
    "Started",
    "Verdict",
    "gateway_named",
    "gateways_for",
    "label_of",
]

_ADAPTERS: dict[str, type[PaymentGateway]] = {adapter.code: adapter for adapter in (MockBank, Zarinpal, Zibal)}


def gateways_for(amount: int) -> list[PaymentGateway]:
    """Those in use that can take ``amount`` rials, in the order of PAYMENT_GATEWAYS."""
    enabled = [_ADAPTERS[code]() for code in settings.PAYMENT_GATEWAYS]
    return [gateway for gateway in enabled if gateway.accepts(amount)]


def gateway_named(code: str) -> PaymentGateway:
    """The adapter of a payment that was started, even where it is not in use any more. KeyError for no adapter."""
    return _ADAPTERS[code]()


def label_of(code: str) -> str:
    """The gateway's name for people."""
    return str(_ADAPTERS[code].label) if code in _ADAPTERS else code
