"""The session under fire: an operator that breaks, lies, goes silent, or speaks nonsense."""

import struct

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from messaging.smpp.errors import Status
from messaging.smpp.pdu import Command, pack, pack_tlv
from messaging.smpp.session import BindState
from messaging.smpp.simulator import simulator
from tests.messaging.smpp.support import Recorder, messages, operator, plain_numbers, running, wait_until

WORDS = b"id:7 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:"
RECEIPT = b"\0\1\x01989121234567\0\0\x01983000505\0\x04\0\0\0\0\0\0\0\0" + bytes((len(WORDS),)) + WORDS


@pytest.mark.parametrize("cut_mid_pdu", [False, True])
def test_a_cut_in_mid_window_tells_what_is_unknown_and_goes_on(cut_mid_pdu):
    numbers = plain_numbers(30)
    with (
        simulator(cut_after=10, cut_mid_pdu=cut_mid_pdu, latency=0.01) as smsc,
        running(smsc.port, messages(numbers), window=4) as handler,
    ):
        wait_until(lambda: handler.maybe_sent or handler.not_sent)
        smsc.options.cut_after = 0
        wait_until(
            lambda: len(handler.accepted) + len(handler.maybe_sent) + len(handler.not_sent) == 30 and not handler.queue
        )
        settled = [*handler.accepted, *handler.maybe_sent, *handler.not_sent]
        assert sorted(settled) == sorted(numbers)  # each exactly once
        taken = {submit.destination for submit in smsc.submits}
        assert taken.isdisjoint(handler.not_sent)
        assert set(handler.accepted) <= taken
        assert smsc.stats()["duplicates"] == 0


def test_what_never_left_the_buffer_is_told_apart():
    """A peer that stops reading fills the socket; bytes still with us are provably unsent."""
    with operator() as smsc, running(smsc.port, window=100_000, until_bound=False) as handler:
        smsc.accept_bind()
        big = [(number, b"x" * 5000) for number in range(5000)]
        handler.add(*big)
        wait_until(lambda: handler.session.stats.submitted >= 100 and handler.session._link.out)
        link = handler.session._link
        wait_until(lambda: link._taken > 1_000_000)
        smsc.hang_up()
        wait_until(lambda: handler.count(BindState.DISCONNECTED))
        assert handler.not_sent
        assert handler.maybe_sent
        assert handler.maybe_sent + handler.not_sent == list(range(handler.session.stats.submitted))
        whole, part = divmod(link._taken - 16 - len(handler.session.config.bind_body()), 5016)
        assert len(handler.maybe_sent) == whole + bool(part)


def test_answers_in_single_bytes_are_understood():
    with operator() as smsc, running(smsc.port, messages(plain_numbers(1)), until_bound=False) as handler:
        smsc.accept()
        _, _, sequence, _ = smsc.next()
        for octet in pack(Command.BIND_TRANSCEIVER_RESP, 0, sequence, b"smsc\0"):
            smsc.send(bytes((octet,)))
        _, _, sequence, _ = smsc.next()
        for octet in pack(Command.SUBMIT_SM_RESP, 0, sequence, b"00AF\0") + pack(Command.DELIVER_SM, 0, 9, RECEIPT):
            smsc.send(bytes((octet,)))
        wait_until(lambda: handler.deliveries)
        assert handler.answers == [(plain_numbers(1)[0], 0, "af")]
        assert handler.receipts[0].smsc_id == "7"
        assert smsc.next()[:3] == (Command.DELIVER_SM_RESP, 0, 9)


def test_unknown_commands_are_refused_and_the_link_lives():
    with operator() as smsc, running(smsc.port, until_bound=False) as handler:
        smsc.accept_bind()
        smsc.send(pack(0x00010203, 0, 77, b"whatever"))
        assert smsc.next_of(Command.GENERIC_NACK) == (Command.GENERIC_NACK, Status.ESME_RINVCMDID, 77, b"")
        smsc.send(pack(0x80010203, 0, 78, b""))  # an unknown answer is not answered
        smsc.send(pack(Command.ALERT_NOTIFICATION, 0, 79, b"\1\1x\0\1\1y\0"))
        smsc.send(pack(Command.CANCEL_SM_RESP, 0, 80))
        smsc.send(pack(Command.SUBMIT_SM_RESP, 0, 4242, b"nobody asked\0"))
        smsc.send(pack(Command.ENQUIRE_LINK, 0, 81))
        assert smsc.next() == (Command.ENQUIRE_LINK_RESP, 0, 81, b"")
        assert handler.session.state is BindState.BOUND
        assert handler.session.stats.ignored == 5


def test_unknown_optional_parameters_are_kept():
    with operator() as smsc, running(smsc.port, until_bound=False) as handler:
        smsc.accept_bind()
        smsc.send(pack(Command.DELIVER_SM, 0, 1, RECEIPT + pack_tlv(0x1501, b"vendor") + pack_tlv(0x0204, b"\0\1")))
        assert smsc.next()[:3] == (Command.DELIVER_SM_RESP, 0, 1)
        assert handler.deliveries[0].sm.tlvs == {0x1501: b"vendor", 0x0204: b"\0\1"}


def test_a_malformed_delivery_is_refused_for_good_and_the_link_lives():
    with operator() as smsc, running(smsc.port, until_bound=False) as handler:
        smsc.accept_bind()
        smsc.send(pack(Command.DELIVER_SM, 0, 1, RECEIPT[:-20]))
        assert smsc.next()[:3] == (Command.DELIVER_SM_RESP, Status.ESME_RX_P_APPN, 1)
        smsc.send(pack(Command.DELIVER_SM, 0, 2, RECEIPT + b"\x14\x01\0\xffcut"))
        assert smsc.next()[:3] == (Command.DELIVER_SM_RESP, Status.ESME_RX_P_APPN, 2)
        smsc.send(pack(Command.DELIVER_SM, 0, 3, RECEIPT))
        assert smsc.next()[:3] == (Command.DELIVER_SM_RESP, 0, 3)
        assert len(handler.deliveries) == 1
        assert handler.session.stats.malformed == 2


@pytest.mark.parametrize("length", [0, 4, 15, 0x00200000, 0xFFFFFFFF])
def test_a_length_that_cannot_be_right_ends_the_connection_cleanly(length):
    with operator() as smsc, running(smsc.port, messages(plain_numbers(2)), until_bound=False) as handler:
        smsc.accept_bind()
        _, _, sequence, _ = smsc.next_of(Command.SUBMIT_SM)
        garbage = struct.pack(">IIII", length, 5, 0, 1)
        smsc.send(pack(Command.SUBMIT_SM_RESP, 0, sequence, b"12\0") + garbage)
        assert smsc.saw_close()
        first, second = plain_numbers(2)
        wait_until(lambda: handler.maybe_sent)
        assert handler.answers == [(first, 0, "12")]  # what came before the nonsense counts
        assert handler.maybe_sent == [second]
        assert f"command_length {length} is outside" in handler.session.last_error
        smsc.accept_bind()
        wait_until(lambda: handler.session.state is BindState.BOUND)


def test_a_generic_nack_answers_the_submit_it_names():
    with operator() as smsc, running(smsc.port, messages(plain_numbers(1)), until_bound=False) as handler:
        smsc.accept_bind()
        _, _, sequence, _ = smsc.next_of(Command.SUBMIT_SM)
        smsc.send(pack(Command.GENERIC_NACK, Status.ESME_RINVCMDLEN, sequence))
        wait_until(lambda: handler.answers)
        assert handler.answers == [(plain_numbers(1)[0], Status.ESME_RINVCMDLEN, "")]


def test_a_silent_peer_is_dead():
    with (
        simulator() as smsc,
        running(smsc.port, enquire_link_seconds=0.05, enquire_link_timeout_seconds=0.1) as handler,
    ):
        smsc.wait_until(lambda stats: stats["enquire_links"] >= 2)
        assert handler.count(BindState.DISCONNECTED) == 0
        smsc.options.silent = True
        handler.add(*messages(plain_numbers(1)))
        wait_until(lambda: handler.maybe_sent)
        assert handler.maybe_sent == plain_numbers(1)
        assert handler.session.last_error == "the operator does not answer enquire_link"
        smsc.options.silent = False
        wait_until(lambda: handler.session.state is BindState.BOUND)


def test_a_lost_answer_times_out_and_a_late_one_still_counts():
    numbers = plain_numbers(2)
    with (
        operator() as smsc,
        running(smsc.port, messages(numbers), response_timeout_seconds=0.1, until_bound=False) as handler,
    ):
        smsc.accept_bind()
        _, _, first, _ = smsc.next_of(Command.SUBMIT_SM)
        _, _, second, _ = smsc.next_of(Command.SUBMIT_SM)
        smsc.send(pack(Command.SUBMIT_SM_RESP, 0, first, b"1\0"))
        wait_until(lambda: handler.overdue)
        assert handler.overdue == numbers[1:]
        assert handler.session.window_in_flight == 0
        smsc.send(pack(Command.SUBMIT_SM_RESP, 0, second, b"2\0"))
        wait_until(lambda: len(handler.answers) == 2)
        assert handler.answers[1] == (numbers[1], 0, "2")
        assert handler.maybe_sent == []


def test_the_operators_unbind_is_answered_after_what_is_outstanding():
    with operator() as smsc, running(smsc.port, messages(plain_numbers(1)), until_bound=False) as handler:
        smsc.accept_bind()
        _, _, sequence, _ = smsc.next_of(Command.SUBMIT_SM)
        smsc.send(pack(Command.UNBIND, 0, 500))
        wait_until(lambda: handler.session.state is BindState.UNBINDING)
        handler.add(*messages(plain_numbers(1, 9870000)))
        smsc.send(pack(Command.SUBMIT_SM_RESP, 0, sequence, b"1\0") + pack(Command.DELIVER_SM, 0, 501, RECEIPT))
        seen = [smsc.next()[:3], smsc.next()[:3]]
        assert seen == [(Command.DELIVER_SM_RESP, 0, 501), (Command.UNBIND_RESP, 0, 500)]
        smsc.hang_up()
        assert len(handler.answers) == 1
        assert handler.maybe_sent == []
        smsc.accept_bind()  # and it comes back
        smsc.answer_submit()
        wait_until(lambda: len(handler.answers) == 2)


def test_a_delivery_during_our_unbind_is_not_swallowed():
    handler = Recorder(acknowledges=False)
    with operator() as smsc, running(smsc.port, handler=handler, until_bound=False):
        smsc.accept_bind()
        wait_until(lambda: handler.session.state is BindState.BOUND)
        handler.session.stop(drain_seconds=5)
        _, _, sequence, _ = smsc.next_of(Command.UNBIND)
        smsc.send(pack(Command.DELIVER_SM, 0, 9, RECEIPT) + pack(Command.UNBIND_RESP, 0, sequence))
        wait_until(lambda: handler.deliveries)
        handler.session.acknowledge(handler.deliveries)
        assert smsc.next()[:3] == (Command.DELIVER_SM_RESP, 0, 9)
        handler.thread.join(10)
        assert not handler.thread.is_alive()


def test_stop_does_not_wait_for_receipts_to_cease():
    """Beside other binds they never do; a deploy of sixty binds must not wait out each one's drain."""
    handler = Recorder(messages(plain_numbers(1)), acknowledges=False)
    with operator() as smsc, running(smsc.port, handler=handler, until_bound=False):
        smsc.accept_bind()
        _, _, sequence, _ = smsc.next_of(Command.SUBMIT_SM)
        smsc.send(pack(Command.DELIVER_SM, 0, 9, RECEIPT))
        wait_until(lambda: handler.deliveries)
        handler.session.stop(drain_seconds=3600)
        smsc.send(pack(Command.SUBMIT_SM_RESP, 0, sequence, b"1\0"))
        smsc.next_of(Command.UNBIND)
        assert len(handler.answers) == 1


def test_a_wrong_password_is_said_and_not_hammered():
    with (
        simulator(system_id="demo", password="other") as smsc,
        running(smsc.port, until_bound=False, refused_min_seconds=30) as handler,
    ):
        wait_until(lambda: handler.count(BindState.REFUSED))
        assert handler.session.last_status == Status.ESME_RINVPASWD
        assert handler.states[-1] == (BindState.REFUSED, "the operator refused the bind: ESME_RINVPASWD")
        assert smsc.stats()["connections"] == 1


def test_a_mended_password_binds_by_itself():
    with (
        simulator(system_id="demo", password="other") as smsc,
        running(smsc.port, until_bound=False, refused_min_seconds=0.02) as handler,
    ):
        wait_until(lambda: handler.count(BindState.REFUSED) >= 2)
        smsc.options.password = "secret"
        wait_until(lambda: handler.session.state is BindState.BOUND)


def test_too_many_binds_is_tried_again_soon():
    with simulator(max_binds=1) as smsc, running(smsc.port), running(smsc.port, until_bound=False) as second:
        wait_until(lambda: second.count(BindState.DISCONNECTED) >= 2)
        assert second.session.last_error == "the operator did not bind us: ESME_RALYBND"
        smsc.options.max_binds = 2
        wait_until(lambda: second.session.state is BindState.BOUND)


def test_a_refused_connection_is_tried_again_until_somebody_listens():
    with simulator() as smsc:
        port = smsc.port
    with running(port, until_bound=False) as handler:
        wait_until(lambda: handler.count(BindState.DISCONNECTED) >= 3)
        assert handler.session.last_error == f"cannot connect to 127.0.0.1:{port}: Connection refused"
        with simulator(port=port):
            wait_until(lambda: handler.session.state is BindState.BOUND)


def test_a_bind_without_an_answer_is_given_up():
    with operator() as smsc, running(smsc.port, until_bound=False, connect_timeout_seconds=0.1) as handler:
        smsc.accept()
        wait_until(lambda: handler.count(BindState.DISCONNECTED))
        assert handler.states[1] == (BindState.DISCONNECTED, "the operator did not answer the bind")


def test_stop_ends_a_wait_for_a_connection_at_once():
    with simulator() as smsc:
        port = smsc.port
    with running(port, until_bound=False, reconnect_min_seconds=3600, reconnect_max_seconds=3600) as handler:
        wait_until(lambda: handler.count(BindState.DISCONNECTED))
        handler.session.stop(drain_seconds=60)
        handler.thread.join(10)
        assert not handler.thread.is_alive()


def test_many_reconnects_lose_and_double_nothing():
    numbers = [number for start in range(9000000, 9000010) for number in plain_numbers(50, start)]
    with (
        simulator(cut_after=25, latency=0.001) as smsc,
        running(
            smsc.port, messages(numbers), window=5, reconnect_min_seconds=0.001, reconnect_max_seconds=0.005
        ) as handler,
    ):
        wait_until(
            lambda: (
                not handler.queue
                and len(handler.accepted) + len(handler.maybe_sent) + len(handler.not_sent) == len(numbers)
            )
        )
        assert sorted([*handler.accepted, *handler.maybe_sent, *handler.not_sent]) == sorted(numbers)
        assert handler.session.stats.connections >= 15
        assert smsc.stats()["duplicates"] == 0


def test_acknowledgements_and_submits_do_not_wait_for_each_other():
    """Deliveries without an acknowledgement do not stop submitting."""
    handler = Recorder(messages(plain_numbers(50)), acknowledges=False)
    with simulator() as smsc, running(smsc.port, handler=handler, window=5):
        wait_until(lambda: len(handler.accepted) == 50 and len(handler.deliveries) == 50)
        assert smsc.stats()["unacknowledged"] == 50
        handler.session.acknowledge(handler.deliveries)
        smsc.wait_until(lambda stats: stats["receipts_acknowledged"] == 50)


def test_reading_rests_while_too_much_is_unacknowledged():
    handler = Recorder(acknowledges=False)
    with (
        operator() as smsc,
        running(
            smsc.port,
            handler=handler,
            until_bound=False,
            max_unacknowledged=5,
            enquire_link_seconds=0.05,
            enquire_link_timeout_seconds=0.05,
        ),
    ):
        smsc.accept_bind()
        wait_until(lambda: handler.session.state is BindState.BOUND)
        smsc.send(b"".join(pack(Command.DELIVER_SM, 0, number, RECEIPT) for number in range(1, 11)))
        wait_until(lambda: len(handler.deliveries) == 10)
        smsc.send(pack(Command.DELIVER_SM, 0, 11, RECEIPT))
        handler.session.wake()
        assert len(handler.deliveries) == 10
        assert handler.session.state is BindState.BOUND
        handler.session.acknowledge(handler.deliveries[:10])
        wait_until(lambda: len(handler.deliveries) == 11)


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [int(command) for command in Command if command not in (Command.UNBIND, Command.BIND_TRANSCEIVER_RESP)]
                + [0x99, 0x80000099]
            ),
            st.sampled_from([0, 0x58, 0x0B, 0xFFFFFFFF]),
            st.integers(0, 5),
            st.one_of(st.binary(max_size=60), st.integers(0, len(RECEIPT)).map(lambda end: RECEIPT[:end])),
        ),
        max_size=8,
    )
)
def test_nonsense_never_ends_the_reader(shared_operator, frames):
    """Whatever whole PDUs arrive, the link answers an enquire_link afterwards."""
    smsc, handler = shared_operator
    data = b"".join(pack(*frame) for frame in frames)
    smsc.send(data + pack(Command.ENQUIRE_LINK, 0, 0x1234567))
    while smsc.next()[:3] != (Command.ENQUIRE_LINK_RESP, 0, 0x1234567):
        pass
    assert handler.session.state is BindState.BOUND


@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(min_size=1, max_size=200))
def test_noise_ends_at_worst_the_connection(listening_simulator, noise):
    smsc, handler = listening_simulator
    smsc.send_raw(noise)
    smsc.cut()
    smsc.send_raw(noise)
    wait_until(lambda: handler.session.state is BindState.BOUND and smsc.stats()["bound"])


@pytest.fixture(scope="module")
def shared_operator():
    with operator() as smsc, running(smsc.port, until_bound=False) as handler:
        smsc.accept_bind()
        wait_until(lambda: handler.session.state is BindState.BOUND)
        yield smsc, handler


@pytest.fixture(scope="module")
def listening_simulator():
    fast = {"reconnect_min_seconds": 0.001, "reconnect_max_seconds": 0.002}
    with simulator() as smsc, running(smsc.port, until_bound=True, **fast) as handler:
        yield smsc, handler
