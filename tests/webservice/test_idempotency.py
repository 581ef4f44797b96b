"""Idempotency-Key (W7): twenty at once send one."""

from datetime import UTC, datetime
from functools import partial

import pytest
import time_machine
from django.db import OperationalError

from billing.selectors import balance
from credit.services import check_ledger
from messaging.models import Campaign, Chunk, Message
from tests.concurrency.together import run_together
from tests.webservice.conftest import LATIN, problem, state
from webservice import idempotency
from webservice.models import IdempotentAnswer
from webservice.tasks import forget_idempotency_keys

HELLO = {"to": ["09121234567", "bad"], "text": "Hello"}
NOW = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)


@pytest.mark.django_db
class TestRepeats:
    def test_a_repeat_gets_the_first_answer_and_sends_nothing(self, api, account):
        first = api.post("messages", HELLO, idempotency_key="k1")
        before = state(account)
        again = api.post("messages", HELLO, idempotency_key="k1")
        assert (again.status_code, again.json()) == (201, first.json())
        assert (again["Idempotent-Replayed"], "Idempotent-Replayed" in first) == ("true", False)
        assert state(account) == before
        assert balance(account) == 10_000 - LATIN

    def test_without_a_key_every_request_sends(self, api):
        api.post("messages", HELLO)
        api.post("messages", HELLO)
        assert Campaign.objects.count() == 2

    def test_the_order_of_members_does_not_make_another_request(self, api):
        api.post("messages", '{"to": "09121234567", "text": "Hello"}', idempotency_key="k1")
        again = api.post("messages", '{ "text":"Hello","to":"09121234567"}', idempotency_key="k1")
        assert again["Idempotent-Replayed"] == "true"

    @pytest.mark.parametrize(("path", "body"), [("messages", HELLO | {"text": "Bye"}), ("quotes", HELLO)])
    def test_the_same_key_for_another_request_is_refused(self, api, account, path, body):
        api.post("messages", HELLO, idempotency_key="k1")
        before = state(account)
        problem(api.post(path, body, idempotency_key="k1"), 422, "idempotency_key_reused")
        assert state(account) == before

    def test_the_key_of_another_account_is_another_key(self, api, stranger):
        first = api.post("messages", HELLO, idempotency_key="k1").json()
        second = stranger.post("messages", HELLO, idempotency_key="k1").json()
        assert first["campaign"] != second["campaign"]

    def test_a_refusal_is_an_answer_too(self, api, account):
        dear = {"to": [f"0912{n:07}" for n in range(100)], "text": "Hello"}
        first = api.post("messages", dear, idempotency_key="k1")
        problem(first, 402, "insufficient_credit")
        from billing.services import top_up

        top_up(account=account, amount=10**6, reference="more", reason="top_up")
        again = api.post("messages", dear, idempotency_key="k1")
        assert problem(again, 402, "insufficient_credit") == first.json()
        assert again["Idempotent-Replayed"] == "true"
        assert not Campaign.objects.exists()

    def test_after_a_day_the_key_is_free_again(self, api):
        with time_machine.travel(NOW, tick=False) as clock:
            first = api.post("messages", HELLO, idempotency_key="k1").json()
            clock.shift(24 * 3600 - 1)
            assert api.post("messages", HELLO, idempotency_key="k1").json() == first
            clock.shift(2)
            assert api.post("messages", HELLO, idempotency_key="k1").json()["campaign"] != first["campaign"]

    def test_old_answers_are_forgotten(self, api):
        with time_machine.travel(NOW, tick=False) as clock:
            api.post("messages", HELLO, idempotency_key="old")
            clock.shift(25 * 3600 - 1)
            api.post("messages", HELLO, idempotency_key="young")
            clock.shift(2)
            assert forget_idempotency_keys() == 1
        assert [row.key for row in IdempotentAnswer.objects.all()] == ["young"]

    @pytest.mark.parametrize("malformed", ["", "a b", "é", "k" * 256])
    def test_a_malformed_key(self, api, unchanged, malformed):
        problem(api.post("messages", HELLO, idempotency_key=malformed), 400, "idempotency_key_invalid")
        assert not IdempotentAnswer.objects.exists()

    @pytest.mark.parametrize("failure", [RuntimeError("bug"), OperationalError("gone")])
    def test_a_failure_of_ours_leaves_nothing_and_may_be_repeated(self, api, account, monkeypatch, failure):
        before = state(account)
        real = idempotency._answer_of

        def fails_after_the_work(work):
            real(work)
            raise failure

        monkeypatch.setattr(idempotency, "_answer_of", fails_after_the_work)
        answer = api.post("messages", HELLO, idempotency_key="k1")
        assert answer.status_code == (503 if isinstance(failure, OperationalError) else 500)
        assert state(account) == before
        assert not IdempotentAnswer.objects.exists()
        monkeypatch.setattr(idempotency, "_answer_of", real)
        assert api.post("messages", HELLO, idempotency_key="k1").status_code == 201
        assert balance(account) == 10_000 - LATIN


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_twenty_threads_send_once(self, api, account):
        answers = run_together([partial(api.post, "messages", HELLO, idempotency_key="k1")] * 20)
        assert [answer.status_code for answer in answers] == [201] * 20
        assert len({answer.content for answer in answers if "Idempotent-Replayed" in answer}) == 1
        assert {answer.json()["campaign"] for answer in answers} == {Campaign.objects.get().pk}
        assert sorted("Idempotent-Replayed" in answer for answer in answers) == [False] + [True] * 19
        assert (Message.objects.count(), Chunk.objects.count()) == (1, 1)
        assert balance(account) == 10_000 - LATIN
        assert check_ledger() == []

    def test_control_without_the_claim_they_all_send(self, api, account, monkeypatch):
        monkeypatch.setattr(idempotency, "_claim", lambda account_id, key, digest: IdempotentAnswer())
        monkeypatch.setattr(IdempotentAnswer, "save", lambda self, **kwargs: None)
        run_together([partial(api.post, "messages", HELLO, idempotency_key="k1")] * 20)
        assert Campaign.objects.count() == 20

    def test_two_bodies_racing_for_one_key_send_one(self, api, account):
        jobs = [
            partial(api.post, "messages", HELLO | {"text": f"text {n % 2}"}, idempotency_key="k1") for n in range(10)
        ]
        statuses = sorted(answer.status_code for answer in run_together(jobs))
        assert statuses == [201] * 5 + [422] * 5
        assert Campaign.objects.count() == 1
        assert balance(account) == 10_000 - LATIN

    def test_one_quote_raced_for_is_sent_once(self, api, account):
        quote = api.post("quotes", HELLO).json()["quote"]
        jobs = [partial(api.post, "messages", {"quote": quote}, idempotency_key=f"k{n}") for n in range(10)]
        statuses = sorted(answer.status_code for answer in run_together(jobs))
        assert statuses == [201] + [409] * 9
        assert balance(account) == 10_000 - LATIN
        assert check_ledger() == []
