"""Many single sends at once over the web service: each once, as far as the money goes, whatever fails (R3)."""

from collections import Counter
from functools import partial

import pytest
from django.db import connection
from django.test import Client

from billing.models import LedgerEntry
from billing.selectors import balance
from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.models import Message
from tests.concurrency.together import run_together
from tests.factories import make_account, make_gateway, make_line
from webservice.services import create_key

pytestmark = pytest.mark.django_db(transaction=True)

PRICE = 1_800
THREADS = 40


def post(secret: str, number: int, **headers) -> tuple[int, dict]:
    response = Client(raise_request_exception=False).post(
        "/api/v1/messages",
        {"to": str(number), "text": "سلام", "class": "otp"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"} | headers,
    )
    return response.status_code, response.json()


def opened(credit: int) -> tuple:
    account = make_account(credit=credit)
    make_line(account, kind="service")
    return account, create_key(account=account, name="k", scopes=["send"])[1]


def test_exactly_as_many_succeed_as_the_money_of_each_account_allows():
    make_gateway()
    rich, his = opened(PRICE * 1000)
    poor, hers = opened(PRICE * 7 + 1)
    jobs = [partial(post, (his, hers)[n % 2], 989_121_000_000 + n) for n in range(THREADS * 2)]
    answers = run_together(jobs)
    assert Counter(status for status, _ in answers[::2]) == {201: THREADS}
    assert Counter(status for status, _ in answers[1::2]) == {201: 7, 402: THREADS - 7}
    assert balance(rich) == PRICE * (1000 - THREADS)
    assert balance(poor) == 1
    ids = [answer["messages"][0]["id"] for status, answer in answers if status == 201]
    assert sorted(ids) == sorted(Message.objects.values_list("id", flat=True))
    balances = [answer["balance"] for status, answer in answers[1::2] if status == 201]
    assert sorted(balances) == [1 + PRICE * n for n in range(7)]
    assert check_ledger() == []
    assert list(check_charges()) == []


def test_one_key_from_many_threads_sends_once():
    make_gateway()
    account, secret = opened(PRICE * 1000)
    jobs = [partial(post, secret, 989_121_000_000, **{"Idempotency-Key": "one"}) for _ in range(THREADS)]
    answers = run_together(jobs)
    assert {status for status, _ in answers} == {201}
    assert {answer["campaign"] for _, answer in answers} == {answers[0][1]["campaign"]}
    assert balance(account) == PRICE * 999
    assert Message.objects.count() == 1


def test_one_that_the_database_refuses_takes_nobody_with_it():
    """A fault in the middle of a turn: everything of it is taken back, and the others go the ordinary way, once."""
    make_gateway()
    account, secret = opened(PRICE * 1000)
    poison = 989_121_000_013
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE messaging_message ADD CONSTRAINT poison CHECK (msisdn <> {poison}) NOT VALID")
    try:
        jobs = [partial(post, secret, 989_121_000_000 + n) for n in range(THREADS)]
        answers = run_together(jobs)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE messaging_message DROP CONSTRAINT poison")
    assert Counter(status for status, _ in answers) == {201: THREADS - 1, 500: 1}
    assert answers[13][0] == 500
    assert balance(account) == PRICE * (1000 - THREADS + 1)
    assert LedgerEntry.objects.filter(kind="charge").count() == THREADS - 1
    assert sorted(Message.objects.values_list("msisdn", flat=True)) == sorted(
        989_121_000_000 + n for n in range(THREADS) if n != 13
    )
    assert check_ledger() == []
    assert list(check_charges()) == []
