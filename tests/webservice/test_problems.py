"""Every refusal is a problem document that says what to do and gives nothing away (W8)."""

import logging
import re
from pathlib import Path

import pytest
from django.db import OperationalError, ProgrammingError
from django.test import Client

from tests.webservice.conftest import problem
from webservice.problems import MEANINGS, Code, FieldCode
from webservice.v1 import views

pytestmark = pytest.mark.django_db
HELLO = {"to": "09121234567", "text": "Hello"}
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "api.md"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "nonsense",
        b"\xff\xfe",
        '{"to": NaN, "text": "x"}',
        '{"to": "09121234567", "to": "09121234568", "text": "x"}',
        '{"to": "09121234567", "text": "\\ud83d"}',
        '{"\\udc00": 1}',
        "[" * 100_000,
        "[]",
        '"text"',
        "null",
        '{"a": ' + "1" * 5000 + "}",
    ],
)
def test_a_body_that_is_no_json_object(api, unchanged, body):
    answer = api.post("messages", body)
    if body == "":
        problem(answer, 422, "validation_failed")
    else:
        problem(answer, 400, "malformed_json")


def test_a_body_of_another_type(api, unchanged):
    for content_type in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
        answer = Client().post(
            "/api/v1/messages", "to=09121234567", content_type, headers={"Authorization": f"Bearer {api.secret}"}
        )
        problem(answer, 415, "unsupported_media_type")


def test_a_body_that_is_too_large(api, unchanged, settings):
    settings.API_BODY_MAX_BYTES = 100
    problem(api.post("messages", HELLO | {"text": "x" * 200}), 413, "body_too_large")


def test_a_body_without_a_length(api, unchanged):
    answer = Client().post(
        "/api/v1/messages",
        b"",
        "application/json",
        headers={"Authorization": f"Bearer {api.secret}", "Transfer-Encoding": "chunked"},
        CONTENT_LENGTH="",
    )
    problem(answer, 411, "length_required")


def test_a_method_that_is_not_there(api, unchanged):
    answer = Client().delete("/api/v1/messages", headers={"Authorization": f"Bearer {api.secret}"})
    problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_an_answer_in_another_form(api, unchanged):
    problem(api.get("balance", Accept="application/xml"), 406, "not_acceptable")
    problem(api.post("messages", HELLO, Accept="text/csv"), 406, "not_acceptable")


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/messages", "/api/v1/messages/"])
@pytest.mark.parametrize("debug", [True, False])
def test_addresses_of_nothing(client, settings, path, debug):
    settings.DEBUG = debug
    problem(client.get(path), 404, "not_found")


def test_a_forged_host(client):
    client.raise_request_exception = False
    problem(client.get("/api/v1/balance", headers={"Host": "evil.example"}), 400, "bad_request")


@pytest.mark.parametrize(("debug", "failure"), [(True, RuntimeError), (False, RuntimeError), (False, ProgrammingError)])
def test_a_fault_of_ours_says_nothing_of_itself(api, settings, monkeypatch, caplog, debug, failure):
    settings.DEBUG = debug

    def breaks(self, request):
        raise failure("SELECT secret FROM billing_wallet; /srv/app/x.py")

    monkeypatch.setattr(views.Balance, "get", breaks)
    with caplog.at_level(logging.ERROR, "django.request"):
        answer = api.get("balance")
    document = problem(answer, 500, "internal_error")
    assert set(document) == {"type", "title", "status", "code", "detail"}
    assert not re.search("SELECT|billing|Error|Traceback|\\.py", answer.content.decode())
    assert any(record.exc_info and record.exc_info[0] is failure for record in caplog.records)


def test_a_database_that_does_not_answer(api, monkeypatch):
    def breaks(self, request):
        raise OperationalError("could not connect to server: 10.1.2.3")

    monkeypatch.setattr(views.Balance, "get", breaks)
    answer = api.get("balance")
    problem(answer, 503, "unavailable")
    assert answer["Retry-After"] == "5"
    assert b"10.1.2.3" not in answer.content


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fa", "fa"),
        ("fa-IR,en;q=0.5", "fa"),
        ("en-US,fa;q=0.5", "en"),
        ("de,fa;q=0.5", "fa"),
        ("de", "en"),
        ("*", "en"),
        ("", "en"),
        (";;q=x", "en"),
    ],
)
def test_sentences_are_in_the_callers_language(api, header, language):
    answer = api.post("messages", {"to": []}, Accept_Language=header)
    document = problem(answer, 422, "validation_failed")
    assert answer["Content-Language"] == language
    assert bool(re.search("[آ-ی]", document["title"])) == (language == "fa")
    assert "Accept-Language" in answer["Vary"]
    if language == "fa":
        sentences = [document["detail"], *(error["detail"] for error in document["errors"])]
        assert all(re.search("[آ-ی]", sentence) for sentence in sentences)


def test_a_browsers_language_cookie_does_not_count(api, settings):
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fa"
    assert client.get("/api/v1/balance")["Content-Language"] == "en"
    assert client.get("/api/v1/nothing")["Content-Language"] == "en"


def test_the_catalogue_needs_no_key(client):
    listed = client.get("/api/v1/problems").json()["problems"]
    assert {(row["code"], row["status"]) for row in listed} == {(str(code), MEANINGS[code].status) for code in Code}
    assert all(row["title"] and row["advice"] for row in listed)


def test_every_code_has_a_meaning_and_a_line_in_the_documentation():
    assert set(MEANINGS) == set(Code)
    text = DOCUMENT.read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| (\d{3}) \| ([^|]+) \| ([^|]+) \|$", text, re.M)
    assert [(code, int(status), title.strip(), advice.strip()) for code, status, title, advice in listed] == [
        (str(code), meaning.status, _english(meaning.title), _english(meaning.advice))
        for code, meaning in MEANINGS.items()
    ]


def test_every_field_code_has_a_line_in_the_documentation():
    listed = re.findall(r"^\| `(\w+)` \| (?!\d{3} )[^|]+ \|$", DOCUMENT.read_text(encoding="utf-8"), re.M)
    assert set(FieldCode) <= set(listed)


def _english(sentence) -> str:
    from django.utils.translation import override

    with override("en"):
        return str(sentence)


@pytest.mark.parametrize("path", ["webhooks/null/resume", "messages/-1", "nothing"])
def test_an_address_that_is_none_needs_no_page(path, settings):
    """Where no front-end file was collected, the page of the error 404 cannot be drawn."""
    settings.DEBUG = False
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "smsplatform.storage.HashedStaticFiles"}}
    problem(Client(raise_request_exception=False).get(f"/api/v1/{path}"), 404, "not_found")
