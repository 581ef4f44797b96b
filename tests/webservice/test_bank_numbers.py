"""The web service shows no number of the bank, and answers no question about one (3)."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from messaging.models import Message
from messaging.services import compose, confirm
from numberbank.targets import Criteria, Target
from tests.factories import make_line
from tests.numberbank.bank import fill_bank, people
from tests.webservice.dialects.conftest import ADDRESS, Kavenegar
from webservice.models import ApiKey
from webservice.services import create_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(account, gateway, line) -> list[Message]:
    fill_bank(people(3, 0, district="5"))
    campaign = compose(
        account=account,
        created_by=None,
        line=make_line(account),
        text="سلام",
        kind="bulk",
        target=Target(criteria=Criteria(districts=(5,))),
        now=timezone.now(),
    )
    confirm(campaign=campaign, by=None, now=timezone.now())
    return list(Message.objects.order_by("id"))


def test_lists_and_messages_conceal_the_number(api, sent):
    answer = api.get("messages")
    assert [row["to"] for row in answer.json()["messages"]] == ["+98912*******"] * 3
    one = api.get(f"messages/{sent[0].pk}")
    assert one.json()["to"] == "+98912*******"
    for number in (row.msisdn for row in sent):
        assert str(number)[2:] not in answer.content.decode() + one.content.decode()


def test_a_number_cannot_be_asked_for(api, sent):
    answer = api.get("messages", {"to": "09120000001"})
    assert (answer.status_code, answer.json()["messages"]) == (200, [])


def test_the_dialects_conceal_it_too(account, line, sent):
    every = [scope.value for scope in ApiKey.Scope]
    kavenegar = Kavenegar(create_key(account=account, name="bound", scopes=every, networks=[ADDRESS])[1])
    with time_machine.travel(timezone.now() + timedelta(seconds=2)):
        begin = int((timezone.now() - timedelta(hours=1)).timestamp())
        assert [row["receptor"] for row in kavenegar.rows("sms/latestoutbox")] == ["0912*******"] * 3
        assert [row["receptor"] for row in kavenegar.rows("sms/select", {"messageid": sent[0].pk})] == ["0912*******"]
        body = {"receptor": "09120000001", "startdate": begin}
        assert kavenegar.rows("sms/statusbyreceptor", body) == []
