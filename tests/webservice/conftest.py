"""An account that can send: credit, a line with a price, a gateway that nobody serves, and a key."""

import json
from dataclasses import dataclass

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Account, AuditEntry
from billing.models import LedgerEntry
from billing.selectors import balance
from credit.models import Reservation, TariffPlan
from messaging.models import Campaign, Chunk, Gateway, Message, Route, StatusCount
from numbers.models import Line
from numbers.selectors import forget_tables
from tests.factories import make_account, make_line, make_plan
from webservice.models import ApiKey
from webservice.services import create_key

LATIN, PERSIAN = 240, 100


@dataclass
class Api:
    """A developer's program: JSON in, JSON out, a key in every request."""

    secret: str
    address: str = "198.51.100.7"

    def get(self, path: str, query: dict | None = None, **headers) -> HttpResponse:
        return Client(raise_request_exception=False).get(
            f"/api/v1/{path}", query or {}, headers=self._headers(headers), REMOTE_ADDR=self.address
        )

    def post(self, path: str, body, *, idempotency_key: str | None = None, **headers) -> HttpResponse:
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        return Client(raise_request_exception=False).post(
            f"/api/v1/{path}",
            body,
            content_type="application/json",
            headers=self._headers(headers),
            REMOTE_ADDR=self.address,
        )

    def send(self, method: str, path: str, body=None, *, idempotency_key: str | None = None, **headers) -> HttpResponse:
        """PATCH, PUT or DELETE."""
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        return Client(raise_request_exception=False).generic(
            method,
            f"/api/v1/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=self._headers(headers),
            REMOTE_ADDR=self.address,
        )

    def _headers(self, headers: dict) -> dict:
        mine = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        return mine | {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture(autouse=True)
def fresh_tables():
    forget_tables()


@pytest.fixture
def gateway(db) -> Gateway:
    gateway = Gateway.objects.create(name="test", host="127.0.0.1", port=1, system_id="test")
    Route.objects.create(gateway=gateway)
    return gateway


@pytest.fixture
def tariff(db) -> TariffPlan:
    TariffPlan.objects.filter(is_default=True).update(is_default=False)
    rows = [
        {"language": language, "line_kind": kind, "price_per_part": price}
        for kind in Line.Kind.values
        for language, price in (("en", LATIN), ("fa", PERSIAN))
    ]
    return make_plan(*rows, name="web service tests", is_default=True)


@pytest.fixture
def account(gateway: Gateway, tariff: TariffPlan) -> Account:
    return make_account(credit=10_000)


@pytest.fixture
def line(account: Account) -> Line:
    return make_line(account, kind=Line.Kind.SERVICE)


@pytest.fixture
def key(account: Account) -> tuple[ApiKey, str]:
    return create_key(account=account, name="shop", scopes=["send", "read"])


@pytest.fixture
def api(key: tuple[ApiKey, str], line: Line) -> Api:
    return Api(key[1])


@pytest.fixture
def stranger(gateway: Gateway, tariff: TariffPlan) -> Api:
    """Another account's program, able to send."""
    account = make_account(credit=10_000)
    make_line(account, kind=Line.Kind.SERVICE)
    return Api(create_key(account=account, name="other", scopes=["send", "read"])[1])


def state(account: Account) -> tuple:
    """Everything that a refused request must leave as it was."""
    counted = (Campaign, Message, Chunk, StatusCount, Reservation, LedgerEntry, AuditEntry)
    return (balance(account), *(model.objects.count() for model in counted))


@pytest.fixture
def unchanged(account: Account):
    """After the test: no money moved, no row was made, nothing is queued."""
    before = state(account)
    yield
    assert state(account) == before


def problem(response: HttpResponse, status: int, code: str) -> dict:
    """The document of a refusal, checked for what every one has."""
    document = response.json()
    assert (response.status_code, document.get("code")) == (status, code), document
    assert response["Content-Type"] == "application/problem+json"
    assert document["status"] == status
    assert document["type"] == f"/api/v1/problems#{code}"
    assert document["title"]
    assert document["detail"]
    return document
