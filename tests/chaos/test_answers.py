"""Answers and receipts as bad operators give them: late, lost, doubled, with ids of others or used twice."""

import itertools
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.backends.postgresql.base import DatabaseWrapper
from django.utils import timezone

from messaging.delivery.clerk import Clerk
from messaging.models import Gateway, Message, Receipt, Status, Submission
from messaging.smpp.pdu import Command, pack
from messaging.smpp.receipts import MessageState
from messaging.smpp.simulator import receipts
from tests.chaos.accounting import assert_accounted, wait_finished
from tests.chaos.size import patience, scaled
from tests.messaging.delivery.bench import FIRST, assert_explained, counts, statuses, wait_counts, wait_for

pytestmark = pytest.mark.chaos
LONG = "م" * 160  # three parts


def recipients(smsc) -> list[str]:
    return [submit.destination for submit in smsc.submits]


def tell(smsc, line, msisdn: int, identity: str, state=MessageState.DELIVERED) -> None:
    """A receipt for ``identity`` on every connection of the operator."""
    addresses = b"\0\1\1%d\0\1\1%s\0" % (msisdn, line.number.encode())
    words = receipts.text(identity.encode(), state, "000", receipts.Stamp().now())
    body = receipts.deliver_body(addresses, words, identity.encode(), state)
    smsc.send_raw(pack(Command.DELIVER_SM, 0, next(_sequences), body))


_sequences = itertools.count(1_000_000)


@pytest.mark.parametrize("text", ["سلام", LONG])
def test_answers_that_come_after_we_gave_them_up(bench, text):
    """The operator answers everything, but slower than we wait: unknown at first, and then the truth."""
    smsc = bench.operator(window=10, latency=1.8, fates=False)
    Gateway.objects.update(response_timeout_seconds=1)
    campaign = bench.send(scaled(24), text=text)
    bench.start()
    wait_for(lambda: "UNKNOWN" in counts(campaign))
    wait_finished(campaign, ends=("DELIVERED",), seconds=patience(60))
    assert smsc.stats()["duplicates"] == 0
    assert_explained(campaign)


def test_late_refusals_are_believed(bench):
    smsc = bench.operator(window=10, latency=1.8, error_rate=1.0, error_status=0x0B)
    Gateway.objects.update(response_timeout_seconds=1)
    campaign = bench.send(10)
    bench.start()
    wait_finished(campaign, ends=("REJECTED",))
    assert smsc.stats()["accepted"] == 0
    assert_explained(campaign)


def test_a_one_time_password_answered_late_leaves_at_most_twice(bench):
    """Both answers come in the end, and neither stops the bind."""
    smsc = bench.operator(latency=1.8, fates=False)
    Gateway.objects.update(response_timeout_seconds=1)
    otp = [bench.send(1, message_class=0, first=FIRST + n) for n in range(5)]
    bench.start()
    for campaign in otp:
        wait_finished(campaign, ends=("DELIVERED",))
    assert max(map(recipients(smsc).count, recipients(smsc))) <= 2
    smsc.options.latency = 0.0
    after = bench.send(5, first=FIRST + 100)
    assert wait_finished(after) == {"DELIVERED": 5}
    for campaign in [*otp, after]:
        assert_explained(campaign)


def test_a_commit_that_stood_although_it_seemed_to_fail_is_written_once(bench, monkeypatch):
    """The database goes away between its commit and its answer: what is written down again is there once."""
    smsc = bench.operator(window=10, fates=False)
    failures = iter([True, True, True])
    write = Clerk._write

    def commit_and_fail(self, page, is_repeat):
        write(self, page, is_repeat)
        if page.batch.submissions and next(failures, False):
            raise OperationalError("the connection is lost")

    monkeypatch.setattr(Clerk, "_write", commit_and_fail)
    campaign = bench.send(50)
    bench.start()
    assert wait_finished(campaign) == {"DELIVERED": 50}
    assert next(failures, None) is None
    assert Submission.objects.count() == 50
    assert_accounted(campaign, recipients(smsc))


def test_a_lease_that_was_committed_unheard_is_let_go(bench, monkeypatch):
    """The same between the commit of what shall leave next and its answer: nothing left, so nothing is in doubt."""
    smsc = bench.operator(window=10, latency=0.005, fates=False)
    commit = DatabaseWrapper._commit
    failures = iter([True] * 4)

    def commit_and_fail(self):
        commit(self)
        if threading.current_thread().name.startswith("keeper") and next(failures, False):
            raise OperationalError("the connection is lost")

    campaigns = [bench.send(10, first=FIRST + 100 * n) for n in range(10)]
    monkeypatch.setattr(DatabaseWrapper, "_commit", commit_and_fail)
    bench.start()
    for campaign in campaigns:
        assert wait_finished(campaign) == {"DELIVERED": 10}
        assert_explained(campaign)
    assert next(failures, None) is None
    assert len(recipients(smsc)) == len(set(recipients(smsc))) == 100


def test_receipts_lost_doubled_early_late_and_out_of_order(bench):
    smsc = bench.operator(
        window=30, fates=False, drop_receipts=0.1, duplicate_receipts=0.5, early_receipts=0.3, late_receipts=0.3,
        late_seconds=1.0, shuffle_receipts=True,
    )  # fmt: skip
    campaign = bench.send(scaled(500))
    bench.start()
    wait_finished(campaign, ends=("DELIVERED", "SUBMITTED"), seconds=patience(60))
    smsc.wait_until(lambda stats: stats["receipts"] == stats["receipts_acknowledged"], patience(20))
    told = set(Receipt.objects.values_list("message_id", flat=True))
    wait_counts(campaign, {"DELIVERED": len(told), "SUBMITTED": campaign.recipients - len(told)})
    assert None not in told
    assert_accounted(campaign, recipients(smsc))


def test_a_receipt_a_day_later_finds_its_message_in_the_table(bench):
    smsc = bench.operator(drop_receipts=1.0)
    campaign = bench.send(3)
    bench.start()
    wait_counts(campaign, {"SUBMITTED": 3})
    bench.stop(bench.engines[0])  # whoever remembers
    day = timedelta(days=1)
    Submission.objects.update(answered_at=timezone.now() - day)
    Message.objects.update(submitted_at=timezone.now() - day, created_at=timezone.now() - day)
    bench.start()
    smsc.wait_until(lambda stats: stats["bound"] == 1)
    for submit in smsc.submits:
        tell(smsc, bench.line, int(submit.destination), submit.message_id)
        tell(smsc, bench.line, int(submit.destination), submit.message_id)
    wait_counts(campaign, {"DELIVERED": 3})
    assert_accounted(campaign, recipients(smsc))


def test_an_id_of_another_gateway_is_nobodys(bench):
    other = bench.operator(drop_receipts=1.0)
    Gateway.objects.update(is_enabled=True)
    first = bench.gateway
    campaign = bench.send(1)
    bench.start(first)
    wait_counts(campaign, {"SUBMITTED": 1})
    stranger = bench.operator()
    bench.start(bench.gateway)
    stranger.wait_until(lambda stats: stats["bound"] == 1)
    identity = other.submits[0].message_id
    tell(stranger, bench.line, FIRST + 1, identity, MessageState.UNDELIVERABLE)
    stranger_row = wait_for(lambda: Receipt.objects.filter(gateway_id=bench.gateway.pk).first())
    assert stranger_row.message_id is None
    wait_counts(campaign, {"SUBMITTED": 1})
    tell(other, bench.line, FIRST, identity)
    wait_counts(campaign, {"DELIVERED": 1})
    assert_explained(campaign)


def test_a_bind_goes_on_looking_for_the_message_of_a_receipt(bench, monkeypatch):
    """Another bind, or a busy database, may need longer to write an answer down than the receipt needs to come."""
    from messaging.delivery import engine

    looks = []
    look = engine.receipts.match_waiting
    monkeypatch.setattr(engine.receipts, "match_waiting", lambda **given: looks.append(look(**given)))
    smsc = bench.operator(drop_receipts=1.0)
    campaign = bench.send(1)
    bench.start()
    wait_counts(campaign, {"SUBMITTED": 1})
    tell(smsc, bench.line, FIRST, "later")
    wait_for(lambda: len(looks) >= 2)
    assert looks[:2] == [0, 0]
    Submission.objects.update(smsc_id="later")
    wait_for(lambda: counts(campaign) == {"DELIVERED": 1})  # nobody but the bind looks here
    assert_explained(campaign)


def test_two_operators_use_the_same_ids_at_the_same_time(bench):
    operators, campaigns = [], []
    for place, undelivered in enumerate((0.0, 1.0)):
        smsc = bench.operator(receipt_delay=0.3, undelivered_rate=undelivered)
        smsc._smsc._next_id = itertools.count(1000)
        operators.append(smsc)
        bench.start(bench.gateway)
        campaign = bench.send(20, first=FIRST + 100 * place)
        campaign.chunks.update(gateway=bench.gateway)
        campaigns.append(campaign)
    wait_counts(campaigns[0], {"DELIVERED": 20})
    wait_counts(campaigns[1], {"UNDELIVERED": 20})
    assert [{submit.message_id for submit in smsc.submits} for smsc in operators] == [
        {str(number) for number in range(1000, 1020)}
    ] * 2
    for campaign in campaigns:
        assert_explained(campaign)


@pytest.mark.parametrize("remembers", [True, False])
def test_an_id_used_again_by_the_same_operator_is_told_apart_by_the_number(bench, remembers):
    """Both messages still wait for their receipts when the same ids come again."""
    smsc = bench.operator(drop_receipts=1.0)
    engine = bench.start()
    campaigns = []
    for place in range(2):
        smsc._smsc._next_id = itertools.count(1000)
        campaigns.append(bench.send(5, first=FIRST + 100 * place))
        wait_counts(campaigns[-1], {"SUBMITTED": 5})
    if not remembers:
        bench.stop(engine)
        bench.start()
        smsc.wait_until(lambda stats: stats["bound"] == 1)
    submits = {int(submit.destination): submit.message_id for submit in smsc.submits}
    for n in range(5):
        tell(smsc, bench.line, FIRST + n, submits[FIRST + n], MessageState.UNDELIVERABLE)
    wait_counts(campaigns[0], {"UNDELIVERED": 5})
    wait_counts(campaigns[1], {"SUBMITTED": 5})
    for n in range(100, 105):
        tell(smsc, bench.line, FIRST + n, submits[FIRST + n])
    wait_counts(campaigns[1], {"DELIVERED": 5})
    assert set(statuses(campaigns[0]).values()) == {Status.UNDELIVERED}
    for campaign in campaigns:
        assert_explained(campaign)


def test_answers_lost_are_settled_by_the_receipts(bench):
    smsc = bench.operator(window=50, drop_answers=0.2, fates=False)
    Gateway.objects.update(response_timeout_seconds=1)
    campaign = bench.send(scaled(200))
    bench.start()
    assert wait_finished(campaign, ends=("DELIVERED",), seconds=patience(60)) == {"DELIVERED": campaign.recipients}
    assert smsc.stats()["unanswered"] > 0
    assert_accounted(campaign, recipients(smsc))
