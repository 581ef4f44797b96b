"""kill -9 of what the platform stands on: PostgreSQL, Valkey, the operator. They are started again, and it goes on."""

import itertools
import json
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from redis import Redis

from messaging.models import Campaign, Gateway, Message
from tests.chaos.accounting import assert_accounted, assert_paid, wait_finished
from tests.chaos.platform import ROOT, Sender
from tests.chaos.size import patience, scaled
from tests.chaos.wire import wire
from tests.messaging.delivery.bench import FIRST, assert_explained, counts, wait_for
from webservice.services import create_key

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240 + 60 * scaled(1))]
CREDIT = 1_000_000_000


def test_postgresql_is_killed_in_mid_campaign(private_database, bench):
    """What was answered to a customer is there afterwards; what was handed over does not leave again."""
    smsc = bench.operator(window=50, latency=0.02, fates=False)
    campaign = bench.send(scaled(2000))
    acknowledged, ends = [], threading.Event()

    def customer() -> None:
        for place in itertools.count():
            if ends.is_set():
                break
            with suppress(DatabaseError, InterfaceError):
                acknowledged.append(bench.send(1, first=FIRST + 10_000_000 + place).pk)
            connection.close()
            time.sleep(0.02)

    sending = threading.Thread(target=customer)
    sending.start()
    try:
        bench.start()
        for share in (1, 3):
            wait_for(lambda share=share: smsc.stats()["accepted"] >= campaign.recipients * share // 5, patience(60))
            private_database.kill()
            connection.close()
            private_database.restart()
    finally:
        ends.set()
        sending.join()
    assert wait_finished(campaign, seconds=patience(90)) == {"DELIVERED": campaign.recipients}
    known = set(Campaign.objects.values_list("pk", flat=True))
    assert set(acknowledged) <= known
    for single in Campaign.objects.exclude(pk=campaign.pk):
        wait_finished(single)
        assert_explained(single)
    assert_explained(campaign)
    stats = smsc.stats()
    assert stats["duplicates"] == 0
    assert stats["accepted"] == Message.objects.count()
    assert_paid(bench.account, CREDIT)


def test_valkey_is_killed_and_comes_back_empty(private_valkey, bench, platform, monkeypatch):
    """Nudges, rates, sessions' caches and counters are lost; messages are not, and the door of the API stays open."""
    monkeypatch.setattr(settings, "REDIS_URL", private_valkey.url)
    platform.environment["REDIS_URL"] = private_valkey.url
    smsc = bench.operator(window=50, fates=False)
    rate = 300
    Gateway.objects.update(throughput=rate)
    platform.worker()
    platform.beat()
    platform.bind(bench.gateway)
    platform.web()
    sender = Sender(platform.port, create_key(account=bench.account, name="shop", scopes=["send", "read"])[1])
    campaign = bench.send(scaled(2000))
    wait_for(lambda: smsc.stats()["accepted"] >= 200, patience(60))
    private_valkey.kill()
    before = smsc.stats()["accepted"]
    singles = [post_single(sender, place) for place in range(3)]
    wait_for(lambda: smsc.stats()["accepted"] >= before + 200, patience(30))
    private_valkey.restart()
    singles += [post_single(sender, place) for place in range(3, 6)]
    for pk in [campaign.pk, *singles]:
        one = Campaign.objects.get(pk=pk)
        assert wait_finished(one, seconds=patience(60)) == {"DELIVERED": one.recipients}
    with Redis.from_url(private_valkey.url) as client:
        wait_for(lambda: client.dbsize() > 0)
    assert smsc.stats()["duplicates"] == 0
    assert_accounted(campaign, [one.destination for one in smsc.submits if int(one.destination) < FIRST + 10_000_000])
    assert_paid(bench.account, CREDIT)


def post_single(sender: Sender, place: int) -> int:
    body = {"to": f"0{FIRST - 980_000_000_000 + 20_000_000 + place}", "text": "سلام"}
    return sender.post("messages", body, f"single-{place}")["campaign"]


@pytest.fixture
def operator_process(process_environment):
    running = []

    def start(*arguments: str) -> tuple[subprocess.Popen, int]:
        command = [sys.executable, "manage.py", "smsc_simulator", "--no-fates", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=process_environment, stdout=subprocess.PIPE, text=True)
        running.append(process)
        return process, json.loads(process.stdout.readline())["port"]

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def test_the_operator_is_killed_in_mid_window(bench, operator_process, hasty):
    """It forgets what it took and what it owed us. What has no receipt stays submitted, what has no answer unknown."""
    process, port = operator_process("--latency-ms", "20")
    with wire(port) as line:
        bench.gateway = bench.add_gateway(line.port, window=50)
        campaign = bench.send(scaled(2000))
        bench.start()
        for share in (1, 3):
            wait_for(lambda share=share: line.submitted.total() >= campaign.recipients * share // 5, patience(60))
            process.kill()
            process.wait()
            process, _ = operator_process("--latency-ms", "20", "--port", str(port))
        ends = ("DELIVERED", "SUBMITTED", "UNKNOWN")
        wait_finished(campaign, ends=ends, seconds=patience(60))
        for engine in list(bench.engines):
            bench.stop(engine)
        sent = list(line.submitted.elements())
    assert len(sent) == len(set(sent)), "a message came twice"
    found = counts(campaign)
    assert found.get("UNKNOWN", 0) <= 2 * 50
    assert sum(found.values()) == campaign.recipients
    assert len(sent) >= campaign.recipients - found.get("UNKNOWN", 0)
    assert_explained(campaign)
