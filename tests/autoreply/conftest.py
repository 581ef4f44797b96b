"""An account with a line, credit and a gateway, whose auto-responder is asked by messages that come off the wire."""

from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace

import pytest
from django.db import transaction

from accounts.models import Membership
from autoreply.answering import answer_some
from autoreply.models import Answer, Outcome
from autoreply.rules import save_rule, set_line_reply
from messaging.delivery import inbound
from messaging.models import InboundMessage, Message
from messaging.smpp.bind import Delivery
from messaging.smpp.pdu import Command, read_message_body
from messaging.smpp.simulator.receipts import mo_bodies
from tests.factories import make_account, make_gateway, make_line, make_user

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)  # Sunday, 12:30 in Tehran
SUBSCRIBER = "989125550001"


class Responder:
    """What a test says of an auto-responder."""

    def __init__(self) -> None:
        self.account = make_account(credit=1_000_000)
        self.line = make_line(self.account, kind="service")
        self.gateway = make_gateway()
        self._references = count(1)

    def rule(self, *keywords: str, reply: str = "پاسخ", **fields):
        return save_rule(account=self.account, keywords=keywords, **{"reply": reply, **fields})

    def default(self, text: str, **fields):
        return set_line_reply(account=self.account, line=self.line, default_reply=text, **fields)

    def receive(self, text: str, sender: str = SUBSCRIBER, *, line=None, now: datetime = NOW) -> int:
        """A subscriber's message, stored as a bind stores it; its id."""
        bodies = mo_bodies(sender, (line or self.line).number, text, next(self._references))
        parts = [Delivery(1, Command.DELIVER_SM, 0, body, read_message_body(body)) for body in bodies]
        with transaction.atomic():
            ids = inbound.store(self.gateway.pk, parts, now=now)
            inbound.acknowledged(ids, now=now)
        return InboundMessage.objects.latest("pk").pk

    def answer(self, now: datetime = NOW) -> None:
        while answer_some(now=now):
            if not Answer.objects.filter(outcome=Outcome.WAITING).exists():
                return

    def ask(self, text: str, sender: str = SUBSCRIBER, *, now: datetime = NOW, **fields) -> tuple[str, str]:
        """What a text is answered with: (outcome, reply)."""
        pk = self.receive(text, sender, now=now, **fields)
        self.answer(now)
        return self.outcome(pk)

    def outcome(self, pk: int) -> tuple[str, str]:
        answer = Answer.objects.get(pk=pk)
        return Outcome(answer.outcome).name, answer.reply

    def sent(self) -> list[tuple[int, str]]:
        """(number, text) of every message, in order."""
        rows = Message.objects.order_by("pk").select_related("campaign")
        return [(row.msisdn, row.text or row.campaign.text) for row in rows]


@pytest.fixture
def responder(db) -> Responder:
    return Responder()


@pytest.fixture
def business(responder, client) -> SimpleNamespace:
    """``client`` is logged in as the owner of the responder's account."""
    owner = make_user(account=responder.account)
    client.force_login(owner)
    return SimpleNamespace(
        account=responder.account,
        line=responder.line,
        owner=owner,
        viewer=make_user(account=responder.account, role=Membership.Role.VIEWER),
        stranger=make_user(account=make_account()),
        responder=responder,
        client=client,
    )
