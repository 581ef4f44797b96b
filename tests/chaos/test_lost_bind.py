"""A bind's process is killed, stopped, or cut off while messages are leaving: nothing is lost, nothing sent twice."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from billing.selectors import balance
from messaging.delivery.recovery import recover_expired, settle_unknown
from messaging.models import Campaign, Chunk, Message, Status
from tests.messaging.delivery.bench import assert_explained, counts, wait_counts, wait_for

pytestmark = pytest.mark.chaos

ROOT = Path(__file__).resolve().parents[2]
CREDIT = 1_000_000_000


@pytest.fixture
def worker(process_environment):
    """Starts real workers, each a bind; whatever is left of them is killed at the end."""
    running = []

    def start(gateway):
        command = [sys.executable, "-m", "celery", "-A", "smsplatform", "worker", "--pool", "solo", "--without-gossip"]
        command += ["--without-mingle", "--queues", gateway.queue, "--hostname", f"test{len(running)}@%h"]
        process = subprocess.Popen(command, cwd=ROOT, env=process_environment, start_new_session=True)
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()


def destinations(smsc) -> list[str]:
    return [submit.destination for submit in smsc.submits]


def test_killed_in_mid_window_nothing_is_lost_and_nothing_sent_twice(bench, worker):
    smsc = bench.operator(window=100, latency=0.05, fates=False)
    campaign = bench.send(3000)
    first = worker(bench.gateway)
    wait_for(lambda: len(smsc.submits) >= 400, seconds=60)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    worker(bench.gateway)
    total = {"DELIVERED", "UNKNOWN"}
    wait_for(lambda: set(counts(campaign)) <= total and sum(counts(campaign).values()) == 3000, seconds=90)
    sent = destinations(smsc)
    assert len(sent) == len(set(sent))
    in_doubt = counts(campaign).get("UNKNOWN", 0)
    assert in_doubt <= 400, "at most the window and what was armed beside it"
    _receipts_settle_what_was_sent(campaign, smsc)
    unknown = set(Message.objects.filter(campaign=campaign, status=Status.UNKNOWN).values_list("msisdn", flat=True))
    assert unknown.isdisjoint(map(int, sent))
    assert len(sent) + len(unknown) == 3000
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.FINISHED
    assert balance(bench.account) == CREDIT - campaign.price
    assert_explained(campaign)


def _receipts_settle_what_was_sent(campaign, smsc):
    """The operator repeats the receipts that nobody acknowledged; those that fit an unknown message settle it."""
    from messaging.delivery.receipts import match_waiting, settle_unknown_by_fit

    sent = set(map(int, destinations(smsc)))

    def settled():
        match_waiting(now=timezone.now())
        settle_unknown_by_fit(now=timezone.now())
        unknown = Message.objects.filter(campaign=campaign, status=Status.UNKNOWN).values_list("msisdn", flat=True)
        return sent.isdisjoint(unknown)

    wait_for(settled, seconds=30)


def test_what_stays_unknown_fails_after_a_day_and_goes_by_the_tariffs_rule(bench, worker):
    bench.operator(window=20, silent=False, drop_answers=1.0, drop_receipts=1.0)
    campaign = bench.send(10)
    bench.start()
    wait_counts(campaign, {"UNKNOWN": 10})
    assert settle_unknown(now=timezone.now()) == 0
    assert settle_unknown(now=timezone.now() + timedelta(hours=25)) == 10
    assert counts(campaign) == {"FAILED": 10}
    returned = campaign.price if Message.objects.filter(campaign=campaign, returns_undelivered=True).exists() else 0
    assert balance(bench.account) == CREDIT - campaign.price + returned
    assert_explained(campaign)


def test_a_one_time_password_in_doubt_is_sent_once_more(bench):
    smsc = bench.operator(drop_answers=1.0, drop_receipts=1.0)
    otp = bench.send(1, message_class=0)
    bench.start()
    wait_for(lambda: len(smsc.submits) == 1)
    wait_for(lambda: len(smsc.submits) == 2)
    wait_counts(otp, {"UNKNOWN": 1})
    assert len(smsc.submits) == 2
    assert_explained(otp)


def test_asked_to_stop_it_drains_and_hands_back_and_the_next_goes_on(bench, worker):
    smsc = bench.operator(window=50, latency=0.02, fates=False)
    campaign = bench.send(2000)
    for _ in range(3):
        process = worker(bench.gateway)
        seen = len(smsc.submits)
        wait_for(lambda seen=seen: len(smsc.submits) >= seen + 200, seconds=60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert Chunk.State.LEASED not in set(campaign.chunks.values_list("state", flat=True))
        assert "UNKNOWN" not in counts(campaign)
        assert "SUBMITTING" not in counts(campaign)
    bench.start()
    wait_counts(campaign, {"DELIVERED": 2000}, seconds=60)
    assert len(destinations(smsc)) == len(set(destinations(smsc))) == 2000
    assert_explained(campaign)


@pytest.mark.parametrize("mid_pdu", [False, True])
def test_the_connection_is_cut_again_and_again(bench, mid_pdu):
    smsc = bench.operator(window=20, cut_after=150, cut_mid_pdu=mid_pdu, fates=False)
    campaign = bench.send(1000)
    bench.start()
    wait_for(lambda: sum(counts(campaign).get(name, 0) for name in ("QUEUED", "SUBMITTING")) == 0, seconds=60)
    smsc.options.cut_after = 0
    sent = destinations(smsc)
    assert len(sent) == len(set(sent))
    _receipts_settle_what_was_sent(campaign, smsc)
    wait_for(lambda: set(counts(campaign)) <= {"DELIVERED", "UNKNOWN"})
    unknown = set(Message.objects.filter(campaign=campaign, status=Status.UNKNOWN).values_list("msisdn", flat=True))
    assert unknown.isdisjoint(map(int, sent))
    assert len(unknown) + len(sent) == 1000
    assert_explained(campaign)


def test_the_database_drops_every_connection(bench):
    smsc = bench.operator(window=20, latency=0.02, fates=False)
    campaign = bench.send(1500)
    bench.start()
    for seen in (200, 600, 1000):
        wait_for(lambda seen=seen: len(smsc.submits) >= seen)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    wait_counts(campaign, {"DELIVERED": 1500}, seconds=60)
    assert len(destinations(smsc)) == len(set(destinations(smsc))) == 1500
    assert_explained(campaign)


def test_a_lease_that_ran_out_is_taken_over(bench):
    """A bind on another host that will never come back: the sweeper does what its successor would."""
    bench.operator()
    campaign = bench.send(10)
    chunk = campaign.chunks.get()
    first = chunk.id * Chunk.SIZE
    now = timezone.now()
    Chunk.objects.filter(pk=chunk.pk).update(
        state=Chunk.State.LEASED, lease_token=1, bind_number=3, cursor=first + 3, lease_until=now
    )
    assert recover_expired(now=now) == 0
    assert recover_expired(now=now + timedelta(seconds=1)) == 1
    assert counts(campaign) == {"QUEUED": 6, "UNKNOWN": 4}
    chunk.refresh_from_db()
    assert (chunk.state, chunk.cursor) == (Chunk.State.READY, first + 3)
    bench.start()
    wait_counts(campaign, {"DELIVERED": 6, "UNKNOWN": 4})
    assert_explained(campaign)
