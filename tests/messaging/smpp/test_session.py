"""The session against the simulator: what a working day looks like."""

import pytest

from messaging.smpp.pdu import Command, SubmitTemplate
from messaging.smpp.receipts import MessageState
from messaging.smpp.session import BindConfig, BindState, ConfigurationError
from messaging.smpp.simulator import simulator
from tests.messaging.smpp.support import PERSIAN, TEMPLATE, Recorder, messages, plain_numbers, running, wait_until


def test_every_message_is_answered_and_receipted_once():
    numbers = plain_numbers(100) + plain_numbers(100, 9880000)
    with simulator() as smsc, running(smsc.port, messages(numbers), window=20) as handler:
        wait_until(lambda: len(handler.receipts) == 200)
        assert set(handler.accepted) == set(numbers)
        assert sorted(receipt.smsc_id for receipt in handler.receipts) == sorted(handler.accepted.values())
        assert {receipt.state for receipt in handler.receipts} == {MessageState.DELIVERED}
        stats = smsc.wait_until(lambda stats: stats["receipts_acknowledged"] == 200)
        assert (stats["submits"], stats["duplicates"]) == (200, 0)
        submits = smsc.submits
        assert [submit.destination for submit in submits] == numbers
        assert {(submit.source, submit.message, submit.data_coding) for submit in submits} == {
            ("983000505", PERSIAN, 8)
        }
        assert handler.states[:2] == [(BindState.CONNECTING, ""), (BindState.BOUND, "")]


def test_the_window_is_never_exceeded_and_is_used_whole():
    with simulator(latency=0.02) as smsc, running(smsc.port, messages(plain_numbers(100)), window=7) as handler:
        wait_until(lambda: len(handler.answers) == 100)
        assert handler.most_in_flight == 7


def test_a_wake_brings_what_came_after_the_queue_ran_dry():
    with simulator() as smsc, running(smsc.port) as handler:
        for number in plain_numbers(5):
            handler.add(*messages([number]))
            wait_until(lambda number=number: number in handler.accepted)


def test_wake_at_pulls_again_at_its_time():
    with simulator() as smsc, running(smsc.port) as handler:
        handler.session.wake()
        handler.queue += messages(plain_numbers(1))
        handler.session.wake_at(handler.session._clock() + 0.05)
        wait_until(lambda: handler.answers)


def test_a_paused_session_submits_nothing_until_resumed():
    with simulator() as smsc, running(smsc.port) as handler:
        handler.session.pause_submitting()
        handler.add(*messages(plain_numbers(3)))
        smsc.send_mo("989121234567", "983000505", "a")
        wait_until(lambda: handler.deliveries)
        assert smsc.stats()["submits"] == 0
        handler.session.resume_submitting()
        wait_until(lambda: len(handler.answers) == 3)


@pytest.mark.parametrize(
    ("base", "id_format", "receipt_id_format"),
    [
        ("same", "decimal", "same"),
        ("same", "hex", "same"),
        ("same", "hex", "hex"),
        ("hex-dec", "hex", "decimal"),
        ("dec-hex", "decimal", "hex"),
    ],
)
@pytest.mark.parametrize("tlvs", [True, False])
def test_receipts_match_whatever_base_the_operator_writes_ids_in(base, id_format, receipt_id_format, tlvs):
    options = {"id_format": id_format, "receipt_id_format": receipt_id_format, "receipt_tlvs": tlvs}
    with simulator(**options) as smsc, running(smsc.port, messages(plain_numbers(20)), id_base=base) as handler:
        wait_until(lambda: len(handler.receipts) == 20)
        assert {receipt.smsc_id for receipt in handler.receipts} == set(handler.accepted.values())


def test_receipts_early_late_twice_and_out_of_order_all_arrive():
    options = {"early_receipts": 0.3, "late_receipts": 0.3, "late_seconds": 0.05, "duplicate_receipts": 0.3}
    with (
        simulator(seed=3, shuffle_receipts=True, **options) as smsc,
        running(smsc.port, messages(plain_numbers(100))) as handler,
    ):
        expected = wait_until(lambda: len(handler.accepted) == 100 and smsc.stats()["receipts"])
        assert expected > 100
        wait_until(lambda: len(handler.receipts) == expected)
        assert {receipt.smsc_id for receipt in handler.receipts} == set(handler.accepted.values())


def test_a_receipt_in_data_sm_is_read_and_acknowledged():
    with (
        simulator(receipt_command="data_sm") as smsc,
        running(smsc.port, messages(plain_numbers(3))) as handler,
    ):
        wait_until(lambda: len(handler.receipts) == 3)
        assert {delivery.command for delivery in handler.deliveries} == {Command.DATA_SM}
        smsc.wait_until(lambda stats: stats["receipts_acknowledged"] == 3)


def test_subscribers_messages_arrive_with_their_alphabet_and_parts():
    with simulator() as smsc, running(smsc.port) as handler:
        assert smsc.send_mo("989121234567", "983000505", "لغو") == 1
        assert smsc.send_mo("989121234567", "983000505", "x" * 200) == 2
        wait_until(lambda: len(handler.deliveries) == 3)
        first, second, third = (delivery.sm for delivery in handler.deliveries)
        assert (first.source, first.destination, first.message.decode("utf-16-be")) == (
            "989121234567",
            "983000505",
            "لغو",
        )
        assert not handler.deliveries[0].is_receipt
        assert second.message[:6] + third.message[:6] == bytes((5, 0, 3, 2, 2, 1, 5, 0, 3, 2, 2, 2))
        assert second.message[6:] + third.message[6:] == b"x" * 200


def test_a_subscriber_cannot_forge_a_receipt():
    with simulator() as smsc, running(smsc.port) as handler:
        words = "id:1 sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:"
        smsc.send_mo("989121234567", "983000505", words)
        wait_until(lambda: handler.deliveries)
        assert handler.receipts == []
        assert handler.deliveries[0].sm.message == words.encode()


def test_what_is_not_acknowledged_comes_again_on_the_next_connection():
    handler = Recorder(messages(plain_numbers(3)), acknowledges=False)
    with simulator() as smsc, running(smsc.port, handler=handler):
        wait_until(lambda: len(handler.deliveries) == 3)
        first = list(handler.deliveries)
        smsc.cut()
        wait_until(lambda: len(handler.deliveries) == 6)
        handler.session.acknowledge(first)  # of a connection that is gone: must not acknowledge the new ones
        assert smsc.stats()["unacknowledged"] == 3
        handler.session.acknowledge(handler.deliveries[3:])
        smsc.wait_until(lambda stats: stats["unacknowledged"] == 0)
        assert [delivery.body for delivery in handler.deliveries[3:]] == [delivery.body for delivery in first]


def test_transmitter_and_receiver_share_the_work():
    with (
        simulator() as smsc,
        running(smsc.port, bind_type="receiver") as receiver,
        running(smsc.port, messages(plain_numbers(10)), bind_type="transmitter") as transmitter,
    ):
        receiver.add(*messages(plain_numbers(1)))
        wait_until(lambda: len(receiver.receipts) == 10)
        assert transmitter.deliveries == []
        assert receiver.answers == []
        assert smsc.stats()["submits"] == 10


def test_a_long_message_travels_as_message_payload():
    text = b"x" * 300
    body = SubmitTemplate(source="983000505", message=text).body("989121234599")
    with simulator() as smsc, running(smsc.port, [("long", body)]) as handler:
        wait_until(lambda: handler.answers)
        assert smsc.submits[0].message == text
        assert smsc.submits[0].tlvs == {0x0424: text}


def test_stop_waits_for_answers_then_unbinds():
    with simulator(latency=0.1) as smsc, running(smsc.port, messages(plain_numbers(10)), window=10) as handler:
        smsc.wait_until(lambda stats: stats["submits"] == 10)
        handler.session.stop(drain_seconds=10)
        handler.thread.join(10)
        assert len(handler.answers) == 10
        assert handler.maybe_sent == handler.not_sent == []
        assert [state for state, _ in handler.states[-3:]] == [
            BindState.UNBINDING,
            BindState.DISCONNECTED,
            BindState.STOPPED,
        ]
        assert handler.session.last_error == ""


def test_stop_out_of_time_reports_what_may_have_been_sent():
    numbers = plain_numbers(5)
    with simulator(drop_answers=1.0) as smsc, running(smsc.port, messages(numbers)) as handler:
        smsc.wait_until(lambda stats: stats["submits"] == 5)
        handler.session.stop(drain_seconds=0.05)
        handler.thread.join(10)
        assert handler.maybe_sent == numbers
        assert handler.not_sent == []


def test_throttled_messages_go_out_later_in_their_order():
    numbers = plain_numbers(60)
    with simulator(throughput=100) as smsc, running(smsc.port, messages(numbers), window=60) as handler:
        wait_until(lambda: len(handler.accepted) == 60)
        stats = smsc.stats()
        assert stats["throttled"] > 0
        assert (stats["accepted"], stats["duplicates"]) == (60, 0)
        assert [submit.destination for submit in smsc.submits] == numbers
        assert handler.session.flow.limit < 60
        assert handler.session.stats.throttled == stats["throttled"]


def test_errors_are_reported_with_their_status():
    with simulator() as smsc:
        bad_number, bad_sender = "989120000003", "989120000012"
        with running(smsc.port, messages([bad_number, bad_sender])) as handler:
            wait_until(lambda: len(handler.answers) == 2)
            assert handler.answers == [(bad_number, 0x0B, ""), (bad_sender, 0x0A, "")]


def test_a_handler_that_fails_ends_the_session_and_is_told_what_was_lost():
    class Failing(Recorder):
        def answered(self, answers):
            raise RuntimeError("the database is away")

    handler = Failing(messages(plain_numbers(3)))
    with simulator() as smsc, pytest.raises(RuntimeError), running(smsc.port, handler=handler, until_bound=False):
        handler.thread.join(10)
    assert handler.states[-1] == (BindState.STOPPED, "")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": "ninechars"}, "password is 9 octets long; SMPP allows 8"),
        ({"password": "گذرواژه"}, "password has a character that SMPP cannot carry: 'گ'"),
        ({"system_id": "x" * 16}, "system_id is 16 octets long; SMPP allows 15"),
        ({"window": 0}, "window must be at least 1"),
        ({"port": 0}, "port must be 1 to 65535"),
    ],
)
def test_settings_that_smpp_cannot_carry_are_refused(changes, sentence):
    with pytest.raises(ConfigurationError) as raised:
        BindConfig(**{"host": "127.0.0.1", "port": 2775, "system_id": "demo", "password": "secret", **changes})
    assert str(raised.value) == sentence


def test_the_password_is_not_in_the_representation():
    assert "secret" not in repr(BindConfig(host="127.0.0.1", port=2775, system_id="demo", password="secret"))


def test_window_and_latency_give_the_rate():
    """Window ÷ round trip is the law; at 20 ms and a window of 10, 100 messages need ten round trips."""
    with simulator(latency=0.02) as smsc, running(smsc.port, window=10) as handler:
        started = handler.session._clock()
        handler.add(*[(number, TEMPLATE.body(number)) for number in plain_numbers(100)])
        wait_until(lambda: len(handler.answers) == 100)
        assert handler.session._clock() - started >= 10 * 0.02
