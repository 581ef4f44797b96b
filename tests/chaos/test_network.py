"""The way to the operator fails in every way a network can: the bind comes back, nothing is lost or comes twice."""

import os
import resource
import threading
import time

import hypothesis.strategies as st
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from messaging import services
from messaging.models import Gateway
from messaging.smpp.pdu import Command, pack, pack_tlv
from messaging.smpp.session import BindState
from tests.chaos.accounting import assert_accounted, wait_finished
from tests.chaos.size import SCALE, patience, scaled
from tests.chaos.wire import wire
from tests.messaging.delivery.bench import FIRST, assert_explained, counts, wait_for

pytestmark = pytest.mark.chaos


@pytest.fixture
def relayed(bench):
    """``relayed(**options)``: an operator, and the wire over which the bench's gateway reaches it."""
    with_wires = []

    def make(**options):
        smsc = bench.operator(**options)
        with_wires.append(wire(smsc.port))
        line = with_wires[-1].__enter__()
        Gateway.objects.filter(pk=bench.gateway.pk).update(port=line.port)
        bench.gateway.refresh_from_db()
        return smsc, line

    yield make
    for engine in list(bench.engines):
        bench.stop(engine)
    for one in with_wires:
        one.__exit__(None, None, None)


def recipients(line) -> list[str]:
    return list(line.submitted.elements())


def test_cut_without_warning(bench, relayed, hasty):
    _smsc, line = relayed(window=20, latency=0.01, fates=False)
    campaign = bench.send(scaled(1000))
    bench.start()
    for share in range(1, 6):
        wait_for(lambda share=share: line.submitted.total() >= campaign.recipients * share // 8, patience(30))
        line.cut()
    wait_finished(campaign, seconds=patience(60))
    assert_accounted(campaign, recipients(line))


def test_a_peer_that_vanishes_without_a_word_is_left_by_enquire_link(bench, relayed, hasty):
    """No FIN, no RST: packets only stop. What was on the way is in doubt, and nothing more is poured into the hole."""
    smsc, line = relayed(window=20, latency=0.02, fates=False)
    Gateway.objects.update(enquire_link_seconds=1, response_timeout_seconds=30)
    campaign = bench.send(scaled(400))
    engine = bench.start()
    wait_for(lambda: line.submitted.total() >= 100)
    line.is_dead = True
    wait_for(lambda: engine.session.state is not BindState.BOUND, seconds=20)
    assert engine.session.last_error == "the operator does not answer enquire_link"
    line.is_dead = False
    smsc.cut()
    wait_finished(campaign, seconds=patience(60))
    sent = [submit.destination for submit in smsc.submits]
    assert counts(campaign).get("UNKNOWN", 0) <= 20
    assert_accounted(campaign, sent)


def test_an_operator_that_stops_reading_is_not_poured_into_and_a_pause_is_quick(bench):
    smsc = bench.operator(window=2000, read_pause=0.2, fates=False)
    Gateway.objects.update(response_timeout_seconds=60)
    campaign = bench.send(scaled(6000))
    engine = bench.start()
    wait_for(lambda: engine.session and engine.session.stats.submitted >= 500, seconds=30)
    services.pause(campaign=campaign, by=None)
    paused_at = time.monotonic()
    wait_for(lambda: all(chunk.closing for chunk in list(engine._held.values())), seconds=5)
    assert engine._armed.count == 0
    handed_over = engine.session.stats.submitted
    assert time.monotonic() - paused_at < 1.0
    assert len(engine.session._link.out) < 1_000_000
    smsc.options.read_pause = 0.0
    wait_for(lambda: engine.session.window_in_flight == 0, seconds=patience(60))
    assert engine.session.stats.submitted == handed_over < campaign.recipients
    services.resume(campaign=campaign, by=None, now=timezone.now())
    assert wait_finished(campaign, seconds=patience(60)) == {"DELIVERED": campaign.recipients}
    assert smsc.stats()["duplicates"] == 0
    assert_explained(campaign)


def test_what_the_operator_says_comes_octet_by_octet(bench, relayed):
    _smsc, line = relayed(window=10, fates=False)
    line.octet_by_octet = True
    campaign = bench.send(scaled(100))
    bench.start()
    assert wait_finished(campaign, seconds=patience(60)) == {"DELIVERED": campaign.recipients}
    assert_accounted(campaign, recipients(line))


def test_a_wrong_password_is_refused_and_then_mended(bench, hasty):
    smsc = bench.operator(system_id="test", password="other", fates=False)
    campaign = bench.send(20)
    engine = bench.start()
    wait_for(lambda: engine.session and engine.session.state is BindState.REFUSED)
    wait_for(lambda: "ESME_RINVPASWD" in bench.gateway.bind_rows.get().last_error)
    assert counts(campaign) == {"QUEUED": 20}
    smsc.options.password = "secret"
    assert wait_finished(campaign) == {"DELIVERED": 20}
    assert_accounted(campaign, [submit.destination for submit in smsc.submits])


def test_the_password_is_changed_while_bound(bench, hasty):
    """First at the operator, who then throws us out; then in our row, which the bind heeds without a restart."""
    smsc = bench.operator(window=10, latency=0.02, system_id="test", password="secret", fates=False)
    campaign = bench.send(scaled(600))
    engine = bench.start()
    wait_for(lambda: smsc.stats()["accepted"] >= 100)
    smsc.options.password = "changed"
    smsc.unbind()
    wait_for(lambda: engine.session.state is BindState.REFUSED)
    gateway = Gateway.objects.get()
    gateway.password = "changed"
    gateway.save()
    assert wait_finished(campaign, seconds=patience(60)) == {"DELIVERED": campaign.recipients}
    assert_accounted(campaign, [submit.destination for submit in smsc.submits])


def test_the_operator_unbinds_again_and_again(bench, hasty):
    smsc = bench.operator(window=20, latency=0.02, fates=False)
    campaign = bench.send(scaled(800))
    bench.start()
    for share in range(1, 5):
        wait_for(lambda share=share: smsc.stats()["accepted"] >= campaign.recipients * share // 6, patience(30))
        smsc.unbind()
    assert wait_finished(campaign, seconds=patience(60)) == {"DELIVERED": campaign.recipients}
    assert_accounted(campaign, [submit.destination for submit in smsc.submits])


def test_a_thousand_reconnects_leak_nothing(bench, relayed, hasty):
    _smsc, line = relayed(window=5, fates=False)
    engine = bench.start()

    def reconnect(times: int) -> None:
        until = line.connections + times
        while line.connections < until:
            seen = line.connections
            wait_for(lambda: engine.session and engine.session.state is BindState.BOUND)
            line.cut()
            wait_for(lambda seen=seen: line.connections > seen)

    reconnect(50)
    wait_for(lambda: engine.session.state is BindState.BOUND)
    before = belongings()
    reconnect(950 if SCALE > 1 else 250)
    wait_for(lambda: engine.session.state is BindState.BOUND)
    wait_for(lambda: belongings()[:2] <= before[:2], seconds=10)
    assert belongings()[2] - before[2] < 20_000, "kilobytes"
    campaign = bench.send(20)
    assert wait_finished(campaign) == {"DELIVERED": 20}
    assert_accounted(campaign, recipients(line))


def belongings() -> tuple[int, int, int]:
    """(threads, descriptors, greatest memory in kB) of this process."""
    files = len(os.listdir("/proc/self/fd"))
    return threading.active_count(), files, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# --- a hostile operator -----------------------------------------------------------------------------------------------

octets = st.binary(max_size=60)
words = (
    st.sampled_from(
        [
            b"",
            b"id:",
            b"id:7 stat:DELIVRD err:000",
            b"id:\xff\x00\\N\t stat:\xfe err:'\"\\",
            b"\xd8\x00\xdc",
            b"\x00" * 9,
        ]
    )
    | octets
)
addresses = st.sampled_from([b"989121234567", b"", b"\xff\xfe\\\t", b"9" * 20]) | st.binary(max_size=20).map(
    lambda some: some.replace(b"\0", b"")
)
tlvs = st.lists(
    st.builds(
        pack_tlv,
        st.sampled_from([0x001E, 0x0427, 0x0423, 0x0424, 0x020C, 0x020E, 0x020F, 0x1501]),
        st.binary(max_size=30),
    ),
    max_size=3,
).map(b"".join)
deliveries = st.builds(
    lambda source, destination, esm, dcs, text, extra: (
        b"\0\1\1" + source + b"\0\1\1" + destination + b"\0" + bytes([esm]) + b"\0\0\0\0\0\0" + bytes([dcs]) + b"\0"
        + bytes([len(text)]) + text + extra
    ),
    addresses, addresses, st.sampled_from([0, 4, 0x40, 0x44]), st.sampled_from([0, 1, 4, 8, 0xF5]), words, tlvs,
)  # fmt: skip
commands = st.sampled_from([int(command) for command in Command]) | st.integers(0, 0xFFFFFFFF)
sequences = st.integers(0, 60) | st.integers(0, 0xFFFFFFFF)
statuses = st.sampled_from([0, 0, 0x58, 0x0B, 0x402, 0xFFFFFFFF])
pdus = st.builds(pack, commands, statuses, sequences, octets) | st.builds(
    pack, st.sampled_from([int(Command.DELIVER_SM), int(Command.DATA_SM)]), st.just(0), sequences, deliveries
)
streams = st.builds(
    lambda whole, rest: b"".join(whole) + rest,
    st.lists(pdus, max_size=8),
    octets | pdus.map(lambda pdu: pdu[: len(pdu) // 2]),
)


@pytest.mark.timeout(300)
def test_a_hostile_operator_breaks_nothing(bench, relayed, hasty, caplog):
    """Unknown PDUs and parameters, garbage, half PDUs, answers nobody asked for: the bind comes back and goes on."""
    _smsc, line = relayed(window=5, latency=0.005, fates=False)
    engine = bench.start()
    first = iter(range(FIRST, FIRST + 10**9, 1000))

    @examples(max_examples=scaled(6), suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(streams, min_size=15, max_size=15))
    def attack(told):
        campaign = bench.send(30, first=next(first))
        line.junk.extend(told)
        line.cut()
        wait_for(lambda: not line.junk, seconds=30)
        wait_finished(campaign, ends=("DELIVERED", "UNKNOWN", "SUBMITTED", "REJECTED", "UNDELIVERED", "EXPIRED"))
        assert_explained(campaign)

    attack()
    wait_for(lambda: engine.session.state is BindState.BOUND)
    assert max(line.submitted.values()) <= 1 + 15, "again only after the operator said that it had not taken it"
    problems = [record.getMessage() for record in caplog.records if record.exc_info]
    assert not problems, problems
    campaign = bench.send(20, first=next(first))
    assert wait_finished(campaign, ends=("DELIVERED",)) == {"DELIVERED": 20}
