"""POST /messages and POST /quotes (W2, W3)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from billing.models import LedgerEntry
from billing.selectors import balance
from credit.services import check_ledger
from messaging.models import Campaign, Chunk, Message, MessageClass, Status
from numbers.models import Line
from phonebook.models import BlockedNumber, OptOut
from tests.factories import change_prices, make_line, make_prices
from tests.webservice.conftest import LATIN, PERSIAN, problem
from webservice.tasks import discard_expired_quotes

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)


def test_one_message_is_stored_paid_and_queued(api, account, line):
    answer = api.post("messages", {"to": "09121234567", "text": "Hello"})
    assert answer.status_code == 201
    body = answer.json()
    message, campaign = Message.objects.get(), Campaign.objects.get()
    assert body == {
        "campaign": campaign.pk,
        "test": False,
        "state": "queued",
        "line": line.number,
        "class": "transactional",
        "send_at": None,
        "validity": None,
        "reference": "",
        "tags": [],
        "recipients": 1,
        "parts": 1,
        "price": LATIN,
        "currency": "IRR",
        "balance": 10_000 - LATIN,
        "messages": [
            {
                "id": message.pk,
                "to": "+989121234567",
                "state": "queued",
                "skipped": None,
                "parts": 1,
                "price": LATIN,
                "operator": "mci",
                "encoding": "gsm7",
            }
        ],
    }
    assert (message.msisdn, message.status, message.price) == (989121234567, Status.QUEUED, LATIN)
    assert (campaign.kind, campaign.message_class) == (Campaign.Kind.API, MessageClass.TRANSACTIONAL)
    assert Chunk.objects.get().state == Chunk.State.READY
    assert balance(account) == 10_000 - LATIN
    assert check_ledger() == []


def test_every_recipient_has_its_row_in_the_order_asked_for(api, account, line):
    OptOut.objects.create(account=account, line=line, msisdn=989120000002)
    asked = ["09120000001", "nonsense", "+98 935 000 0003", "۰۹۱۲۰۰۰۰۰۰۱", "09120000002"]
    body = api.post("messages", {"to": asked, "text": "سلام"}).json()
    assert [(row["to"], row["state"], row["skipped"], row["price"]) for row in body["messages"]] == [
        ("+989120000001", "queued", None, PERSIAN),
        ("nonsense", None, "invalid", 0),
        ("+989350000003", "queued", None, PERSIAN),
        ("+989120000001", None, "duplicate", 0),
        ("+989120000002", "blocked", "opted_out", 0),
    ]
    assert [row["operator"] for row in body["messages"]] == ["mci", None, "irancell", None, "mci"]
    assert (body["recipients"], body["parts"], body["price"]) == (2, 2, 2 * PERSIAN)
    assert balance(account) == body["balance"] == 10_000 - 2 * PERSIAN


def test_a_text_for_each_recipient(api, account):
    texts = ["سلام سارا", "Hi Ali", "سلام " * 20]
    body = api.post("messages", {"to": ["09120000001", "09120000002", "09120000003"], "text": texts}).json()
    assert [(row["encoding"], row["parts"], row["price"]) for row in body["messages"]] == [
        ("ucs2", 1, PERSIAN),
        ("gsm7", 1, LATIN),
        ("ucs2", 2, 2 * PERSIAN),
    ]
    assert list(Message.objects.order_by("msisdn").values_list("text", flat=True)) == texts
    assert balance(account) == 10_000 - 3 * PERSIAN - LATIN


def test_the_same_number_may_get_two_texts_but_not_one_twice(api):
    asked = {"to": ["09120000001"] * 3, "text": ["one", "two", "one"]}
    rows = api.post("messages", asked).json()["messages"]
    assert [row["skipped"] for row in rows] == [None, None, "duplicate"]
    assert Message.objects.count() == 2


def test_everything_that_can_be_said_is_kept(api, account, line):
    other = make_line(account, kind=Line.Kind.SERVICE)
    with time_machine.travel(NOW, tick=False):
        body = api.post(
            "messages",
            {
                "to": "09121234567",
                "text": "Code 123",
                "line": f"+98{other.number}",
                "class": "otp",
                "send_at": "2026-03-21T10:00:00+03:30",
                "validity": 5,
                "reference": "order-7",
                "tags": ["otp", "shop"],
            },
        ).json()
    assert body["send_at"] == "2026-03-21T06:30:00.000Z"
    assert (body["state"], body["messages"][0]["state"]) == ("scheduled", "scheduled")
    assert (body["line"], body["class"], body["validity"]) == (other.number, "otp", 5)
    campaign = Campaign.objects.get()
    assert (campaign.send_at, campaign.validity_minutes) == (NOW + timedelta(minutes=30), 5)
    assert (campaign.reference, campaign.tags, campaign.message_class) == ("order-7", ["otp", "shop"], MessageClass.OTP)
    assert Chunk.objects.get().state == Chunk.State.HELD


def test_ten_thousand_recipients_are_answered_at_once(api, account):
    from billing.services import top_up

    top_up(account=account, amount=10_000_000, reference="more", reason="top_up")
    body = api.post("messages", {"to": [f"0912{n:07}" for n in range(10_000)], "text": "Hello"}).json()
    assert body["recipients"] == len({row["id"] for row in body["messages"]}) == 10_000
    assert body["price"] == 10_000 * LATIN
    assert Message.objects.count() == 10_000


def test_not_enough_credit_sends_nothing_to_anybody(api, account, unchanged):
    document = problem(
        api.post("messages", {"to": [f"0912{n:07}" for n in range(100)], "text": "Hello"}), 402, "insufficient_credit"
    )
    assert (document["needed"], document["balance"]) == (100 * LATIN, 10_000)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"to": []}, "to", "empty"),
        ({"to": 9121234567}, "to", "wrong_type"),
        ({"to": [9121234567]}, "to", "wrong_type"),
        ({"to": None}, "to", "wrong_type"),
        ({"to": ["0912"] * 10_001}, "to", "too_long"),
        ({"to": ["09121234567", "9" * 65]}, "to[1]", "too_long"),
        ({"text": ""}, "text", "empty"),
        ({"text": "   "}, "text", "empty"),
        ({"text": 5}, "text", "wrong_type"),
        ({"text": "س" * 67 * 21}, "text", "too_long"),
        ({"text": "س" * 50_000}, "text", "too_long"),
        ({"text": ["a", "b"]}, "text", "conflict"),
        ({"text": "a\x00b"}, "text", "invalid"),
        ({"line": "99999"}, "line", "not_found"),
        ({"line": 3000}, "line", "wrong_type"),
        ({"class": "express"}, "class", "not_a_choice"),
        ({"send_at": "2026-03-21T10:00:00"}, "send_at", "invalid"),
        ({"send_at": "tomorrow"}, "send_at", "invalid"),
        ({"send_at": "0001-01-01T00:00:00+14:00"}, "send_at", "invalid"),
        ({"send_at": "2026-03-21T25:00:00Z"}, "send_at", "invalid"),
        ({"send_at": 5}, "send_at", "invalid"),
        ({"validity": 0}, "validity", "too_small"),
        ({"validity": 10081}, "validity", "too_large"),
        ({"validity": "5"}, "validity", "wrong_type"),
        ({"validity": True}, "validity", "wrong_type"),
        ({"reference": "r" * 121}, "reference", "too_long"),
        ({"tags": "shop"}, "tags", "wrong_type"),
        ({"tags": ["t" * 41]}, "tags[0]", "too_long"),
        ({"tags": [str(n) for n in range(11)]}, "tags", "too_long"),
        ({"txt": "Hello"}, "txt", "unknown_field"),
        ({"message_class": "otp"}, "message_class", "unknown_field"),
        ({"quote": 1}, "to", "unknown_field"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_sent(api, unchanged, change, field, code):
    document = problem(api.post("messages", {"to": "09121234567", "text": "Hello"} | change), 422, "validation_failed")
    assert (field, code) in {(error["field"], error["code"]) for error in document["errors"]}
    assert all(error["detail"] for error in document["errors"])


def test_missing_fields_and_unknown_ones_are_told_together(api, unchanged):
    document = problem(api.post("messages", {"txt": "Hello"}), 422, "validation_failed")
    assert {(error["field"], error["code"]) for error in document["errors"]} == {
        ("to", "required"),
        ("text", "required"),
        ("txt", "unknown_field"),
    }


def test_a_time_in_the_past_is_refused_in_the_words_of_the_service(api, unchanged):
    with time_machine.travel(NOW, tick=False):
        answer = api.post("messages", {"to": "09121234567", "text": "Hello", "send_at": "2026-03-21T05:59:00Z"})
    document = problem(answer, 422, "send_refused")
    assert [(error["field"], error["code"]) for error in document["errors"]] == [("send_at", "send_at_past")]


def test_nobody_left_to_send_to(api, account, line, unchanged):
    document = problem(api.post("messages", {"to": ["abc", "123"], "text": "Hello"}), 422, "nothing_to_send")
    assert [(row["to"], row["skipped"]) for row in document["messages"]] == [("abc", "invalid"), ("123", "invalid")]


def test_everybody_opted_out(api, account, line):
    OptOut.objects.create(account=account, msisdn=989120000001)
    document = problem(api.post("messages", {"to": "09120000001", "text": "Hello"}), 422, "nothing_to_send")
    assert [(row["id"], row["skipped"]) for row in document["messages"]] == [(None, "opted_out")]
    assert (Campaign.objects.count(), Message.objects.count(), balance(account)) == (0, 0, 10_000)


def test_the_operators_block_list_counts_on_advertising_lines(api, account, line):
    BlockedNumber.objects.create(msisdn=989120000001)
    advertising = make_line(account)
    asked = {"to": ["09120000001", "09120000002"], "text": "Hello"}
    assert [row["skipped"] for row in api.post("quotes", asked | {"line": advertising.number}).json()["messages"]] == [
        "blocked",
        None,
    ]
    assert [row["skipped"] for row in api.post("quotes", asked | {"line": line.number}).json()["messages"]] == [
        None,
        None,
    ]


def test_the_line_must_be_named_when_there_are_several(api, account, line):
    make_line(account)
    document = problem(api.post("messages", {"to": "09121234567", "text": "Hello"}), 422, "validation_failed")
    assert [(error["field"], error["code"]) for error in document["errors"]] == [("line", "required")]


def test_an_own_line_goes_before_the_shared_ones(api, line):
    make_line(None, kind=Line.Kind.SHARED_SERVICE)
    assert api.post("messages", {"to": "09121234567", "text": "Hello"}).json()["line"] == line.number


def test_the_line_of_another_account_is_unknown(api, stranger, account):
    theirs = Line.objects.exclude(account=account).get()
    document = problem(
        api.post("messages", {"to": "09121234567", "text": "Hello", "line": theirs.number}), 422, "validation_failed"
    )
    assert [(error["field"], error["code"]) for error in document["errors"]] == [("line", "not_found")]


def test_a_line_that_has_no_price(api, account, line, tariff, unchanged):
    make_prices(tariff)
    document = problem(api.post("messages", {"to": "09121234567", "text": "Hello"}), 422, "send_refused")
    assert [(error["field"], error["code"]) for error in document["errors"]] == [("line", "no_tariff")]


class TestQuotes:
    ASKED = {"to": ["09120000001", "abc", "09120000001"], "text": "Hello", "reference": "r"}

    def test_a_quote_prices_and_charges_nothing(self, api, account):
        with time_machine.travel(NOW, tick=False):
            answer = api.post("quotes", self.ASKED)
        assert answer.status_code == 201
        body = answer.json()
        assert (body["state"], body["price"], body["recipients"]) == ("review", LATIN, 1)
        assert body["expires_at"] == "2026-03-21T06:15:00.000Z"
        assert [row["skipped"] for row in body["messages"]] == [None, "invalid", "duplicate"]
        assert body["balance"] == balance(account) == 10_000
        assert not LedgerEntry.objects.filter(kind="charge").exists()
        assert Chunk.objects.get().state == Chunk.State.HELD

    def test_it_is_sent_at_exactly_its_price(self, api, account, tariff):
        quote = api.post("quotes", self.ASKED).json()
        change_prices(tariff, 9_999)
        answer = api.post("messages", {"quote": quote["quote"]})
        assert answer.status_code == 201
        body = answer.json()
        assert (body["campaign"], body["price"], body["reference"]) == (quote["quote"], LATIN, "r")
        assert [row["id"] for row in body["messages"]] == [quote["messages"][0]["id"]]
        assert balance(account) == 10_000 - LATIN
        assert Chunk.objects.get().state == Chunk.State.READY

    def test_it_is_sent_once(self, api, account):
        quote = api.post("quotes", self.ASKED).json()["quote"]
        api.post("messages", {"quote": quote})
        problem(api.post("messages", {"quote": quote}), 409, "quote_used")
        assert balance(account) == 10_000 - LATIN

    def test_it_expires(self, api, account):
        with time_machine.travel(NOW, tick=False) as clock:
            quote = api.post("quotes", self.ASKED).json()["quote"]
            clock.shift(15 * 60 + 1)
            problem(api.post("messages", {"quote": quote}), 409, "quote_expired")
        assert balance(account) == 10_000
        assert Chunk.objects.get().state == Chunk.State.HELD

    def test_what_nobody_sent_in_time_leaves_no_rows(self, api, account, line):
        with time_machine.travel(NOW, tick=False) as clock:
            old = api.post("quotes", self.ASKED).json()["quote"]
            clock.shift(10 * 60)
            young = api.post("quotes", self.ASKED).json()["quote"]
            sent = api.post("messages", {"to": "09121234567", "text": "Hello"}).json()["campaign"]
            clock.shift(6 * 60)
            assert discard_expired_quotes() == 1
            assert discard_expired_quotes() == 0
            assert dict(Campaign.objects.values_list("id", "state")) == {
                old: "discarded",
                young: "review",
                sent: "queued",
            }
            assert set(Message.objects.values_list("campaign_id", flat=True)) == {young, sent}
            problem(api.post("messages", {"quote": old}), 409, "quote_expired")
        assert balance(account) == 10_000 - LATIN

    def test_that_of_another_account_is_unknown(self, api, stranger):
        quote = api.post("quotes", self.ASKED).json()["quote"]
        document = problem(stranger.post("messages", {"quote": quote}), 422, "validation_failed")
        assert document["errors"][0]["code"] == "not_found"
        assert Campaign.objects.get().state == Campaign.State.REVIEW

    @pytest.mark.parametrize("quote", [0, -1, 10**18, "1", 1.5, None, True])
    def test_a_malformed_id(self, api, unchanged, quote):
        problem(api.post("messages", {"quote": quote}), 422, "validation_failed")

    def test_its_messages_are_not_listed_before_they_are_sent(self, api):
        body = api.post("quotes", self.ASKED).json()
        assert api.get("messages").json()["messages"] == []
        problem(api.get(f"messages/{body['messages'][0]['id']}"), 404, "not_found")

    def test_too_dear_for_the_balance_is_still_told(self, api, account):
        body = api.post("quotes", {"to": [f"0912{n:07}" for n in range(100)], "text": "Hello"}).json()
        assert body["price"] == 100 * LATIN
        problem(api.post("messages", {"quote": body["quote"]}), 402, "insufficient_credit")
        assert balance(account) == 10_000
        assert Campaign.objects.get().state == Campaign.State.REVIEW
