"""Keywords that leave a line, from the operator's wire to the next send (9.7)."""

import pytest
from django.db import transaction
from django.utils import timezone

from billing.selectors import balance
from messaging.delivery import inbound
from messaging.models import Campaign, InboundMessage, Message
from messaging.opt_out_words import send_confirmations
from messaging.services import send
from messaging.signals import messages_received
from phonebook.models import OptOut, OptOutReply
from phonebook.opt_outs import set_words
from tests.factories import make_account, make_gateway, make_line
from tests.messaging.delivery.test_inbox import deliveries

pytestmark = pytest.mark.django_db
NUMBER = 989121234567


@pytest.fixture
def line(gateway):
    return make_line(make_account(credit=100_000))


@pytest.fixture
def gateway(db):
    return make_gateway()


def receive(gateway, line, text: str, *, reference: int = 1) -> None:
    with transaction.atomic():
        inbound.store(gateway.pk, deliveries(str(NUMBER), line.number, text, reference=reference), now=timezone.now())


def sent_to(line) -> Campaign:
    return send(account=line.account, line=line, text="سلام", recipients=[NUMBER], now=timezone.now())


def test_who_leaves_is_not_sent_to_until_he_comes_back(gateway, line):
    receive(gateway, line, "لغو ۱۱")
    assert OptOut.objects.get().msisdn == NUMBER
    refused = sent_to(line)
    assert (refused.confirmed_at, refused.summary["opted_out"]) == (None, 1)
    assert sent_to(make_line(line.account)).recipients == 1
    receive(gateway, line, "12", reference=2)
    assert not OptOut.objects.exists()
    assert sent_to(line).recipients == 1


def test_an_opt_out_is_undone_with_the_message_that_brought_it(gateway, line):
    def refuse(**_):
        raise ZeroDivisionError

    messages_received.connect(refuse)
    try:
        with pytest.raises(ZeroDivisionError):
            receive(gateway, line, "11")
    finally:
        messages_received.disconnect(refuse)
    assert (InboundMessage.objects.count(), OptOut.objects.count()) == (0, 0)


def test_the_confirmation_is_sent_once_and_charged(gateway, line):
    set_words(account=line.account, leave=[], rejoin=[], confirms=True, left_text="لغو شد.", rejoined_text="")
    before = balance(line.account)
    receive(gateway, line, "11")
    assert send_confirmations(now=timezone.now()) == 1
    assert send_confirmations(now=timezone.now()) == 0
    campaign = Campaign.objects.get()
    assert (campaign.kind, campaign.text, campaign.recipients) == (Campaign.Kind.REPLY, "لغو شد.", 1)
    assert balance(line.account) == before - campaign.price < before
    assert sent_to(line).summary["opted_out"] == 1
    receive(gateway, line, "12", reference=2)
    assert send_confirmations(now=timezone.now()) == 0


def test_without_credit_nothing_is_sent_and_nothing_is_tried_again(gateway):
    line = make_line(make_account())
    set_words(account=line.account, leave=[], rejoin=[], confirms=True, left_text="لغو شد.", rejoined_text="")
    receive(gateway, line, "11")
    assert send_confirmations(now=timezone.now()) == 1
    reply = OptOutReply.objects.get()
    assert reply.done_at is not None
    assert reply.problem
    assert not Message.objects.exists()


def test_nothing_is_confirmed_unless_the_account_wishes_it(gateway, line):
    receive(gateway, line, "11")
    assert not OptOutReply.objects.exists()
