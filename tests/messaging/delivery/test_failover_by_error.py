"""What an operator says it did not take goes on by the next route: once, with its price; what is in doubt never."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.selectors import balance
from messaging import services
from messaging.delivery.hand import HeldChunk, Item
from messaging.delivery.intake import Intake
from messaging.models import Campaign, Chunk, Gateway, Message, Route, Submission
from messaging.selectors.story import story
from messaging.smpp.errors import Status as Answer
from numbers.models import Operator
from tests.messaging.delivery.bench import FIRST, assert_explained, chunk_states, counts, wait_counts, wait_for

CREDIT = 1_000_000_000
NOW = datetime(2024, 1, 1, tzinfo=UTC)
TROUBLE = int(Answer.ESME_RSYSERR)
LONG = "سلام " * 30  # three parts


class Pair:
    """Two operators with a gateway each; the first one's route goes first."""

    def __init__(self, bench, **options):
        self.bench = bench
        self.one, self.two = bench.operator(**options), bench.operator()
        self.first, self.second = Gateway.objects.order_by("pk")
        Route.objects.filter(gateway=self.second).update(priority=20)

    def set(self, **fields) -> None:
        Gateway.objects.filter(pk=self.first.pk).update(**fields)

    def start(self) -> None:
        self.bench.start(self.first)
        self.bench.start(self.second)

    def ways(self, campaign) -> dict[int, tuple[int, int | None]]:
        return dict(campaign.chunks.values_list("pk", "gateway_id"))


@pytest.fixture
def pair(bench) -> Pair:
    return Pair(bench)


def recipients(smsc) -> list[str]:
    return sorted(submit.destination for submit in smsc.submits)


def answers(campaign) -> list[tuple]:
    """(gateway, attempt, command_status) of everything that was answered."""
    rows = Submission.objects.filter(message__campaign=campaign).order_by("message_id", "attempt", "part")
    return list(rows.values_list("gateway_id", "attempt", "command_status"))


def test_an_operator_in_trouble_is_left_after_two_tries(bench, pair):
    pair.one.options.update({"error_rate": 1.0})
    campaign = bench.send(3)
    pair.start()
    wait_counts(campaign, {"DELIVERED": 3})
    assert recipients(pair.one) == []
    assert len(recipients(pair.two)) == len(set(recipients(pair.two))) == 3
    tries = [(pair.first.pk, 0, TROUBLE), (pair.first.pk, 1, TROUBLE), (pair.second.pk, 2, 0)]
    assert answers(campaign) == tries * 3
    chunk = campaign.chunks.get()
    assert (chunk.gateway_id, chunk.moved_from, chunk.state) == (pair.second.pk, pair.first.pk, Chunk.State.DONE)
    assert balance(bench.account) == CREDIT - campaign.price
    assert_explained(campaign)
    wait_for(lambda: Campaign.objects.get(pk=campaign.pk).state == Campaign.State.FINISHED)
    message = Message.objects.select_related("campaign").filter(campaign=campaign).first()
    assert message.error is None
    told = [event.detail for event in story(message) if event.detail]
    assert [pair.first.name in detail for detail in told[:3]] == [True, True, False]
    assert pair.second.name in told[2]


def test_only_what_was_not_taken_goes_on_and_the_rest_is_handed_over_in_order(bench, pair):
    pair.set(failover_statuses=[int(Answer.ESME_RINVSRCADR)])
    refused = {FIRST - 100 + 12, FIRST + 9912}  # …0012: this line is refused
    numbers = [*range(FIRST, FIRST + 400), *refused]
    campaign = bench.send_to(numbers)
    pair.two.options.update({"fates": False})
    pair.start()
    wait_counts(campaign, {"DELIVERED": 402})
    assert set(map(int, recipients(pair.two))) == refused
    assert [int(submit.destination) for submit in pair.one.submits] == sorted(set(numbers) - refused)
    assert {row for row in answers(campaign) if row[2]} == {(pair.first.pk, 0, int(Answer.ESME_RINVSRCADR))}
    assert balance(bench.account) == CREDIT - campaign.price
    assert_explained(campaign)


def test_what_nobody_takes_is_refused_and_paid_back(bench, pair):
    pair.set(failover_statuses=[int(Answer.ESME_RINVSRCADR), TROUBLE])
    campaign = bench.send_to([FIRST - 100 + 12])
    pair.start()
    wait_counts(campaign, {"REJECTED": 1})
    assert [row[0] for row in answers(campaign)] == [pair.first.pk, pair.second.pk]
    assert Message.objects.get(campaign=campaign).error == f"smpp:{int(Answer.ESME_RINVSRCADR)}"
    assert balance(bench.account) == CREDIT
    assert_explained(campaign)


@pytest.mark.parametrize("reaches", ["no route", "down"])
def test_with_no_other_way_it_stays(bench, pair, reaches):
    """Another gateway is there, but no route leads to it, or it has no connection: what was refused for good is, the
    rest is tried here again."""
    if reaches == "down":
        Gateway.objects.filter(pk=pair.second.pk).update(down_since="2024-01-01T00:00:00Z")
    else:
        Route.objects.filter(gateway=pair.second).delete()
    pair.set(failover_statuses=[int(Answer.ESME_RINVSRCADR), TROUBLE], failover_tries=1)
    campaign = bench.send_to([FIRST - 100 + 10, FIRST - 100 + 12, FIRST])
    bench.start(pair.first)
    wait_counts(campaign, {"DELIVERED": 2, "REJECTED": 1})
    assert recipients(pair.two) == []
    assert {row[0] for row in answers(campaign)} == {pair.first.pk}
    each = campaign.price // 3
    assert balance(bench.account) == CREDIT - 2 * each
    assert_explained(campaign)


def test_what_is_in_doubt_is_never_moved(bench, pair):
    pair.one.options.update({"drop_answers": 1.0, "drop_receipts": 1.0})
    pair.set(failover_tries=1)
    campaign, otp = bench.send(20), bench.send(1, first=FIRST + 500, message_class=0)
    pair.start()
    wait_counts(campaign, {"UNKNOWN": 20})
    wait_counts(otp, {"UNKNOWN": 1})
    assert recipients(pair.two) == []
    assert_explained(campaign)


def test_a_part_that_was_taken_keeps_the_others(bench, pair):
    """A message of several parts, half of it at one operator and half at another, would be joined by nobody."""
    pair.set(failover_tries=1)
    pair.one.options.update({"error_rate": 0.5})
    campaign = bench.send(60, text=LONG)
    pair.start()
    wait_for(lambda: len(answers(campaign)) >= 180)
    pair.one.options.update({"error_rate": 0.0})
    wait_counts(campaign, {"DELIVERED": 60})
    by_one, by_two = set(recipients(pair.one)), set(recipients(pair.two))
    assert by_one
    assert by_two
    assert by_one.isdisjoint(by_two)
    for smsc in (pair.one, pair.two):
        assert {recipients(smsc).count(number) for number in set(recipients(smsc))} == {3}
    assert balance(bench.account) == CREDIT - campaign.price
    assert_explained(campaign)


def test_cancelled_while_it_waits_to_move_it_comes_back(bench, pair):
    """The chunk is still being handed over, slowly; what is set aside of it is returned with the rest."""
    pair.set(failover_tries=1, throughput=20, failover_statuses=[TROUBLE])
    pair.one.options.update({"fates": True})
    campaign = bench.send_to([FIRST - 100 + 10, *range(FIRST, FIRST + 100)])
    bench.start(pair.first)
    wait_for(lambda: counts(campaign).get("DELIVERED", 0) >= 10)
    assert answers(campaign)[0] == (pair.first.pk, 0, TROUBLE)
    services.cancel(campaign=campaign, by=None, now=campaign.confirmed_at)
    wait_for(lambda: chunk_states(campaign) == {Chunk.State.CANCELLED})
    bench.start(pair.second)
    taken = len(recipients(pair.one))
    wait_counts(campaign, {"DELIVERED": taken, "CANCELLED": 101 - taken})
    assert recipients(pair.two) == []
    assert balance(bench.account) == CREDIT - campaign.price // 101 * taken
    assert_explained(campaign)


def test_paused_while_it_waits_it_stays_and_goes_on_when_resumed(bench, pair):
    pair.set(failover_tries=1, throughput=20, failover_statuses=[TROUBLE])
    campaign = bench.send_to([FIRST - 100 + 10, *range(FIRST, FIRST + 60)])
    pair.start()
    wait_for(lambda: counts(campaign).get("DELIVERED", 0) >= 10)
    services.pause(campaign=campaign, by=None)
    wait_for(lambda: chunk_states(campaign) == {Chunk.State.PAUSED})
    campaign = services.resume(campaign=Campaign.objects.get(pk=campaign.pk), by=None, now=campaign.confirmed_at)
    wait_counts(campaign, {"DELIVERED": 61})
    sent = recipients(pair.one) + recipients(pair.two)
    assert len(sent) == len(set(sent)) == 61
    assert_explained(campaign)


def chunk_of_one(message_class: int = 2, moved_from: int | None = None) -> HeldChunk:
    chunk = HeldChunk((1, 1, message_class, 1, 1, 999, None, None, None, moved_from), None)
    chunk.open = 1
    return chunk


@given(
    parts=st.integers(1, 4),
    said=st.lists(st.lists(st.sampled_from([0, 8, 0x0A, 0x0B, 0x58, None]), min_size=4, max_size=4), max_size=9),
    moved=st.booleans(),
    tries=st.integers(1, 6),
    message_class=st.sampled_from([0, 2]),
)
def test_it_moves_on_only_if_every_part_was_refused(parts, said, moved, tries, message_class):
    """Whatever is said of the parts, in any number of tries (None: never answered)."""
    intake = Intake()
    intake.failover_statuses, intake.failover_tries = frozenset({8, 0x0A}), tries
    item = Item(chunk_of_one(message_class, 1 if moved else None), 1000, FIRST, parts, 0, None)
    ever = [set() for _ in range(parts)]
    for answers_of_try in said:
        todo = list(item.todo)
        for part in todo:
            status = answers_of_try[part]
            ever[part].add(status)
            if status is None:
                intake.uncertain([(item, part)], NOW)
            else:
                intake.answered([((item, part), status, "id" if not status else "")], NOW)
        if item.id not in intake.batch.requeued:
            assert item.chunk.open == 0
            break
        if item.moves_on:
            assert not moved
            assert all(0 not in heard for heard in ever)
            assert all(answers_of_try[part] is not None for part in todo)
            assert list(item.todo) == list(range(parts))
            return
        in_trouble = {answers_of_try[part] for part in todo} == {8} and len(todo) == parts
        assert not (in_trouble and not moved and item.attempts + 1 >= tries)
        intake.next_batch()
        item.attempts += 1
        item.waiting = len(item.todo)
    assert not item.moves_on


def test_it_moves_to_an_operator_that_reaches_all_that_is_left(bench, pair):
    """Two operators' recipients wait in one chunk; the second route names only one of them."""
    mci = Operator.objects.get(code="mci")
    Route.objects.create(gateway=pair.first, operator=mci)
    Route.objects.filter(gateway=pair.second).update(operator=mci)
    pair.set(failover_tries=1)
    pair.one.options.update({"error_rate": 1.0})
    only_mci, both = bench.send_to([FIRST]), bench.send_to([FIRST + 1, 989_351_000_100])
    pair.start()
    wait_counts(only_mci, {"DELIVERED": 1})
    assert recipients(pair.two) == [str(FIRST)]
    pair.one.options.update({"error_rate": 0.0})
    wait_counts(both, {"DELIVERED": 2})
    assert len(recipients(pair.one)) == 2
