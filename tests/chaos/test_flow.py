"""The flow at size (issue 3, item 3): a large campaign delays nobody, and is taken back exactly."""

from time import monotonic

import pytest
from django.utils import timezone

from billing.selectors import balance
from messaging import services
from messaging.models import Campaign, Chunk, MessageClass
from messaging.services import finish_cancelling, send
from tests.chaos.size import patience, scaled
from tests.factories import make_account, make_line
from tests.messaging.delivery.bench import FIRST, assert_explained, chunk_states, wait_counts, wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240 + 60 * scaled(1))]
CREDIT = 10**13


@pytest.mark.parametrize("throughput", [0, 50])
def test_ten_rows_never_wait_a_second_for_millions(bench, throughput):
    """At whatever speed: fewer of the large campaign's parts leave before the ten than leave in a second. Then it is
    cancelled, and exactly what was not handed over comes back."""
    rows = scaled(10_000)
    smsc = bench.operator(window=100, fates=False)
    bench.gateway.throughput = throughput
    bench.gateway.save()
    account = make_account(credit=CREDIT)
    line = make_line(account, kind="service")
    large = send(
        account=account, line=line, text="سلام", recipients=range(FIRST + 10**6, FIRST + 10**6 + rows),
        message_class=MessageClass.BULK, now=timezone.now(),
    )  # fmt: skip
    bench.start()
    wait_for(lambda: smsc.stats()["accepted"] >= 50)
    began, seen = monotonic(), smsc.stats()["accepted"]
    wait_for(lambda: smsc.stats()["accepted"] >= seen + (throughput or 500))
    a_second = (smsc.stats()["accepted"] - seen) / (monotonic() - began)
    before = smsc.stats()["accepted"]
    small = bench.send(10)
    wait_for(lambda: small_left(smsc) == 10, seconds=patience(30))
    between = smsc.stats()["accepted"] - before - 10
    assert large.chunks.exclude(state=Chunk.State.DONE).exists()
    assert between <= a_second
    services.cancel(campaign=large, by=None, now=timezone.now())
    finish_cancelling(campaign_id=large.pk, now=timezone.now())
    wait_for(lambda: chunk_states(large) <= {Chunk.State.CANCELLED, Chunk.State.DONE}, seconds=patience(60))
    handed_over = smsc.stats()["accepted"] - 10
    assert handed_over < rows
    wait_counts(large, {"DELIVERED": handed_over, "CANCELLED": rows - handed_over}, seconds=patience(60))
    wait_counts(small, {"DELIVERED": 10})
    assert balance(account) == CREDIT - large.price // rows * handed_over
    assert Campaign.objects.get(pk=small.pk).state == Campaign.State.FINISHED
    assert smsc.stats()["duplicates"] == 0
    assert_explained(large)


def small_left(smsc) -> int:
    return sum(FIRST <= int(submit.destination) < FIRST + 10 for submit in smsc.submits)
