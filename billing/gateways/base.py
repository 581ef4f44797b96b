"""What every bank's gateway can do for us. Amounts are integer rials on this side, whatever the bank counts in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import httpx
from django.utils.functional import Promise

TIMEOUT = httpx.Timeout(10, connect=5)
RIALS_IN_TOMAN = 10


class GatewayUnreachable(Exception):
    """No usable answer came: the network, a server's fault, not the words agreed on. Nothing is known; ask again."""


class GatewayRefused(Exception):
    """The bank understood and said no. ``code`` is its own, such as ``zarinpal:-9``."""

    def __init__(self, code: str, sentence: str = "") -> None:
        self.code, self.sentence = code, sentence
        super().__init__(code, sentence)


class Outcome(StrEnum):
    """What the bank says of a payment. NOT_PAID may change while its page is still open."""

    PAID = "paid"
    NOT_PAID = "not_paid"


@dataclass(frozen=True, slots=True)
class Started:
    """``reference`` names the payment at the bank; ``url`` is where its owner is sent."""

    reference: str
    url: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What the browser brought back: hints, never proof."""

    reference: str
    says_paid: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """The bank's own answer. ``amount`` is what was really paid, in rials; ``code`` is its code where nothing was."""

    outcome: Outcome
    amount: int = 0
    bank_reference: str = ""
    card: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """The bank gave the money back. ``bank_reference`` names that movement."""

    bank_reference: str


class PaymentGateway(Protocol):
    """One bank's gateway. Every method but ``parse_callback`` and ``accepts`` may raise GatewayUnreachable."""

    code: str
    label: Promise | str
    refunds: bool

    def accepts(self, amount: int) -> bool:
        """Whether this many rials can be paid here."""

    def start(self, *, amount: int, callback_url: str, description: str, order: str, mobile: str) -> Started:
        """Open a payment at the bank. Raises GatewayRefused."""

    def parse_callback(self, fields: Mapping[str, str]) -> Returned:
        """The fields with which the browser comes back."""

    def verify(self, *, reference: str, amount: int) -> Verdict:
        """Ask the bank, and take the money where it is paid; any number of times."""

    def refund(self, *, reference: str, amount: int) -> Refund:
        """Give it all back. Raises GatewayRefused; NotImplementedError where ``refunds`` is False."""


def post_json(url: str, body: dict) -> dict:
    """The JSON object that the bank answers with, whatever its HTTP status below 500. Raises GatewayUnreachable."""
    try:
        answer = httpx.post(url, json=body, timeout=TIMEOUT, headers={"Accept": "application/json"})
        document = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise GatewayUnreachable(f"{type(error).__name__} from {url}") from error
    if answer.status_code >= 500 or not isinstance(document, dict):
        raise GatewayUnreachable(f"HTTP {answer.status_code} from {url}")
    return document


def whole_number(value: object) -> int:
    """A bank's whole number, given as a number or as text. Raises GatewayUnreachable for anything else."""
    try:
        number = int(str(value))
    except ValueError as error:
        raise GatewayUnreachable("not a whole number in the bank's answer") from error
    return number
