"""GET /inbox and what is done with received messages (W5)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from billing.selectors import balance
from messaging.models import Campaign, InboundMessage, Message
from tests.factories import make_account, make_line, make_received
from tests.webservice.conftest import PERSIAN, Api, problem
from webservice.services import create_key

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)
STAMP = "2026-03-21T06:00:00.000Z"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def api(account, line) -> Api:
    return Api(create_key(account=account, name="shop", scopes=["send", "read", "inbox"])[1])


@pytest.fixture
def received(account, line) -> InboundMessage:
    return make_received(account, line, "سلام", received_at=NOW - timedelta(minutes=1))


def ids(api: Api, **query) -> list[int]:
    answer = api.get("inbox", query)
    assert answer.status_code == 200, answer.json()
    return [row["id"] for row in answer.json()["messages"]]


def test_a_received_message(api, line, received):
    row = {
        "id": received.pk,
        "sender": "+989125550000",
        "line": line.number,
        "text": "سلام",
        "missing_parts": 0,
        "received_at": "2026-03-21T05:59:00.000Z",
        "read_at": None,
        "deleted_at": None,
    }
    assert api.get("inbox").json() == {"messages": [row], "next": None}
    assert api.get(f"inbox/{received.pk}").json() == row
    received.refresh_from_db()
    assert received.read_at is None


def test_the_inbox_by_pages_with_a_count(api, account, line):
    made = [make_received(account, line, str(n)).pk for n in range(5)]
    first = api.get("inbox", {"limit": 2}, Prefer="count").json()
    assert ([row["id"] for row in first["messages"]], first["count"]) == ([made[4], made[3]], 5)
    assert ids(api, limit=2, cursor=first["next"]) == [made[2], made[1]]
    problem(api.get("inbox", {"cursor": "x!"}), 422, "validation_failed")


def test_the_inbox_is_narrowed(api, account, line, received):
    other = make_received(
        account, make_line(account), "كيك", msisdn=989351234567, sender="989351234567", read_at=NOW, received_at=NOW
    )
    gone = make_received(account, line, deleted_at=NOW)
    assert ids(api, sender="0935") == [other.pk]
    assert ids(api, text="کیک") == [other.pk]
    assert ids(api, line=line.number) == [received.pk]
    assert ids(api, unread="true") == [received.pk]
    assert ids(api, unread="false") == [other.pk]
    assert ids(api, deleted="true") == [gone.pk]
    assert ids(api, **{"from": "2026-03-21T09:30:00+03:30"}) == [other.pk]
    assert ids(api, until="2026-03-21T06:00:00Z") == [received.pk]
    assert problem(api.get("inbox", {"line": "999"}), 422, "validation_failed")["errors"][0]["field"] == "line"


def test_marking_one_and_many(api, account, line, received):
    other = make_received(account, line)
    marked = api.send("PATCH", f"inbox/{received.pk}", {"is_read": True})
    assert (marked.status_code, marked.json()["read_at"]) == (200, STAMP)
    assert api.post("inbox/read", {"ids": [received.pk, other.pk, 10**9]}).json() == {"changed": 1}
    assert ids(api, unread="true") == []
    assert api.post("inbox/read", {"ids": [other.pk], "is_read": False}).json() == {"changed": 1}
    assert ids(api, unread="true") == [other.pk]
    for body in ({"is_read": 1}, {}, {"is_read": True, "x": 1}):
        problem(api.send("PATCH", f"inbox/{received.pk}", body), 422, "validation_failed")


def test_into_the_trash_and_back(api, received):
    assert api.send("DELETE", f"inbox/{received.pk}", idempotency_key="k").json()["deleted_at"] == STAMP
    assert api.send("DELETE", f"inbox/{received.pk}", idempotency_key="k")["Idempotent-Replayed"] == "true"
    assert (ids(api), ids(api, deleted="true")) == ([], [received.pk])
    assert api.post(f"inbox/{received.pk}/restore", {}).json()["deleted_at"] is None
    assert ids(api) == [received.pk]


def test_an_answer_is_sent_charged_and_done_once(api, account, line, received):
    for _ in range(2):
        answer = api.post(f"inbox/{received.pk}/reply", {"text": "درود"}, idempotency_key="k")
        assert answer.status_code == 201
    body = answer.json()
    assert (body["to"], body["line"], body["text"], body["price"]) == ("+989125550000", line.number, "درود", PERSIAN)
    assert (Message.objects.count(), balance(account)) == (1, 10_000 - PERSIAN)
    assert Campaign.objects.get().kind == "reply"
    assert api.get(f"messages/{body['id']}").json()["id"] == body["id"]
    assert ids(api, unread="true") == []


@pytest.mark.parametrize("why", ["poor", "trash", "nobody", "no text"])
def test_a_refused_answer_sends_nothing(api, account, received, why):
    if why == "trash":
        InboundMessage.objects.update(deleted_at=NOW)
    if why == "nobody":
        InboundMessage.objects.update(msisdn=None, sender="BANK")
    text = "م" * 1300 if why == "poor" else " " if why == "no text" else "درود"
    if why == "poor":
        from billing.models import Wallet

        Wallet.objects.update(balance=5)
    answer = api.post(f"inbox/{received.pk}/reply", {"text": text})
    expected = {"poor": (402, "insufficient_credit"), "trash": (404, "not_found")}
    problem(answer, *expected.get(why, (422, "send_refused")))
    assert not Message.objects.exists()
    received.refresh_from_db()
    assert received.read_at is None


def test_what_is_others_is_not_there(api, line):
    theirs = make_received(make_account(), line)
    problem(api.get(f"inbox/{theirs.pk}"), 404, "not_found")
    problem(api.send("PATCH", f"inbox/{theirs.pk}", {"is_read": True}), 404, "not_found")
    problem(api.send("DELETE", f"inbox/{theirs.pk}"), 404, "not_found")
    problem(api.post(f"inbox/{theirs.pk}/restore", {}), 404, "not_found")
    problem(api.post(f"inbox/{theirs.pk}/reply", {"text": "x"}), 404, "not_found")
    assert api.post("inbox/read", {"ids": [theirs.pk]}).json() == {"changed": 0}
    assert ids(api) == []


def test_scopes(account, line, received):
    reader = Api(create_key(account=account, name="r", scopes=["send", "read"])[1])
    assert problem(reader.get("inbox"), 403, "scope_missing")["scope"] == "inbox"
    box = Api(create_key(account=account, name="i", scopes=["inbox"])[1])
    assert problem(box.post(f"inbox/{received.pk}/reply", {"text": "x"}), 403, "scope_missing")["scope"] == "send"
