"""GET /messages, /messages/{id}, /balance, /lines (W2, W9)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from billing.models import Wallet
from messaging.lifecycle import News, move
from messaging.models import Message, Receipt, Status, Submission
from numbers.models import Line
from tests.factories import make_account, make_line
from tests.webservice.conftest import LATIN, PERSIAN, problem

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def send(api, *numbers: str, **fields) -> list[int]:
    """Ids of the messages sent."""
    answer = api.post("messages", {"to": list(numbers), "text": "Hello", **fields})
    assert answer.status_code == 201, answer.json()
    return [row["id"] for row in answer.json()["messages"]]


def submitted(message_id: int, *, part: int = 1, smsc_id: str = "A1", status: int = 0) -> None:
    Submission.objects.create(
        message_id=message_id,
        part=part,
        attempt=0,
        gateway_id=1,
        bind_number=1,
        command_status=status,
        smsc_id=smsc_id,
        answered_at=NOW + timedelta(seconds=part),
    )


def test_the_balance(api, account):
    Wallet.objects.filter(account=account).update(credit_limit=500)
    assert api.get("balance").json() == {"balance": 10_000, "credit_limit": 500, "currency": "IRR"}


def test_the_balance_of_an_account_that_never_had_money(api, account):
    from webservice.services import create_key

    api.secret = create_key(account=make_account(), name="k", scopes=["read"])[1]
    assert api.get("balance").json()["balance"] == 0


def test_the_lines(api, account, line, stranger):
    make_line(account, state=Line.State.SUSPENDED)
    shared = make_line(None, kind=Line.Kind.SHARED_SERVICE)
    assert api.get("lines").json() == {
        "lines": [{"number": line.number, "kind": "service"}, {"number": shared.number, "kind": "shared"}]
    }


def test_a_message_as_it_was_sent(api, line):
    (message_id,) = send(api, "09121234567", reference="r", tags=["t"])
    message = Message.objects.get()
    assert api.get(f"messages/{message_id}").json() == {
        "id": message_id,
        "campaign": message.campaign_id,
        "test": False,
        "to": "+989121234567",
        "line": line.number,
        "class": "transactional",
        "state": "queued",
        "error": None,
        "parts": 1,
        "encoding": "gsm7",
        "price": LATIN,
        "returned": 0,
        "currency": "IRR",
        "operator": "mci",
        "reference": "r",
        "tags": ["t"],
        "send_at": None,
        "created_at": "2026-03-21T06:00:00.000Z",
        "submitted_at": None,
        "final_at": None,
        "text": "Hello",
        "validity": None,
        "timeline": [{"state": "queued", "at": "2026-03-21T06:00:00.000Z"}],
        "submissions": [],
    }


def test_a_delivered_message(api):
    (message_id,) = send(api, "09121234567")
    submitted(message_id)
    move([News(message_id, Status.SUBMITTED, NOW + timedelta(seconds=1))])
    move([News(message_id, Status.DELIVERED, NOW + timedelta(seconds=3))])
    body = api.get(f"messages/{message_id}").json()
    assert (body["state"], body["error"]) == ("delivered", None)
    assert body["timeline"] == [
        {"state": "queued", "at": "2026-03-21T06:00:00.000Z"},
        {"state": "submitted", "at": "2026-03-21T06:00:01.000Z"},
        {"state": "delivered", "at": "2026-03-21T06:00:03.000Z"},
    ]
    assert body["submissions"] == [
        {
            "part": 1,
            "attempt": 0,
            "is_accepted": True,
            "command_status": 0,
            "operator_message_id": "A1",
            "answered_at": "2026-03-21T06:00:01.000Z",
            "receipt": {"state": "delivered", "error": None, "received_at": "2026-03-21T06:00:03.000Z"},
        }
    ]


def test_a_message_that_the_operator_refused(api):
    (message_id,) = send(api, "09121234567")
    submitted(message_id, smsc_id="", status=0x0B)
    move([News(message_id, Status.REJECTED, NOW + timedelta(seconds=1), "smpp:11")])
    body = api.get(f"messages/{message_id}").json()
    assert (body["state"], body["price"], body["returned"]) == ("rejected", LATIN, LATIN)
    assert body["error"] == {
        "code": "smpp:11",
        "detail": "The operator says the recipient's number is wrong; correct the number.",
    }
    assert body["submissions"][0]["is_accepted"] is False
    assert body["submissions"][0]["receipt"] is None
    persian = api.get(f"messages/{message_id}", Accept_Language="fa-IR,fa;q=0.9").json()
    assert persian["error"]["detail"] == "اپراتور شمارهٔ گیرنده را نادرست می‌داند؛ شماره را اصلاح کنید."


def test_each_part_has_its_own_receipt(api):
    (message_id,) = send(api, "09121234567", text="سلام " * 20)
    submitted(message_id, part=1, smsc_id="A1")
    submitted(message_id, part=2, smsc_id="A2")
    for part, (smsc_id, smpp_state) in enumerate([("A1", 2), ("A2", 5)], 1):
        Receipt.objects.create(
            gateway_id=1, smsc_id=smsc_id, state=smpp_state, error="027" if part == 2 else "", message_id=message_id,
            part=part, parts=2, received_at=NOW,
        )  # fmt: skip
    body = api.get(f"messages/{message_id}").json()
    assert (body["parts"], body["price"]) == (2, 2 * PERSIAN)
    assert [(row["part"], row["receipt"]["state"], row["receipt"]["error"]) for row in body["submissions"]] == [
        (1, "delivered", None),
        (2, "undelivered", "027"),
    ]


def test_messages_of_others_do_not_exist(api, stranger):
    (message_id,) = send(stranger, "09121234567")
    problem(api.get(f"messages/{message_id}"), 404, "not_found")
    assert api.get("messages").json() == {"messages": [], "next": None}
    assert [row["id"] for row in stranger.get("messages").json()["messages"]] == [message_id]


@pytest.mark.parametrize("message_id", ["0", "999999999", "9" * 40, "-1", "abc", "1/"])
def test_ids_of_nothing(api, message_id):
    problem(api.get(f"messages/{message_id}"), 404, "not_found")


class TestList:
    def ids(self, api, **query) -> list[int]:
        answer = api.get("messages", query)
        assert answer.status_code == 200, answer.json()
        return [row["id"] for row in answer.json()["messages"]]

    def test_pages_by_cursor_meet_every_message_once(self, api):
        sent = send(api, *(f"0912{n:07}" for n in range(25)))
        seen, cursor = [], {}
        for size in (10, 10, 5):
            page = api.get("messages", {"limit": 10} | cursor).json()
            assert len(page["messages"]) == size
            seen += [row["id"] for row in page["messages"]]
            cursor = {"cursor": page["next"]}
        assert page["next"] is None
        assert seen == sorted(sent, reverse=True)

    def test_messages_sent_between_two_pages_do_not_shift_them(self, api):
        first = send(api, *(f"0912{n:07}" for n in range(4)))
        page = api.get("messages", {"limit": 2}).json()
        send(api, "09129999999")
        assert self.ids(api, limit=2, cursor=page["next"]) == sorted(first, reverse=True)[2:]

    def test_the_count_on_wish(self, api):
        send(api, *(f"0912{n:07}" for n in range(5)))
        answer = api.get("messages", {"limit": 2}, Prefer="count")
        assert answer.json()["count"] == 5
        assert answer["Preference-Applied"] == "count"
        assert "count" not in api.get("messages", {"limit": 2}).json()

    def test_filters(self, api, clock):
        one, two = send(api, "09120000001", "09120000002", reference="a")
        clock.shift(60)
        (three,) = send(api, "09120000001", reference="b")
        move([News(one, Status.SUBMITTED, NOW)])
        assert self.ids(api) == [three, two, one]
        assert self.ids(api, state="submitted") == [one]
        assert self.ids(api, state="queued") == [three, two]
        assert self.ids(api, to="+98 912 000 0001") == [three, one]
        assert self.ids(api, reference="a") == [two, one]
        assert self.ids(api, reference="none") == []
        assert self.ids(api, campaign=Message.objects.get(pk=three).campaign_id) == [three]
        assert self.ids(api, campaign=987654) == []
        assert self.ids(api, **{"from": "2026-03-21T06:00:30Z"}) == [three]
        assert self.ids(api, until="2026-03-21T09:30:30+03:30") == [two, one]
        assert self.ids(api, to="09120000001", reference="a", state="submitted") == [one]

    def test_the_campaign_of_another_account_shows_nothing(self, api, stranger):
        (message_id,) = send(stranger, "09121234567")
        assert self.ids(api, campaign=Message.objects.get(pk=message_id).campaign_id) == []

    @pytest.mark.parametrize(
        ("query", "field", "code"),
        [
            ({"state": "gone"}, "state", "not_a_choice"),
            ({"to": "abc"}, "to", "invalid"),
            ({"from": "yesterday"}, "from", "invalid"),
            ({"campaign": "x"}, "campaign", "invalid"),
            ({"campaign": "9" * 30}, "campaign", "too_large"),
            ({"limit": "0"}, "limit", "too_small"),
            ({"limit": "201"}, "limit", "too_large"),
            ({"cursor": "!!"}, "cursor", "invalid"),
            ({"cursor": "YWJj"}, "cursor", "invalid"),
            ({"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}, "cursor", "invalid"),
            ({"reference": "\x00"}, "reference", "invalid"),
            ({"page": "2"}, "page", "unknown_field"),
            ({"state": ["queued", "sent"]}, "state", "conflict"),
        ],
    )
    def test_a_wrong_parameter_is_named(self, api, query, field, code):
        document = problem(api.get("messages", query), 422, "validation_failed")
        assert [(error["field"], error["code"]) for error in document["errors"]] == [(field, code)]
