"""The fast lane answers as the ordinary way does, and steps aside wherever that is in doubt."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account
from billing.models import LedgerEntry
from billing.selectors import balance
from credit.models import Reservation, TariffPlan
from credit.tariffs import PriceRow, draft_of, fingerprint, publish, write_draft
from messaging.checks import check_charges
from messaging.models import Campaign, Chunk, Message, MessageClass, Route, StatusCount
from messaging.services.express import Order, send_singles
from numbers.models import Line
from tests.factories import change_prices, make_line
from tests.webservice.conftest import PERSIAN, Api, problem
from webservice.models import ApiKey, IdempotentAnswer
from webservice.v1 import express

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ORDINARY = {"Accept": "application/json, */*"}  # nothing is wrong with it, but it is not plain
TO = "09121234567"


@pytest.fixture
def taken(monkeypatch) -> list[int]:
    """How many messages each turn of the fast lane sent."""
    counts: list[int] = []

    def counting(orders, *, now):
        sent = send_singles(orders, now=now)
        counts.append(sum(one is not None for one in sent))
        return sent

    monkeypatch.setattr(express, "send_singles", counting)
    return counts


BODIES = [
    {"to": TO, "text": "سلام"},
    {"to": "+98 912 123 4567", "text": "hello", "class": "otp"},
    {"to": "00989351234567", "text": "خط اول\nخط دوم [1]", "class": "bulk", "reference": "order 7", "tags": ["a", "ب"]},
    {"to": "9121234567", "text": "x" * 200, "validity": 30},
]


def trace(campaign_id: int) -> dict:
    """Every row that a send made, without what differs from one send to the next."""
    campaign = Campaign.objects.get(pk=campaign_id)
    message = Message.objects.get(campaign=campaign)
    chunk = Chunk.objects.get(campaign=campaign)
    reservation = Reservation.objects.get(campaign=campaign)
    entry = LedgerEntry.objects.get(reference=f"reserve:campaign:{campaign_id}")
    counts = StatusCount.objects.filter(campaign=campaign)
    single = {"campaign": campaign, "message": message, "chunk": chunk, "reservation": reservation, "entry": entry}
    rows = {name: [columns(row)] for name, row in single.items()} | {"counts": [columns(row) for row in counts]}
    assert (chunk.cursor, message.pk) == (chunk.pk * 1000 - 1, chunk.pk * 1000)
    assert (campaign.first_id, campaign.last_id) == (message.pk, message.pk)
    for name, own in OWN.items():
        for row in rows[name]:
            assert own.keys() <= row.keys()
            row.update(own)
    assert rows["entry"][0]["details"].pop("campaign") == campaign_id
    assert len(rows["campaign"][0]["sources"]["call"].pop("request")) == 32
    return rows


def columns(row) -> dict:
    return {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}


# What differs from one send to the next: ids, and what is made of them.
OWN = {
    "campaign": dict.fromkeys(("id", "reservation_id", "first_id", "last_id"), 0)
    | {"quote_expires_at": None},  # nobody is shown a quote
    "message": dict.fromkeys(("id", "campaign_id"), 0),
    "chunk": dict.fromkeys(("id", "campaign_id", "cursor", "turn"), 0),
    "reservation": dict.fromkeys(("id", "reference"), 0),
    "entry": dict.fromkeys(("id", "reference", "balance_after"), 0),
    "counts": dict.fromkeys(("id", "campaign_id"), 0),
}


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("idempotency_key", [None, "one-two"])
def test_answer_and_rows_are_those_of_the_ordinary_way(api: Api, account: Account, taken, body, idempotency_key):
    fast = api.post("messages", body, idempotency_key=idempotency_key)
    assert taken == [1]
    after = balance(account)
    ordinary_key = idempotency_key and "three-four"
    ordinary = api.post("messages", body, idempotency_key=ordinary_key, **ORDINARY)
    assert taken == [1]
    assert (fast.status_code, ordinary.status_code) == (201, 201)
    mine, its = fast.json(), ordinary.json()
    assert trace(mine["campaign"]) == trace(its["campaign"])
    assert mine["balance"] == after
    for answer in (mine, its):
        answer["campaign"] = answer["balance"] = answer["messages"][0]["id"] = 0
    assert mine == its
    for header in ("Content-Type", "Cache-Control", "Content-Language", "RateLimit-Limit", "RateLimit-Reset"):
        assert fast[header] == ordinary[header]
    assert int(fast["RateLimit-Remaining"]) == int(ordinary["RateLimit-Remaining"]) + 1
    assert fast["X-Content-Type-Options"] == ordinary["X-Content-Type-Options"] == "nosniff"
    if idempotency_key:
        kept = {row.key: row for row in IdempotentAnswer.objects.all()}
        assert kept["one-two"].request_digest == kept["three-four"].request_digest
        assert kept["one-two"].status == 201
    assert list(check_charges()) == []


def test_a_repeat_of_a_key_is_replayed_and_another_body_refused(api: Api, account: Account, taken):
    first = api.post("messages", BODIES[0], idempotency_key="k")
    after = balance(account)
    again = api.post("messages", BODIES[0], idempotency_key="k")
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    problem(api.post("messages", BODIES[1], idempotency_key="k"), 422, "idempotency_key_reused")
    assert (balance(account), Message.objects.count()) == (after, 1)
    assert sum(taken) == 1


def test_without_the_money_the_key_stays_free_for_another_try(api: Api, account: Account, line: Line, taken):
    body = {"to": TO, "text": "x" * 9_000}
    body["text"] = "ب" * 67 * 8
    change_prices(TariffPlan.objects.get(is_default=True), 9_000, line_kind=line.kind, language="fa")
    problem(api.post("messages", body, idempotency_key="k"), 402, "insufficient_credit")
    assert taken == [0]
    assert balance(account) == 10_000
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    "odd",
    [
        {"to": [TO]},
        {"text": " سلام "},
        {"text": ["سلام"]},
        {"send_at": "2036-03-21T09:30:00+03:30"},
        {"class": "none"},
        {"class": 3},
        {"tags": ["a"] * 11},
        {"tags": [""]},
        {"validity": 0},
        {"validity": True},
        {"validity": None},
        {"reference": " a"},
        {"reference": None},
        {"line": "123"},
        {"to": "1"},
        {"text": ""},
        {"text": "a\x00b"},
        {"unknown": 1},
    ],
)
def test_what_is_not_plain_is_left_to_the_ordinary_way(api: Api, taken, odd):
    answers = [api.post("messages", BODIES[0] | odd, **headers) for headers in ({}, ORDINARY)]
    assert taken == []
    assert answers[0].status_code == answers[1].status_code
    if answers[0].status_code != 201:
        assert answers[0].json() == answers[1].json()


def warmed(api: Api) -> None:
    """Key, line, routes and prices are kept in the process now."""
    assert api.post("messages", BODIES[0]).status_code == 201


def test_a_key_revoked_elsewhere_is_refused_at_once(api: Api, taken):
    warmed(api)
    ApiKey.objects.update(revoked_at=timezone.now())  # another process: no signal reaches us
    problem(api.post("messages", BODIES[0]), 401, "key_revoked")
    ApiKey.objects.update(revoked_at=None, expires_at=timezone.now())
    problem(api.post("messages", BODIES[0]), 401, "key_expired")


def test_an_account_suspended_elsewhere_is_refused_at_once(api: Api, taken):
    warmed(api)
    Account.objects.update(state=Account.State.SUSPENDED)
    problem(api.post("messages", BODIES[0]), 403, "account_suspended")


def test_a_line_suspended_elsewhere_is_refused_at_once(api: Api, taken):
    warmed(api)
    Line.objects.update(state=Line.State.SUSPENDED)
    problem(api.post("messages", BODIES[0]), 422, "validation_failed")


def test_who_wants_nothing_from_the_line_gets_nothing(api: Api, account: Account, line: Line, taken):
    warmed(api)
    before = balance(account)
    for place, opted_out_line in enumerate((line, None)):
        number = 989_121_234_500 + place
        account.opt_outs.create(msisdn=number, line=opted_out_line)
        refused = problem(api.post("messages", {"to": str(number), "text": "سلام"}), 422, "nothing_to_send")
        assert refused["messages"][0]["skipped"] == "opted_out"
    assert balance(account) == before
    assert taken == [1, 0, 0]


def test_an_advertising_line_passes_over_blocked_numbers(account: Account, key, gateway, taken):
    from phonebook.models import BlockedNumber

    make_line(account, kind=Line.Kind.ADVERTISING)
    BlockedNumber.objects.create(msisdn=989_121_234_567)
    refused = problem(Api(key[1]).post("messages", {"to": TO, "text": "سلام"}), 422, "nothing_to_send")
    assert refused["messages"][0]["skipped"] == "blocked"
    assert Api(key[1]).post("messages", {"to": "09121234568", "text": "سلام"}).status_code == 201
    assert taken == [0, 1]


def test_a_route_or_a_price_changed_in_this_process_holds_at_once(api: Api, line: Line, taken):
    warmed(api)
    change_prices(TariffPlan.objects.get(is_default=True), 111, line_kind=line.kind)
    assert api.post("messages", BODIES[0]).json()["price"] == 111
    Route.objects.get().delete()
    refused = problem(api.post("messages", BODIES[0]), 422, "nothing_to_send")
    assert refused["messages"][0]["skipped"] == "no_route"


def test_published_prices_hold_from_their_minute_on_whatever_is_kept(api: Api, line: Line, taken):
    plan = TariffPlan.objects.get(is_default=True)
    draft = draft_of(plan=plan, by=None, now=NOW)
    names = ("line_kind", "operator_id", "prefix_family", "language")
    rows = [PriceRow(*row, 77) for row in draft.tariffs.values_list(*names)]
    draft = write_draft(draft=draft, rows=rows, minimum_messages=None, note="", edits=0, by=None)
    seen = fingerprint(draft, NOW)
    begins = publish(draft=draft, effective_from=None, seen=seen, by=None, now=NOW).effective_from
    with time_machine.travel(begins - timedelta(seconds=2), tick=False) as clock:
        before = api.post("messages", BODIES[0]).json()["price"]
        clock.shift(timedelta(seconds=1.5))
        still = api.post("messages", BODIES[0]).json()["price"]
        clock.shift(timedelta(seconds=1))
        after = api.post("messages", BODIES[0]).json()["price"]
    assert (before, still, after) == (PERSIAN, PERSIAN, 77)
    assert sum(taken) == 3


def test_beyond_the_rate_nothing_is_sent(api: Api, settings, taken):
    settings.API_RATE_PER_MINUTE = 2
    with time_machine.travel(NOW, tick=False):
        left = [api.post("messages", BODIES[0])["RateLimit-Remaining"] for _ in range(2)]
        refused = api.post("messages", BODIES[0])
    problem(refused, 429, "rate_limited")
    assert left == ["1", "0"]
    assert refused["Retry-After"] == "60"
    assert Message.objects.count() == 2


def test_the_count_of_statements_does_not_grow_with_the_count_of_messages(account: Account, line: Line):
    def orders(count: int) -> list[Order]:
        return [
            Order(account, line, 989_121_000_000 + n, "سلام", 8, 1, MessageClass.OTP, None, None, "", ())
            for n in range(count)
        ]

    send_singles(orders(1), now=timezone.now())
    with CaptureQueriesContext(connection) as few:
        assert all(send_singles(orders(2), now=timezone.now()))
    with CaptureQueriesContext(connection) as many:
        assert all(send_singles(orders(40), now=timezone.now()))
    assert len(few) == len(many)
    assert len(many) <= 20
