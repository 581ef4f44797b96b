"""The way to the operator fails in every way a network can: the bind comes back, nothing is lost or comes twice."""

import os
import resource
import threading

import pytest

from messaging.models import Gateway
from messaging.smpp.session import BindState
from tests.chaos.accounting import assert_accounted, wait_finished
from tests.chaos.size import SCALE, patience, scaled
from tests.chaos.wire import wire
from tests.messaging.delivery.bench import counts, wait_for

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
