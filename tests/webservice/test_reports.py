"""Reports and files over the web service (W5, 8.3)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from common.jalali import in_tehran
from messaging.lifecycle import News, move
from messaging.models import Campaign, Message, Status
from reports.exporting import run
from reports.models import Export
from tests.factories import make_account
from tests.webservice.conftest import Api, problem
from webservice.services import create_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(api, gateway, account, line):
    body = {"to": ["09121234567", "09351234567", "09121234568"], "text": "hi", "line": line.number}
    assert api.post("messages", body).status_code == 201
    ids = list(Message.objects.order_by("id").values_list("pk", flat=True))
    now = timezone.now()
    move([News(ids[0], Status.DELIVERED, now), News(ids[1], Status.UNDELIVERED, now, "receipt:027")])
    return in_tehran(now).date().isoformat()


def rows(api, report, query=None):
    answer = api.get(f"reports/{report}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()["rows"]


def test_every_breakdown_sums_to_the_same(api, sent, line):
    [day] = rows(api, "daily")
    assert (day["day"], day["messages"], day["delivered"], day["undelivered"], day["waiting"]) == (sent, 3, 1, 1, 1)
    [of_line] = rows(api, "lines")
    assert of_line["line"] == line.number
    for report in ("lines", "operators", "statuses"):
        for name in ("messages", "parts", "price", "returned"):
            assert sum(row[name] for row in rows(api, report)) == day[name]
    assert {row["state"]: row["messages"] for row in rows(api, "statuses")}["delivered"] == 1
    [error] = rows(api, "errors")
    assert (error["code"], error["messages"]) == ("receipt:027", 1)
    assert len(error["detail"]) > 20
    assert [row["operator"] for row in rows(api, "operators", {"operator": "irancell"})] == ["irancell"]


def test_the_period_is_what_was_asked_for(api, sent):
    answer = api.get("reports/daily", {"from": "2026-01-01", "to": "2026-01-31"}).json()
    assert (answer["from"], answer["to"], answer["rows"], answer["currency"]) == ("2026-01-01", "2026-01-31", [], "IRR")
    assert answer["as_of"].endswith("Z")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-02-01", "to": "2026-01-01"}, "to"),
        ({"from": "2020-02-01", "to": "2026-01-01"}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"to": "0001-01-01"}, "to"),
        ({"from": "9999-12-31"}, "from"),
        ({"line": "999"}, "line"),
        ({"operator": "nobody"}, "operator"),
        ({"since": "2026-01-01"}, "since"),
    ],
)
def test_what_cannot_be_reported(api, query, field):
    refused = problem(api.get("reports/daily", query), 422, "validation_failed")
    assert field in {error["field"] for error in refused["errors"]}


def test_a_test_key_gets_no_figures(api, sent, account):
    tester = Api(create_key(account=account, name="test", scopes=["read"], is_test=True)[1])
    assert rows(tester, "daily") == []


def test_a_file_is_asked_for_made_and_downloaded(api, sent, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    body = {"list": "sent", "format": "csv", "state": "delivered"}
    made = api.post("exports", body, idempotency_key="e1")
    assert made.status_code == 201
    assert api.post("exports", body, idempotency_key="e1").json() == made.json()
    one = made.json()["id"]
    assert (made.json()["state"], made.json()["file"]) == ("waiting", None)
    problem(api.get(f"exports/{one}/file"), 409, "wrong_state")
    run(one, now=timezone.now())
    ready = api.get(f"exports/{one}").json()
    assert (ready["state"], ready["rows"], ready["rows_expected"]) == ("ready", 1, 1)
    assert ready["file"] == f"http://testserver/api/v1/exports/{one}/file"
    file = api.get(f"exports/{one}/file", Accept="application/octet-stream")
    assert b"09121234567" in b"".join(file.streaming_content)


def test_files_are_the_accounts_own(api, sent, gateway):
    one = api.post("exports", {"list": "sent"}).json()["id"]
    stranger = Api(create_key(account=make_account(), name="other", scopes=["read"])[1])
    problem(stranger.get(f"exports/{one}"), 404, "not_found")
    problem(stranger.get(f"exports/{one}/file"), 404, "not_found")


def test_tests_and_live_messages_are_apart(api, sent, account, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    tester = Api(create_key(account=account, name="test", scopes=["read"], is_test=True)[1])
    one = tester.post("exports", {"list": "sent"}).json()["id"]
    assert run(one, now=timezone.now()).rows == 0
    problem(api.get(f"exports/{one}"), 404, "not_found")
    Campaign.objects.update(is_test=True)
    two = api.post("exports", {"list": "sent", "format": "xlsx"}).json()["id"]
    assert run(two, now=timezone.now()).rows == 0
    problem(tester.post("exports", {"list": "ledger"}), 403, "forbidden")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "list"),
        ({"list": "contacts"}, "list"),
        ({"list": "sent", "format": "pdf"}, "format"),
        ({"list": "ledger", "state": "delivered"}, "state"),
        ({"list": "received", "to": "0912"}, "to"),
        ({"list": "sent", "line": "999"}, "line"),
        ({"list": "sent", "from": "2026-01-01"}, "from"),
        ({"list": "sent", "colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_made(api, body, field):
    refused = problem(api.post("exports", body), 422, "validation_failed")
    assert field in {error["field"] for error in refused["errors"]}
    assert not Export.objects.exists()


def test_the_eleventh_waits_outside(api, sent):
    for place in range(10):
        assert api.post("exports", {"list": "sent", "text": str(place)}).status_code == 201
    problem(api.post("exports", {"list": "sent", "text": "more"}), 409, "wrong_state")
    assert Export.objects.filter(created_at__gte=timezone.now() - timedelta(minutes=5)).count() == 10
