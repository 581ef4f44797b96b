"""What subscribers send: stored before it is acknowledged, once, joined."""

from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection, transaction

from messaging.delivery import inbound
from messaging.models import InboundMessage, InboundPart
from messaging.signals import listened_for, messages_received
from messaging.smpp.bind import Delivery
from messaging.smpp.pdu import Command, read_message_body
from messaging.smpp.simulator.receipts import mo_bodies
from tests.concurrency.together import run_together
from tests.factories import make_account, make_gateway, make_line
from tests.messaging.delivery.bench import wait_for

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def heard():
    """The texts of each announcement, and whether a transaction was open then."""
    announcements = []

    def receiver(messages, **_):
        announcements.append(([message.text for message in messages], connection.in_atomic_block))

    messages_received.connect(receiver)
    yield announcements
    messages_received.disconnect(receiver)


def test_a_message_reaches_the_inbox_of_the_lines_owner(bench, heard):
    smsc = bench.operator()
    bench.start()
    wait_for(lambda: smsc.stats()["bound"] == 1)
    smsc.send_mo("989121234567", bench.line.number, "سلام، موجود است؟")
    message = wait_for(InboundMessage.objects.first)
    assert heard == [(["سلام، موجود است؟"], True)]
    assert (message.account, message.line, message.msisdn) == (bench.account, bench.line, 989121234567)
    assert message.text == "سلام، موجود است؟"
    wait_for(lambda: InboundPart.objects.filter(acknowledged_at__isnull=False).count() == 1)


def test_a_long_message_is_joined(bench):
    smsc = bench.operator()
    bench.start()
    wait_for(lambda: smsc.stats()["bound"] == 1)
    text = "م" * 160
    smsc.send_mo("989121234567", bench.line.number, text)
    message = wait_for(InboundMessage.objects.first)
    assert message.text == text
    assert InboundPart.objects.filter(message=message).count() == 3


def test_the_same_words_twice_are_two_messages(bench):
    smsc = bench.operator()
    bench.start()
    wait_for(lambda: smsc.stats()["bound"] == 1)
    for expected in (1, 2):
        smsc.send_mo("989121234567", bench.line.number, "1")
        wait_for(
            lambda expected=expected: InboundPart.objects.filter(acknowledged_at__isnull=False).count() == expected
        )
    assert InboundMessage.objects.count() == 2


def test_a_message_to_no_line_of_ours_is_kept_without_an_owner(bench):
    smsc = bench.operator()
    bench.start()
    wait_for(lambda: smsc.stats()["bound"] == 1)
    smsc.send_mo("989121234567", "99990000", "?")
    message = wait_for(InboundMessage.objects.first)
    assert (message.account, message.line, message.destination) == (None, None, "99990000")


def deliveries(sender: str, destination: str, text: str, *, reference: int = 1) -> list[Delivery]:
    """A subscriber's message as its deliver_sm come off the wire."""
    bodies = mo_bodies(sender, destination, text, reference)
    return [Delivery(1, Command.DELIVER_SM, 0, body, read_message_body(body)) for body in bodies]


def stored(gateway, batch) -> list[int]:
    with transaction.atomic():
        return inbound.store(gateway.pk, batch, now=NOW)


@pytest.fixture
def line(db):
    return make_line(make_account())


def test_what_comes_at_once_is_stored_by_few_statements_and_announced_once(line, heard, django_assert_num_queries):
    gateway = make_gateway()
    batch = [one for n in range(300) for one in deliveries(f"98912000{n:04}", line.number, f"کد {n}")]
    listened_for()  # asked once in a few seconds, whatever comes in
    # a savepoint and its end, the known, the lines, the messages, opt-out words, accounts with auto-replies, parts
    with django_assert_num_queries(10):
        stored(gateway, batch)
    assert heard == [([f"کد {n}" for n in range(300)], True)]
    assert InboundPart.objects.filter(message__text="کد 7").count() == 1
    assert sorted(stored(gateway, batch)) == list(InboundPart.objects.order_by("pk").values_list("pk", flat=True))
    assert (InboundMessage.objects.count(), InboundPart.objects.count()) == (300, 300)


def test_parts_are_joined_in_whatever_order_they_come_and_wherever_the_batches_end(line, heard):
    gateway = make_gateway()
    text = "الف" * 70 + "ب" * 70
    first, second, *rest = deliveries("989121234567", line.number, text)
    other = deliveries("989121234568", line.number, "کوتاه")
    stored(gateway, [*rest, second])
    stored(gateway, [*other, first])
    assert heard == [(["کوتاه", text], True)]


def test_what_a_receiver_raises_takes_the_messages_back(line):
    def refuse(**_):
        raise ZeroDivisionError

    messages_received.connect(refuse)
    try:
        with pytest.raises(ZeroDivisionError):
            stored(make_gateway(), deliveries("989121234567", line.number, "?"))
    finally:
        messages_received.disconnect(refuse)
    assert (InboundMessage.objects.count(), InboundPart.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("take_turns", [True, False])
def test_the_last_parts_by_two_binds_at_once_still_make_a_message(monkeypatch, take_turns):
    line, gateway = make_line(make_account()), make_gateway()
    text = "م" * 100
    halves = deliveries("989121234567", line.number, text)
    both_are_stored = Barrier(2, timeout=20)

    def bind(half):
        with transaction.atomic():
            inbound.store(gateway.pk, [half], now=NOW)
            if not take_turns:
                both_are_stored.wait()

    if not take_turns:  # the control: without the lock, neither bind sees the other's part
        monkeypatch.setattr(inbound, "_take_turns", lambda sets: None)
    assert run_together([lambda half=half: bind(half) for half in halves]) == [None, None]
    assert list(InboundMessage.objects.values_list("text", flat=True)) == ([text] if take_turns else [])
