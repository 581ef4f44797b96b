"""kill -9 of every process of ours at once, of the web server while it answers; and the deploy that hands over."""

import itertools
import threading
import time

import pytest
from django.db import connection

from messaging.models import Campaign, Message, Status
from tests.chaos.accounting import assert_accounted, assert_paid, wait_finished
from tests.chaos.platform import Sender
from tests.chaos.size import patience, scaled
from tests.messaging.delivery.bench import FIRST, assert_explained, counts, wait_for
from webservice.services import create_key

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240 + 60 * scaled(1))]
CREDIT = 1_000_000_000
NATIONAL = FIRST - 980_000_000_000


@pytest.fixture
def sender(bench, platform) -> Sender:
    return Sender(platform.port, create_key(account=bench.account, name="shop", scopes=["send", "read"])[1])


def recipients(smsc) -> list[str]:
    return [submit.destination for submit in smsc.submits]


def test_every_worker_is_killed_at_once(bench, platform):
    smsc = bench.operator(window=100, latency=0.05, fates=False)
    campaign = bench.send(scaled(3000))

    def start() -> None:
        platform.worker()
        platform.beat()
        platform.bind(bench.gateway, "bind 1")
        platform.bind(bench.gateway, "bind 2")

    start()
    wait_for(lambda: smsc.stats()["accepted"] >= campaign.recipients // 5, seconds=patience(90))
    platform.kill()
    assert counts(campaign) != {"DELIVERED": campaign.recipients}
    start()
    found = wait_finished(campaign, seconds=patience(90))
    assert found.get("UNKNOWN", 0) <= 800, "at most the windows and what was armed beside them"
    wait_for(lambda: unknown_settled(campaign, smsc), seconds=patience(30))
    assert_accounted(campaign, recipients(smsc))
    assert_paid(bench.account, CREDIT)


def unknown_settled(campaign, smsc) -> bool:
    wait_finished(campaign)
    unknown = Message.objects.filter(campaign=campaign, status=Status.UNKNOWN).values_list("msisdn", flat=True)
    return set(unknown).isdisjoint(map(int, recipients(smsc)))


class Load:
    """Threads that POST singles and batches, each with its Idempotency-Key, until told to end."""

    def __init__(self, sender: Sender):
        self._sender = sender
        self._ends = threading.Event()
        self._numbers = itertools.count(NATIONAL)
        self._lock = threading.Lock()
        self.answers: dict[str, dict] = {}
        self.wanted: dict[str, int] = {}
        self.failures: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._run, args=(name, size)) for name, size in (("a", 1), ("b", 1), ("c", 40))
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def _run(self, name: str, size: int) -> None:
        for place in itertools.count():
            if self._ends.is_set():
                return
            with self._lock:
                to = [f"0{next(self._numbers)}" for _ in range(size)]
            key = f"{name}{place}"
            self.wanted[key] = size
            body = {"to": to if size > 1 else to[0], "text": "سلام"}
            try:
                self.answers[key] = self._sender.post("messages", body, key, seconds=90)
            except BaseException as error:
                self.failures.append(error)
                return
            time.sleep(0.02)

    def assert_once(self, smsc) -> None:
        """Each POST made its messages once, and each of those reached the operator once."""
        assert not self.failures, self.failures
        assert self.answers.keys() == self.wanted.keys()
        campaigns = {key: answer["campaign"] for key, answer in self.answers.items()}
        assert len(set(campaigns.values())) == len(campaigns)
        assert set(Campaign.objects.values_list("pk", flat=True)) == set(campaigns.values())
        for key, pk in campaigns.items():
            campaign = Campaign.objects.get(pk=pk)
            assert wait_finished(campaign, ends=("DELIVERED",)) == {"DELIVERED": self.wanted[key]}
        sent = recipients(smsc)
        assert len(sent) == len(set(sent)) == sum(self.wanted.values()) == Message.objects.count()
        assert_explained(campaign)


def test_the_web_server_is_killed_while_it_answers(bench, platform, sender):
    smsc = bench.operator(window=100, fates=False)
    bench.start()
    platform.web()
    with Load(sender) as load:
        for _ in range(3):
            seen = len(load.answers)
            wait_for(lambda seen=seen: len(load.answers) >= seen + scaled(40), seconds=patience(60))
            platform.kill("web")
            platform.web()
        wait_for(lambda: sender.repeated >= 3)
    load.assert_once(smsc)
    assert_paid(bench.account, CREDIT)


def test_the_web_server_is_killed_while_it_plans(bench, platform, sender):
    """A quote of thousands is worked out in the request itself; repeated, it is the same campaign, charged once."""
    rows = scaled(3000)
    smsc = bench.operator(window=500, fates=False)
    bench.start()
    platform.web()
    platform.worker()
    platform.beat()
    pk = sender.post("campaigns", {"text": "سلام"}, "campaign")["id"]
    to = [f"0{NATIONAL + n}" for n in range(rows)]
    for chunk, start in enumerate(range(0, rows, 10_000), 1):
        sender.post(
            f"campaigns/{pk}/recipients", {"chunk": chunk, "recipients": to[start : start + 10_000]}, f"chunk{chunk}"
        )
    quoted = threading.Thread(target=sender.post, args=(f"campaigns/{pk}/quote", {}, "quote"))
    quoted.start()
    wait_for(lambda: others_write() or not quoted.is_alive())
    platform.kill("web")
    platform.web()
    quoted.join(60)
    wait_for(lambda: Campaign.objects.get(pk=pk).state == Campaign.State.REVIEW, seconds=patience(60))
    campaign = Campaign.objects.get(pk=pk)
    assert campaign.recipients == rows
    sender.post(f"campaigns/{pk}/start", {}, "start")
    sender.post(f"campaigns/{pk}/start", {}, "start")
    assert wait_finished(campaign, seconds=patience(60)) == {"DELIVERED": rows}
    assert smsc.stats()["duplicates"] == 0
    assert_explained(campaign)
    assert_paid(bench.account, CREDIT)


def others_write() -> bool:
    """Whether another process is in the middle of a transaction that writes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0] > 0


def test_a_deploy_restarts_every_process_in_turn_under_load(bench, platform, sender):
    """Item 7: SIGTERM drains, the next takes over; no message is lost, doubled or in doubt."""
    smsc = bench.operator(window=50, latency=0.02, fates=False)
    platform.web()
    platform.worker()
    platform.beat()
    platform.bind(bench.gateway, "bind 1")
    platform.bind(bench.gateway, "bind 2")
    with Load(sender) as load:
        wait_for(lambda: smsc.stats()["accepted"] >= scaled(100), seconds=patience(60))
        for name in ("web", "worker", "beat", "bind 1", "bind 2"):
            seen = smsc.stats()["accepted"]
            platform.stop(name)
            again(platform, bench, name)
            wait_for(lambda seen=seen: smsc.stats()["accepted"] >= seen + scaled(50), seconds=patience(60))
            assert not Message.objects.filter(status=Status.UNKNOWN).exists(), f"after {name} something is in doubt"
    load.assert_once(smsc)
    assert_paid(bench.account, CREDIT)


def again(platform, bench, name: str) -> None:
    if name.startswith("bind"):
        platform.bind(bench.gateway, name)
    else:
        getattr(platform, name)()
