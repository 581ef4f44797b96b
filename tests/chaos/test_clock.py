"""The host's clock jumps while messages leave: a live bind may lose its leases so, but no message and no order."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.delivery.recovery import recover_expired
from tests.chaos.accounting import assert_accounted, wait_finished
from tests.chaos.size import patience, scaled
from tests.messaging.delivery.bench import wait_for

pytestmark = pytest.mark.chaos


class Clock:
    def __init__(self, now):
        self._now = now
        self._began = now()
        self.ahead = timedelta(0)
        self.runs_backwards = False

    def __call__(self):
        now = self._now()
        return self._began - (now - self._began) if self.runs_backwards else now + self.ahead


@pytest.fixture
def clock(monkeypatch):
    clock = Clock(timezone.now)
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.mark.parametrize("jump", [timedelta(hours=2), -timedelta(hours=2), timedelta(days=400)])
def test_the_clock_jumps_and_jumps_back(bench, clock, jump):
    """Forwards, every lease in the table seems to have run out and the sweeper takes over from a bind that lives."""
    smsc = bench.operator(window=20, latency=0.02, fates=False)
    campaign = bench.send(scaled(600))
    bench.start()
    bench.start()
    wait_for(lambda: smsc.stats()["accepted"] >= campaign.recipients // 6, patience(30))
    clock.ahead = jump
    recover_expired(now=timezone.now())
    wait_for(lambda: smsc.stats()["accepted"] >= campaign.recipients // 3, patience(30))
    clock.ahead = timedelta(0)
    recover_expired(now=timezone.now())
    wait_finished(campaign, seconds=patience(60))
    assert_accounted(campaign, [submit.destination for submit in smsc.submits])


def test_receipts_of_strangers_do_not_wait_for_the_clock_to_catch_up(bench, clock):
    """They wait hundredths of a second for the bind that submitted the message, whatever the clock says."""
    smsc = bench.operator(receipt_delay=1.0)
    sender = bench.add_gateway(smsc.port, name="other", bind_type="transmitter")
    campaign = bench.send(5)
    campaign.chunks.update(gateway=sender)
    bench.start(sender)
    bench.start()
    smsc.wait_until(lambda stats: stats["bound"] == 2)
    smsc.wait_until(lambda stats: stats["accepted"] == 5)
    clock.runs_backwards = True
    smsc.wait_until(lambda stats: stats["receipts_acknowledged"] == 5, 10)
