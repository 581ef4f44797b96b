"""Parts of long received messages: any order, repeats, other headers, and parts that never come (4.1, 4.5)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from common.text import search_key
from messaging.delivery import inbound
from messaging.delivery.inbound import show_incomplete
from messaging.models import InboundMessage, InboundPart
from messaging.signals import messages_received
from messaging.smpp.bind import Delivery
from messaging.smpp.pdu import Command, Tag, pack_tlv, read_message_body
from messaging.smpp.simulator.receipts import mo_bodies
from tests.factories import make_account, make_gateway, make_line

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TEXT = "الف" * 67 + "ب" * 67 + "پ" * 30
SENDER = "989121234567"


def delivery(body: bytes) -> Delivery:
    return Delivery(1, Command.DELIVER_SM, 0, body, read_message_body(body))


def in_parts(line, text=TEXT, *, reference=1, header="udh8") -> list[bytes]:
    """The bodies of the deliver_sm of a long text, its parts named by a header of the given kind."""
    bodies = mo_bodies(SENDER, line.number, text, reference)
    return [_reheaded(body, header, reference) for body in bodies]


def _reheaded(body: bytes, header: str, reference: int) -> bytes:
    short = read_message_body(body).message
    total, sequence = short[4], short[5]
    head, piece = body[: len(body) - len(short) - 1], short[6:]
    if header == "udh8":
        return body
    if header == "udh16":
        message = b"\x06\x08\x04" + reference.to_bytes(2, "big") + bytes((total, sequence)) + piece
        return head + bytes((len(message),)) + message
    plain = bytearray(head)
    plain[_esm_class_at(body)] = 0
    named = (Tag.SAR_MSG_REF_NUM, reference.to_bytes(2, "big")), (Tag.SAR_TOTAL_SEGMENTS, bytes((total,)))
    tlvs = b"".join(pack_tlv(tag, value) for tag, value in (*named, (Tag.SAR_SEGMENT_SEQNUM, bytes((sequence,)))))
    return bytes(plain) + bytes((len(piece),)) + piece + tlvs


def _esm_class_at(body: bytes) -> int:
    source_ends = body.index(b"\0", 3)
    return body.index(b"\0", source_ends + 3) + 1


def come(gateway, bodies, *, at=NOW) -> None:
    """One batch, acknowledged."""
    with transaction.atomic():
        ids = inbound.store(gateway.pk, [delivery(body) for body in bodies], now=at)
    inbound.acknowledged(ids, now=at)


def texts() -> list[str]:
    return list(InboundMessage.objects.order_by("pk").values_list("text", flat=True))


def waiting() -> int:
    return InboundPart.objects.filter(message=None).count()


@pytest.fixture
def line(db):
    return make_line(make_account())


@pytest.fixture
def gateway(db):
    return make_gateway()


class AnyOrder(TestCase):
    @settings(max_examples=40)
    @given(
        order=st.permutations(range(4)),
        repeats=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), max_size=4),
        header=st.sampled_from(["udh8", "udh16", "sar"]),
        in_one_batch=st.booleans(),
    )
    def test_parts_in_any_order_with_repeats_make_one_message(self, order, repeats, header, in_one_batch):
        line, gateway = make_line(make_account()), make_gateway()
        text = "ا" * 67 + "ب" * 67 + "پ" * 67 + "ت" * 5
        bodies = in_parts(line, text, reference=300 if header != "udh8" else 7, header=header)
        coming = [bodies[place] for place in order]
        for part, place in repeats:
            coming.insert(place, bodies[part])
        for batch in [coming] if in_one_batch else [[one] for one in coming]:
            come(gateway, batch)
        assert (texts(), waiting()) == ([text], 0)
        assert InboundMessage.objects.get().missing_parts == 0


@pytest.mark.parametrize("header", ["udh8", "udh16", "sar"])
def test_messages_of_other_references_do_not_mix(line, gateway, header):
    one = in_parts(line, "ا" * 100, reference=1, header=header)
    two = in_parts(line, "ب" * 100, reference=2, header=header)
    for body in (one[1], two[0], one[0], two[1]):
        come(gateway, [body])
    assert texts() == ["ا" * 100, "ب" * 100]


def test_a_reference_that_comes_round_again_is_another_message(line, gateway):
    come(gateway, in_parts(line, "ا" * 100))
    come(gateway, in_parts(line, "ا" * 67 + "ب" * 33), at=NOW + timedelta(hours=2))
    assert texts() == ["ا" * 100, "ا" * 67 + "ب" * 33]


@pytest.mark.parametrize(
    ("came", "text", "missing"),
    [
        ([0, 2], "ا" * 67 + "[…]" + "پ" * 5, 1),
        ([1], "[…]" + "ب" * 67 + "[…]", 2),
        ([2], "[…]" + "پ" * 5, 2),
    ],
)
def test_a_lost_part_leaves_a_gap_after_a_time(line, gateway, came, text, missing):
    heard = []
    receiver = lambda messages, **_: heard.extend(message.text for message in messages)  # noqa: E731
    bodies = in_parts(line, "ا" * 67 + "ب" * 67 + "پ" * 5)
    messages_received.connect(receiver)
    try:
        come(gateway, [bodies[place] for place in came])
        assert show_incomplete(now=NOW + timedelta(minutes=10)) == 0
        assert texts() == []
        assert show_incomplete(now=NOW + timedelta(minutes=10, seconds=1)) == 1
        assert show_incomplete(now=NOW + timedelta(minutes=20)) == 0
    finally:
        messages_received.disconnect(receiver)
    message = InboundMessage.objects.get()
    assert (message.text, message.missing_parts, message.account) == (text, missing, line.account)
    assert heard == [text]


def test_a_late_part_fills_its_gap(line, gateway):
    bodies = in_parts(line, "ا" * 67 + "ب" * 67 + "پ" * 5)
    come(gateway, [bodies[2]])
    show_incomplete(now=NOW + timedelta(minutes=11))
    come(gateway, [bodies[0]], at=NOW + timedelta(hours=1))
    assert texts() == ["ا" * 67 + "[…]" + "پ" * 5]
    come(gateway, [bodies[1]], at=NOW + timedelta(hours=2))
    message = InboundMessage.objects.get()
    assert (message.text, message.missing_parts) == ("ا" * 67 + "ب" * 67 + "پ" * 5, 0)
    assert message.search_key == search_key(message.text)
    assert (waiting(), show_incomplete(now=NOW + timedelta(hours=3))) == (0, 0)


def cut_in_a_pair(line, reference=1) -> list[bytes]:
    """Two parts, of which the first ends with the first half of 😀 and the second begins with the other."""
    first, second = in_parts(line, "ا" * 134, reference=reference)
    begin = len(second) - len(read_message_body(second).message) + 6
    return [first[:-2] + b"\xd8\x3d", second[:begin] + b"\xde\x00" + second[begin + 2 :]]


@pytest.mark.parametrize("order", [1, -1])
def test_a_character_that_the_sender_cut_in_half_is_whole_again(line, gateway, order):
    for body in cut_in_a_pair(line)[::order]:
        come(gateway, [body])
    assert texts() == ["ا" * 66 + "😀" + "ا" * 66]


def test_half_a_character_whose_other_half_never_came_is_marked_and_mended_when_it_comes(line, gateway, settings):
    first, second = cut_in_a_pair(line)
    come(gateway, [second])
    show_incomplete(now=NOW + timedelta(minutes=settings.INBOUND_PARTS_WAIT_MINUTES + 1))
    assert texts() == ["[…]\ufffd" + "ا" * 66]
    come(gateway, [first], at=NOW + timedelta(minutes=30))
    assert texts() == ["ا" * 66 + "😀" + "ا" * 66]
