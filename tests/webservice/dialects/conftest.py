"""Clients of the dialects in a few lines each: what they send, what they get. Real packages are in tests/contract."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Account
from messaging.models import Template
from tests.webservice.conftest import state
from webservice.services import create_key

FORM = "application/x-www-form-urlencoded"
ADDRESS = "198.51.100.7"
EVERYTHING = ["send", "read", "contacts", "inbox", "admin"]


@dataclass
class Kavenegar:
    """Posts a form to ``/v1/{key}/{method}.json``; ``rows`` are the entries of a success."""

    secret: str
    address: str = ADDRESS

    def __call__(
        self, method: str, parameters: dict | str | bytes = "", *, verb: str = "POST", **extra
    ) -> HttpResponse:
        body = urlencode(parameters, doseq=True) if isinstance(parameters, dict) else parameters
        path = f"/v1/{self.secret}/{method}.json"
        client = Client(raise_request_exception=False)
        if verb in {"GET", "DELETE"}:
            return client.generic(verb, f"{path}?{body}", REMOTE_ADDR=self.address)
        return client.generic(verb, path, body, FORM, REMOTE_ADDR=self.address)

    def rows(self, method: str, parameters: dict | str | bytes = "", **options):
        response = self(method, parameters, **options)
        document = response.json()
        assert response.status_code == 200, document
        assert document["return"] == {"status": 200, "message": "تایید شد"}
        return document["entries"]

    def refused(self, code: int, method: str, parameters: dict | str | bytes = "", **options) -> str:
        """The words of a refusal, its envelope checked."""
        response = self(method, parameters, **options)
        document = response.json()
        assert document["return"]["status"] == code, document
        assert response.status_code == (code if code < 600 else 400)
        assert document["entries"] is None
        assert response["Content-Language"] == "fa"
        return document["return"]["message"]


@dataclass
class Asanak:
    """Posts JSON to ``/webservice/v2rest/{method}``."""

    secret: str
    username: str = "shop"
    address: str = ADDRESS

    def __call__(self, method: str, *, version: int = 2, form: bool = False, **parameters) -> HttpResponse:
        body = {"username": self.username, "password": self.secret} | parameters
        text, kind = (urlencode(body, doseq=True), FORM) if form else (json.dumps(body), "application/json")
        client = Client(raise_request_exception=False)
        return client.generic("POST", f"/webservice/v{version}rest/{method}", text, kind, REMOTE_ADDR=self.address)

    def data(self, method: str, **parameters):
        response = self(method, **parameters)
        document = response.json()
        assert response.status_code == 200, document
        assert document["meta"] == {"status": 200, "code": 200, "message": "success"}
        return document["data"]

    def refused(self, http_status: int, code: int, method: str, **parameters) -> dict:
        response = self(method, **parameters)
        document = response.json()
        assert (response.status_code, document["meta"]["status"]) == (http_status, code), document
        assert document["meta"]["code"] == code
        assert document["meta"]["message"]
        assert document["data"] == []
        return document


@dataclass
class Melipayamak:
    """Posts a form to ``/api/SendSMS/{method}``."""

    secret: str
    username: str = "shop"
    address: str = ADDRESS

    def __call__(self, method: str, *, path: str = "/api/SendSMS/", **parameters) -> dict:
        body = urlencode({"username": self.username, "password": self.secret} | parameters, doseq=True)
        client = Client(raise_request_exception=False)
        response = client.generic("POST", f"{path}{method}", body, FORM, REMOTE_ADDR=self.address)
        assert response.status_code == 200
        return response.json()

    def value(self, method: str, **parameters) -> str:
        document = self(method, **parameters)
        assert (document["RetStatus"], document["StrRetStatus"]) == (1, "Ok"), document
        return document["Value"]

    def refused(self, code: int, method: str, **parameters) -> str:
        document = self(method, **parameters)
        assert document["Value"] == str(code), document
        assert document["RetStatus"] == (code if code >= 0 else 35)
        return document["StrRetStatus"]


@pytest.fixture
def secret(account: Account, line) -> str:
    """The secret of a key named "shop" that may do everything."""
    return create_key(account=account, name="shop", scopes=EVERYTHING)[1]


@pytest.fixture
def kavenegar(secret: str) -> Kavenegar:
    return Kavenegar(secret)


@pytest.fixture
def asanak(secret: str) -> Asanak:
    return Asanak(secret)


@pytest.fixture
def melipayamak(secret: str) -> Melipayamak:
    return Melipayamak(secret)


@pytest.fixture
def template(account: Account) -> Template:
    return Template.objects.create(account=account, name="login", text="کد ورود: %token", state=Template.State.APPROVED)


@pytest.fixture
def unchanged(account: Account, secret: str):
    """After the test: no money moved, no row was made, nothing is queued."""
    before = state(account)
    yield
    assert state(account) == before
