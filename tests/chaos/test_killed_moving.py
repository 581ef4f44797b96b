"""Killed while messages move to the next route by error: each moves once, or not yet, and none leaves by both."""

import pytest
from django.db import OperationalError

from messaging import failover
from messaging.models import Campaign, Chunk, Gateway, Message, Route, Status, Submission
from tests.chaos.accounting import assert_paid, wait_finished
from tests.chaos.size import patience, scaled
from tests.messaging.delivery.bench import FIRST, assert_explained, wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240 + 60 * scaled(1))]
CREDIT = 1_000_000_000
EACH = 20


@pytest.fixture
def pair(bench):
    """The first operator is in trouble with half of what it gets; the second route leads to one that is not."""
    one = bench.operator(window=20, latency=0.02, error_rate=0.5, fates=False)
    two = bench.operator(window=20, latency=0.02, fates=False)
    first, second = Gateway.objects.order_by("pk")
    Route.objects.filter(gateway=second).update(priority=20)
    Gateway.objects.update(failover_tries=1)
    return one, two, first, second


def recipients(*operators) -> list[str]:
    return [submit.destination for smsc in operators for submit in smsc.submits]


def moved() -> int:
    return Chunk.objects.filter(moved_from__isnull=False).count()


def assert_once(campaigns, operators) -> None:
    """Every message is with one operator, or in doubt and with none; each chunk has moved at most once."""
    numbers = recipients(*operators)
    assert len(numbers) == len(set(numbers)), "a message left by both ways"
    unknown = set(Message.objects.filter(status=Status.UNKNOWN).values_list("msisdn", flat=True))
    assert unknown.isdisjoint(map(int, numbers))
    assert len(unknown) + len(numbers) == len(campaigns) * EACH
    accepted = Submission.objects.filter(command_status=0)
    assert accepted.count() == accepted.values("message").distinct().count()
    for campaign in campaigns:
        assert_explained(campaign)


def settled(campaigns, operators) -> bool:
    for campaign in campaigns:
        wait_finished(campaign, seconds=patience(180))
    unknown = Message.objects.filter(status=Status.UNKNOWN).values_list("msisdn", flat=True)
    return set(unknown).isdisjoint(map(int, recipients(*operators)))


def test_killed_while_it_moves(bench, platform, pair):
    one, two, first, second = pair

    def start() -> None:
        platform.worker()  # its sweeper finishes what a bind, killed after its last commit, did not
        platform.beat()
        platform.bind(first, "first")
        platform.bind(second, "second")

    campaigns = [bench.send(EACH, first=FIRST + EACH * n) for n in range(scaled(40))]
    start()
    for wanted in (5, 20):
        wait_for(lambda wanted=wanted: moved() >= scaled(wanted), seconds=patience(60))
        platform.kill()
        start()
    wait_for(lambda: settled(campaigns, (one, two)), seconds=patience(180))
    assert_once(campaigns, (one, two))
    assert set(Chunk.objects.values_list("state", flat=True)) == {Chunk.State.DONE}
    assert set(Chunk.objects.values_list("gateway_id", "moved_from")) <= {(first.pk, None), (second.pk, first.pk)}
    assert_paid(bench.account, CREDIT)


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_database_goes_away_while_it_moves(bench, pair, monkeypatch, when):
    """Before the commit, and between it and its answer."""
    one, two, first, second = pair
    send_on = failover.send_on
    failures = iter([True] * 3)

    def fail(chunks, **fields):
        if when == "after":
            send_on(chunks, **fields)
        if next(failures, False):
            raise OperationalError("the connection is lost")
        if when == "before":
            send_on(chunks, **fields)

    monkeypatch.setattr(failover, "send_on", fail)
    campaigns = [bench.send(EACH, first=FIRST + EACH * n) for n in range(5)]
    bench.start(first)
    bench.start(second)
    for campaign in campaigns:
        assert wait_finished(campaign) == {"DELIVERED": EACH}
    assert next(failures, None) is None
    assert recipients(two)
    assert_once(campaigns, (one, two))
    assert Campaign.objects.filter(state=Campaign.State.FINISHED).count() == 5
    assert_paid(bench.account, CREDIT)
