"""The request log (W10): every call with a key, and nothing in it that is nobody's business."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from tests.factories import make_user
from tests.webservice.conftest import Api, problem
from webservice.models import ApiRequest
from webservice.requests import keeping, recording
from webservice.requests.recording import shown
from webservice.services import create_key, revoke_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_of_others():
    recording.flush()


@pytest.fixture
def admin(account, line) -> Api:
    return Api(create_key(account=account, name="admin", scopes=["admin"])[1])


def logged() -> list[ApiRequest]:
    """What the log holds once everything arrived, the oldest first."""
    recording.flush()
    keeping.keep()
    return list(ApiRequest.objects.order_by("id"))


@pytest.fixture(autouse=True)
def nothing_noted():
    """What earlier tests' calls left to be written."""
    recording._rows.clear()


def test_a_call_is_logged_with_its_outcome(api, key, account):
    sent = api.post("messages", {"to": "09121234567", "text": "Hello"})
    refused = api.post("messages", {"to": "09121234567"})
    gone = api.get("messages/1")
    rows = logged()
    assert [(row.method, row.path, row.status, row.code) for row in rows] == [
        ("POST", "/api/v1/messages", 201, ""),
        ("POST", "/api/v1/messages", 422, "validation_failed"),
        ("GET", "/api/v1/messages/1", 404, "not_found"),
    ]
    assert [row.request_id for row in rows] == [answer["X-Request-Id"] for answer in (sent, refused, gone)]
    assert {(row.account, row.key, row.address) for row in rows} == {(account, key[0], api.address)}
    assert all(0 <= row.duration_ms < 60_000 for row in rows)


def test_every_answer_has_an_id_of_its_own(api):
    ids = {api.get("balance")["X-Request-Id"] for _ in range(3)}
    unknown = Api("live_nobody").get("balance")
    assert len(ids | {unknown["X-Request-Id"]}) == 4
    assert len(logged()) == 3  # who is unknown has no log


def test_a_revoked_key_is_logged_too(api, key):
    revoke_key(key[0])
    problem(api.get("balance"), 401, "key_revoked")
    assert [(row.status, row.code) for row in logged()] == [(401, "key_revoked")]


def test_a_refusal_that_is_replayed_keeps_its_code(api):
    for _ in range(2):
        api.post("messages", {"to": "x", "text": "a"}, idempotency_key="k")
    assert [row.code for row in logged()] == ["nothing_to_send"] * 2


def test_the_dialects_are_logged_without_key_number_or_text(key, line):
    secret = key[1]
    Client().get(f"/v1/{secret}/sms/send.json?receptor=09121234567&message=secret+words&sender={line.number}")
    Client().post(
        "/api/SendSMS/SendSMS", {"username": "shop", "password": secret, "to": "09121234567", "text": "words"}
    )
    first, second = logged()
    assert first.path == "/v1/***/sms/send.json?receptor=…&message=…&sender=…"
    assert second.path.lower() == "/api/sendsms/sendsms"


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/api/v1/messages", "to=09121234567&state=delivered", "/api/v1/messages?to=…&state=delivered"),
        ("/api/v1/contacts/+989121234567", "", "/api/v1/contacts/0912***4567"),
        ("/api/v1/messages", "line=09121234567", "/api/v1/messages?line=0912***4567"),
        ("/api/v1/messages", "09121234567=x", "/api/v1/messages?0912***4567=…"),
        ("/v1/live_abcdefghijklmnopqrstuvwxyz/sms/send.json", "", "/v1/***/sms/send.json"),
        ("/v1/live_abcdefghijklmnopqrstuvwxyz", "", "/v1/***"),
        ("/api/v1/messages", "text=a%00b&reference=r", "/api/v1/messages?text=…&reference=…"),
    ],
)
def test_paths_are_masked(path, query, expected):
    assert shown(path, query) == expected


def test_nothing_secret_reaches_valkey_or_the_logs(api, key, caplog):
    caplog.set_level("DEBUG")
    api.post("messages", {"to": "09121234567", "text": "very secret words"})
    api.get("messages", {"to": "09121234567"})
    api.post("messages", {"to": "09121234567", "text": "very secret words", "x": 1})
    rows = logged()
    stored = json.dumps([str(vars(row)) for row in rows])
    for secret in (key[1], "very secret words", "9121234567"):
        assert secret not in stored
        assert secret not in caplog.text


def test_what_cannot_be_stored_waits(api, monkeypatch):
    api.get("balance")
    api.get("lines")
    recording.flush()

    def broken(rows):
        raise RuntimeError("the table is away")

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "copy_in", broken)
        with pytest.raises(RuntimeError):
            keeping.keep()
    assert [row.path for row in logged()] == ["/api/v1/balance", "/api/v1/lines"]


def test_without_valkey_calls_are_answered_and_the_log_has_a_gap(api, settings, caplog):
    api.get("balance")
    url, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
    assert recording.flush() == 1
    settings.REDIS_URL = url
    assert "1 requests are missing" in caplog.text
    assert logged() == []


def test_it_is_kept_thirty_days(api):
    api.get("balance")
    logged()
    assert keeping.forget(now=timezone.now() + timedelta(days=29, hours=23)) == 0
    assert keeping.forget(now=timezone.now() + timedelta(days=30, hours=1), most=1) == 1
    assert not ApiRequest.objects.exists()


def test_the_list_over_the_api(api, admin, key, stranger):
    with time_machine.travel(datetime(2026, 3, 21, 6, 0, tzinfo=UTC), tick=False):
        answer = api.get("messages/1")
        api.get("balance")
        stranger.get("balance")
    (first, _second, _others) = logged()
    page = admin.get("requests", {"status": 404}).json()
    assert page == {
        "requests": [
            {
                "id": first.pk,
                "at": "2026-03-21T06:00:00.000Z",
                "key": key[0].pk,
                "method": "GET",
                "path": "/api/v1/messages/1",
                "status": 404,
                "code": "not_found",
                "meaning": "There is no such thing. Check the address and the id; ids belong to one account.",
                "duration_ms": first.duration_ms,
                "address": api.address,
                "request_id": answer["X-Request-Id"],
            }
        ],
        "next": None,
    }
    assert [row["path"] for row in admin.get("requests", {"limit": 1}).json()["requests"]] == ["/api/v1/balance"]
    assert len(admin.get("requests", {"code": "not_found", "method": "GET"}).json()["requests"]) == 1
    assert admin.get("requests", {"until": "2026-03-21T06:00:00Z"}).json()["requests"] == []
    assert len(admin.get("requests", {"key": key[0].pk}, Prefer="count").json()["requests"]) == 2
    problem(admin.get("requests", {"path": "x"}), 422, "validation_failed")
    problem(api.get("requests"), 403, "scope_missing")


def test_the_page_its_filters_and_its_workbook(api, key, account, client):
    client.force_login(make_user(account=account, language="en"))
    empty = client.get("/web-service/requests/").content.decode()
    assert "No request yet" in empty
    api.get("balance")
    refused = api.post("messages", {"to": "09121234567"})
    logged()
    page = client.get("/web-service/requests/").content.decode()
    assert "GET /api/v1/balance" in page
    assert "Some fields are wrong. Nothing was done." in page
    filtered = client.get("/web-service/requests/", {"outcome": "refused"}).content.decode()
    assert "GET /api/v1/balance" not in filtered
    by_id = client.get("/web-service/requests/", {"text": refused["X-Request-Id"]}).content.decode()
    assert "POST /api/v1/messages" in by_id
    assert "GET /api/v1/balance" not in by_id
    assert "GET /api/v1/balance" in client.get("/web-service/requests/", {"key": key[0].pk}).content.decode()
    book = client.get("/web-service/requests/export/", {"outcome": "refused"})
    rows = list(load_workbook(io.BytesIO(b"".join(book.streaming_content))).active.values)
    assert rows[1][2:6] == ("POST", "/api/v1/messages", 422, "validation_failed")
    assert len(rows) == 2


def test_the_pages_of_a_long_log_cost_the_same_queries(api, account, client, django_assert_max_num_queries):
    client.force_login(make_user(account=account))
    for _ in range(60):
        api.get("lines")
    logged()
    with django_assert_max_num_queries(12):
        assert client.get("/web-service/requests/").status_code == 200
