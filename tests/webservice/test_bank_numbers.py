"""The web service shows no number of the bank, and answers no question about one (3)."""

import pytest
from django.utils import timezone

from messaging.models import Message
from messaging.services import compose, confirm
from numberbank.targets import Criteria, Target
from tests.factories import make_line
from tests.numberbank.bank import fill_bank, people

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
