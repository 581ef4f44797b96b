"""Test keys: the real way of a message, free, to the simulated operator only (W1)."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from billing.models import LedgerEntry
from billing.selectors import balance
from credit.models import TariffPlan
from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.models import Campaign, Chunk, Gateway, Message, Route
from messaging.selectors import campaigns, reached, running
from messaging.services.gateways import place_sandbox
from numbers.models import Line
from reports.figures import last_days
from tests.factories import make_account, make_line
from tests.webservice.conftest import LATIN, Api, problem
from webservice.models import ApiKey
from webservice.services import create_key

pytestmark = pytest.mark.django_db
SCOPES = ["send", "read"]


@pytest.fixture
def sandbox(gateway) -> Gateway:
    return place_sandbox(host="127.0.0.1", port=4001)


@pytest.fixture
def tester(account, line, sandbox) -> Api:
    return Api(create_key(account=account, name="tests", scopes=SCOPES, is_test=True)[1])


def send(api: Api, to: str | list, **fields) -> dict:
    answer = api.post("messages", {"to": to, "text": "Hello", **fields})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_test_key_says_so_in_its_name(account):
    key, secret = create_key(account=account, name="tests", scopes=SCOPES, is_test=True)
    assert (secret[:5], key.prefix[:5], key.is_test) == ("test_", "test_", True)
    key, secret = create_key(account=account, name="live", scopes=SCOPES)
    assert (secret[:5], key.is_test) == ("live_", False)


def test_what_it_sends_is_free_and_goes_to_the_sandbox_alone(tester, account, sandbox):
    body = send(tester, ["09121234567", "09351234567"])
    assert (body["test"], body["price"], body["balance"], body["state"]) == (True, 0, 10_000, "queued")
    assert [row["price"] for row in body["messages"]] == [0, 0]
    assert set(Chunk.objects.values_list("gateway", flat=True)) == {sandbox.pk}
    assert (Campaign.objects.get().is_test, balance(account)) == (True, 10_000)
    assert LedgerEntry.objects.filter(wallet__account=account).count() == 1  # the opening credit
    assert check_ledger() == []
    assert check_charges() == []


def test_it_needs_neither_credit_nor_a_tariff(sandbox):
    TariffPlan.objects.update(is_default=False)  # prices of a published plan stay, and hold for nobody now
    poor = make_account()
    make_line(poor, kind=Line.Kind.SERVICE)
    body = send(Api(create_key(account=poor, name="t", scopes=SCOPES, is_test=True)[1]), "09121234567")
    assert (body["price"], body["balance"]) == (0, 0)


def test_a_live_key_never_reaches_the_sandbox(api, tester, sandbox, gateway):
    Route.objects.create(gateway=sandbox, priority=0)
    body = send(api, "09121234567")
    assert (body["test"], body["price"]) == (False, LATIN)
    assert Chunk.objects.get().gateway == gateway
    gateway.is_enabled = False
    gateway.save()
    refusal = problem(api.post("messages", {"to": "09121234567", "text": "Hello"}), 422, "nothing_to_send")
    assert refusal["messages"][0]["skipped"] == "no_route"


def test_without_a_sandbox_a_test_key_reaches_nobody(tester, sandbox):
    Gateway.objects.filter(pk=sandbox.pk).update(is_enabled=False)
    refusal = problem(tester.post("messages", {"to": "09121234567", "text": "Hello"}), 422, "nothing_to_send")
    assert refusal["messages"][0]["skipped"] == "no_route"


def test_advertising_leaves_at_night_in_tests(tester, account, line):
    advertising = make_line(account)
    send(tester, "09121234567", line=advertising.number)
    assert list(Chunk.objects.values_list("opens_minute", "closes_minute")) == [(None, None)]


def test_tests_and_real_messages_do_not_see_each_other(api, tester):
    real, test = send(api, "09121234567"), send(tester, "09121234567")
    real_id, test_id = real["messages"][0]["id"], test["messages"][0]["id"]
    assert [(row["id"], row["test"]) for row in api.get("messages").json()["messages"]] == [(real_id, False)]
    assert [(row["id"], row["test"]) for row in tester.get("messages").json()["messages"]] == [(test_id, True)]
    problem(tester.get(f"messages/{real_id}"), 404, "not_found")
    problem(api.get(f"messages/{test_id}"), 404, "not_found")
    problem(tester.post(f"messages/{real_id}/cancel", {}), 404, "not_found")
    assert tester.post("messages/cancel", {"ids": [real_id]}).json()["cancelled"] == 0
    assert tester.post(f"messages/{test_id}/cancel", {}).json()["state"] == "cancelled"
    assert check_ledger() == []


def test_a_quote_of_one_kind_is_not_sent_by_the_other(api, tester):
    quote = tester.post("quotes", {"to": "09121234567", "text": "Hello"}).json()
    assert (quote["test"], quote["price"]) == (True, 0)
    refusal = problem(api.post("messages", {"quote": quote["quote"]}), 422, "validation_failed")
    assert refusal["errors"][0]["code"] == "not_found"
    assert tester.post("messages", {"quote": quote["quote"]}).json()["test"] is True


def test_the_answer_of_a_test_is_never_replayed_to_a_live_request(api, tester):
    asked = {"to": "09121234567", "text": "Hello"}
    first = tester.post("messages", asked, idempotency_key="order-1")
    real = api.post("messages", asked, idempotency_key="order-1")
    assert (first.json()["test"], real.json()["test"]) == (True, False)
    assert "Idempotent-Replayed" not in real
    again = tester.post("messages", asked, idempotency_key="order-1")
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"


def test_a_number_without_credit(tester, account):
    refusal = problem(tester.post("messages", {"to": "09121230402", "text": "a"}), 402, "insufficient_credit")
    assert (refusal["balance"], refusal["needed"]) == (10_000, 10_001)
    assert not Message.objects.exists()


def test_a_throttled_number_passes_at_the_second_try(tester):
    asked = {"to": "09121230429", "text": "a"}
    for _ in range(2):
        answer = tester.post("messages", asked, idempotency_key="k1")
        problem(answer, 429, "rate_limited")
        assert answer["Retry-After"] == "1"
        assert tester.post("messages", asked).status_code == 201
    assert Message.objects.count() == 2


def test_the_refusal_of_a_throttled_number_is_not_kept(tester):
    asked = {"to": "09121230429", "text": "a"}
    problem(tester.post("messages", asked, idempotency_key="k"), 429, "rate_limited")
    assert tester.post("messages", asked, idempotency_key="k").status_code == 201


def test_a_blocked_number(tester):
    body = send(tester, ["09121230018", "09121234567"])
    assert [(row["state"], row["skipped"]) for row in body["messages"]] == [("blocked", "blocked"), ("queued", None)]


def test_the_agreed_numbers_mean_nothing_to_a_live_key(api):
    body = send(api, ["09121230018", "09121230402", "09121230429"])
    assert [row["state"] for row in body["messages"]] == ["queued"] * 3
    assert body["price"] == 3 * LATIN


def test_the_panel_counts_no_tests(tester, account):
    send(tester, "09121234567")
    now = timezone.now()
    assert sum(day.counts.total for day in last_days(account, now=now)) == 0
    assert list(running(account)) == []
    assert reached(account, days=7, now=now).add_many([989121234567]).tolist() == [True]
    assert [campaign.is_test for campaign in campaigns(account)] == [True]


def test_a_test_key_speaks_the_dialects(tester, api, account, line):
    client = Api(tester.secret)
    path = f"/v1/{client.secret}"
    from django.test import Client

    def call(secret: str, method: str, **parameters) -> dict:
        return Client().post(f"/v1/{secret}/{method}.json", parameters).json()

    sent = call(client.secret, "sms/send", receptor="09121234567", message="a", localid="77")
    message_id = sent["entries"][0]["messageid"]
    assert (Campaign.objects.get().is_test, balance(account), path[:3]) == (True, 10_000, "/v1")
    assert call(client.secret, "sms/status", messageid=message_id)["entries"][0]["status"] == 1
    assert call(api.secret, "sms/status", messageid=message_id)["entries"][0]["status"] == 100
    real = call(api.secret, "sms/send", receptor="09121234567", message="a", localid="77")["entries"][0]["messageid"]
    assert real != message_id
    assert call(client.secret, "sms/statuslocalmessageid", localid="77")["entries"][0]["messageid"] == message_id
    assert call(api.secret, "sms/statuslocalmessageid", localid="77")["entries"][0]["messageid"] == real
    later = int((timezone.now() + timedelta(hours=1)).timestamp())
    waiting = call(api.secret, "sms/send", receptor="09121234567", message="a", date=later)["entries"][0]["messageid"]
    assert call(client.secret, "sms/cancel", messageid=waiting)["entries"][0]["status"] == 100
    assert Message.objects.get(pk=waiting).status == 10
    assert call(client.secret, "sms/send", receptor="09121230402", message="a")["return"]["status"] == 418


def test_the_command_makes_a_test_key(account, capsys):
    call_command("account", "key", str(account.pk), "--test", "--name", "ci", "--scope", "send")
    answer = json.loads(capsys.readouterr().out)
    key = ApiKey.objects.get()
    assert answer == {
        "account_id": account.pk, "name": "ci", "is_test": True, "scopes": ["send"], "api_key": answer["api_key"],
    }  # fmt: skip
    assert answer["api_key"].startswith("test_")
    assert (key.is_test, key.account) == (True, account)


def test_the_sandbox_is_placed_once_and_follows_the_simulator(db):
    first = place_sandbox(host="127.0.0.1", port=4001)
    again = place_sandbox(host="127.0.0.1", port=4002)
    assert (again.pk, again.port, Gateway.objects.count()) == (first.pk, 4002, 1)
    assert not Route.objects.exists()
