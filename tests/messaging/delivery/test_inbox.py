"""What subscribers send: stored before it is acknowledged, once, joined."""

from messaging.delivery.inbound import message_received
from messaging.models import InboundMessage, InboundPart
from tests.messaging.delivery.bench import wait_for


def test_a_message_reaches_the_inbox_of_the_lines_owner(bench):
    smsc = bench.operator()
    heard = []
    receiver = lambda message, **_: heard.append(message.pk)  # noqa: E731
    message_received.connect(receiver)
    try:
        bench.start()
        wait_for(lambda: smsc.stats()["bound"] == 1)
        smsc.send_mo("989121234567", bench.line.number, "سلام، موجود است؟")
        message = wait_for(InboundMessage.objects.first)
        wait_for(lambda: heard == [message.pk])
    finally:
        message_received.disconnect(receiver)
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
