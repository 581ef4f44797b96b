"""The OpenAPI document: valid, complete, and kept by a live server; and the page that shows it."""

import re
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, FormatChecker

from messaging.lifecycle import News, move
from messaging.models import Status, Submission
from tests.webservice.conftest import Api
from webservice.problems import MEANINGS, Code

METHODS = {"get", "post", "put", "patch", "delete"}
UNANNOUNCED = {
    Code.FORBIDDEN,  # the framework's own, for permissions that no view here has
    Code.METHOD_NOT_ALLOWED,  # belongs to no operation
}


@pytest.fixture(scope="module")
def schema() -> dict:
    from django.utils.translation import override

    with override("en"):
        return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema: dict) -> list[tuple[str, str, dict]]:
    return [
        (path, method, operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def check(schema: dict, part: dict, value) -> None:
    """``value`` is as ``part`` of the document says."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **part, "components": schema["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)


def test_the_document_is_valid_openapi(schema):
    assert schema["openapi"] == "3.1.0"
    validate_schema(schema)


@pytest.mark.django_db
def test_it_is_served_without_a_key_in_english(client):
    client.cookies["django_language"] = "fa"
    answer = client.get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"
    examples = "سفارش شما فرستاده شد.", "نوروز مبارک", "لغو11"
    assert not re.search("[آ-ی]", re.sub("|".join(examples), "", answer.content.decode()))


def test_every_operation_is_described_with_examples(schema):
    found = operations(schema)
    assert {operation["operationId"] for _path, _method, operation in found} == {
        "send_messages",
        "list_polls",
        "add_poll",
        "get_poll",
        "delete_poll",
        "draw_winners",
        "list_messages",
        "get_message",
        "cancel_message",
        "cancel_messages",
        "make_quote",
        "create_campaign",
        "list_campaigns",
        "get_campaign",
        "add_recipients",
        "price_campaign",
        "start_campaign",
        "pause_campaign",
        "resume_campaign",
        "cancel_campaign",
        "list_bank_values",
        "list_requests",
        "get_balance",
        "list_lines",
        "get_line",
        "inquire_line",
        "list_line_requests",
        "ask_for_line",
        "get_line_request",
        "list_ledger",
        "list_invoices",
        "get_invoice",
        "buy_credit",
        "get_topup",
        "list_problems",
        "report_by_day",
        "report_by_line",
        "report_by_operator",
        "report_by_status",
        "report_by_error",
        "create_export",
        "get_export",
        "download_export",
        "list_inbox",
        "list_events",
        "list_webhooks",
        "create_webhook",
        "get_webhook",
        "change_webhook",
        "delete_webhook",
        "rotate_webhook_secret",
        "pause_webhook",
        "resume_webhook",
        "test_webhook",
        "replay_events",
        "list_webhook_attempts",
        "start_verification",
        "get_verification",
        "check_verification",
        "list_templates",
        "request_template",
        "get_template",
        "delete_template",
        "get_received",
        "mark_received",
        "mark_many_received",
        "trash_received",
        "restore_received",
        "reply_to_received",
        "list_auto_replies",
        "add_auto_reply",
        "get_auto_reply",
        "change_auto_reply",
        "delete_auto_reply",
        "test_auto_reply",
        "list_default_replies",
        "set_default_reply",
        "list_samples",
        "add_sample",
        "get_sample",
        "delete_sample",
        *(f"{verb}_{thing}" for verb in ("add", "get", "change", "delete") for thing in ("contact", "field")),
        *("list_contacts", "upsert_contacts", "list_fields", "list_groups", "add_group", "get_group", "rename_group"),
        *("delete_group", "join_group", "leave_group"),
        *("list_opt_outs", "add_opt_outs", "get_opt_out", "delete_opt_out"),
    }
    for _path, _method, operation in found:
        assert operation["summary"]
        assert operation["description"]
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        for body in [*bodies, *operation["responses"].values()]:
            for content in body["content"].values():
                assert is_file(content) or content["examples"]


def is_file(content: dict) -> bool:
    return content["schema"].get("format") == "binary"


def test_every_example_is_as_the_document_says(schema):
    checked = 0
    for _path, _method, operation in operations(schema):
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        for body in [*bodies, *operation["responses"].values()]:
            for content in body["content"].values():
                for example in content.get("examples", {}).values():
                    check(schema, content["schema"], example["value"])
                    checked += 1
    assert checked > 50


def test_every_code_is_announced_under_its_status(schema):
    announced = set()
    for _path, _method, operation in operations(schema):
        for status, response in operation["responses"].items():
            for code in re.findall(r"`(\w+)`", response["description"]):
                if "application/problem+json" in response["content"]:
                    assert MEANINGS[Code(code)].status == int(status)
                    announced.add(Code(code))
    assert announced == set(Code) - UNANNOUNCED


def test_only_the_catalogue_is_open(schema):
    assert schema["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    open_operations = [op["operationId"] for _path, _method, op in operations(schema) if not op.get("security")]
    assert open_operations == ["list_problems"]


class LiveApi:
    """Requests over a socket, each answer checked against the document."""

    def __init__(self, url: str, secret: str, schema: dict):
        headers = {"Authorization": f"Bearer {secret}", "Connection": "close"}
        self.client = httpx.Client(base_url=f"{url}/api/v1", headers=headers)
        self.schema = schema
        self.seen: set[tuple[str, int]] = set()

    def call(self, method: str, path: str, template: str = "", **options) -> httpx.Response:
        answer = self.client.request(method, path, **options)
        operation = self.schema["paths"][f"/api/v1{template or path}"][method.lower()]
        described = operation["responses"][str(answer.status_code)]
        content = described["content"][answer.headers["Content-Type"].partition(";")[0]]
        check(self.schema, content["schema"], answer.json())
        for name in described.get("headers", {}):
            assert name in answer.headers
        if answer.status_code >= 400:
            assert f"`{answer.json()['code']}`" in described["description"]
        self.seen.add((operation["operationId"], answer.status_code))
        return answer


@pytest.mark.django_db(transaction=True)
def test_a_live_server_answers_as_the_document_says(live_server, api: Api, account, schema):
    live = LiveApi(live_server.url, api.secret, schema)
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    asked = {"to": ["09120000001", "x", "09120000001"], "text": "سلام", "send_at": later, "validity": 5, "tags": ["a"]}
    sent = live.call("POST", "/messages", json=asked, headers={"Idempotency-Key": "k"}).json()
    live.call("POST", "/messages", json=asked, headers={"Idempotency-Key": "k"})
    live.call("POST", "/messages", json={"to": "09120000001", "text": "a"}, headers={"Idempotency-Key": "k"})
    message_id = sent["messages"][0]["id"]
    live.call("GET", f"/messages/{message_id}", "/messages/{message_id}")
    Submission.objects.create(
        message_id=message_id, part=1, attempt=0, gateway_id=1, bind_number=1, command_status=0, smsc_id="A",
        answered_at=timezone.now(),
    )  # fmt: skip
    move([News(message_id, Status.UNDELIVERED, timezone.now(), "receipt:027")])
    live.call("GET", f"/messages/{message_id}", "/messages/{message_id}")
    live.call("GET", "/messages/1", "/messages/{message_id}")
    live.call("POST", f"/messages/{message_id}/cancel", "/messages/{message_id}/cancel", json={})
    waiting = live.call("POST", "/messages", json=asked).json()["messages"][0]["id"]
    live.call("POST", f"/messages/{waiting}/cancel", "/messages/{message_id}/cancel", json={})
    live.call("POST", "/messages/1/cancel", "/messages/{message_id}/cancel", json={})
    live.call("POST", "/messages/cancel", json={"ids": [waiting, message_id, 1]})
    live.call("POST", "/messages/cancel", json={"ids": []})
    live.call("GET", "/messages", params={"limit": 1}, headers={"Prefer": "count"})
    live.call("GET", "/messages", params={"limit": 1000})
    quote = live.call("POST", "/quotes", json={"to": "09120000001", "text": "a"}).json()["quote"]
    live.call("POST", "/messages", json={"quote": quote})
    live.call("POST", "/messages", json={"quote": quote})
    live.call("POST", "/messages", json={"to": [f"0912{n:07}" for n in range(100)], "text": "Hello"})
    live.call("POST", "/messages", json={"to": "x", "text": "Hello"})
    live.call("POST", "/quotes", json={"text": 5})
    live.call("POST", "/messages", content=b"{", headers={"Content-Type": "application/json"})
    live.call("POST", "/messages", content=b"{", headers={"Content-Type": "text/plain"})
    live.call("POST", "/messages", content=iter([b"{}"]), headers={"Content-Type": "application/json"})
    live.call("GET", "/balance")
    live.call("GET", "/balance", headers={"Accept": "text/csv"})
    live.call("GET", "/balance", headers={"Authorization": "Bearer x"})
    live.call("GET", "/lines")
    live.call("GET", "/problems")
    campaign = live.call("POST", "/campaigns", json={"text": "Hello"}).json()["id"]
    of, one = f"/campaigns/{campaign}", "/campaigns/{campaign_id}"
    chunk = {"chunk": 1, "recipients": ["09120000001", "x"]}
    live.call("POST", f"{of}/recipients", f"{one}/recipients", json=chunk)
    live.call("POST", f"{of}/recipients", f"{one}/recipients", json=chunk | {"recipients": ["y"]})
    live.call("POST", f"{of}/recipients", f"{one}/recipients", files={"file": ("a.txt", b"09120000001")})
    live.call("POST", f"{of}/pause", f"{one}/pause", json={})
    live.call("POST", f"{of}/quote", f"{one}/quote", json={})
    live.call("POST", f"{of}/start", f"{one}/start", json={})
    for step in ("pause", "resume", "cancel"):
        live.call("POST", f"{of}/{step}", f"{one}/{step}", json={})
    live.call("GET", of, one)
    live.call("GET", "/campaigns", headers={"Prefer": "count"})
    live.call("GET", "/bank/guilds", "/bank/{field}")
    assert {status for _operation, status in live.seen} == {200, 201, 400, 401, 402, 404, 406, 409, 411, 415, 422}


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_the_page_shows_it_and_sends_a_try_from_there(live_server, api: Api, chromium: str, monkeypatch):
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright's loop runs in this thread, our queries do not
    complaints, outside = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: _is_ours(request.url, live_server.url) or outside.append(request.url))
        page.goto(f"{live_server.url}/api/v1/docs/")
        page.locator(".auth-wrapper button.authorize").first.click()
        page.locator(".auth-container input").fill(api.secret)
        page.locator(".auth-btn-wrapper button[type=submit]").click()
        page.locator(".auth-btn-wrapper .btn-done").click()
        page.locator("#operations-Account-get_balance .opblock-summary").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        answer = page.locator("#operations-Account-get_balance .live-responses-table .response .microlight").first
        answer.wait_for()
        assert '"balance": 10000' in answer.inner_text()
        browser.close()
    assert (complaints, outside) == ([], [])


def _is_ours(url: str, server: str) -> bool:
    return url.startswith((server, "data:", "blob:"))
