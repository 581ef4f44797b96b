"""Who leaves first, read from the order in which the operator was given the messages, never from the clock."""

from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from messaging.delivery.hand import HeldChunk, Item
from messaging.delivery.shares import Shares
from messaging.dispatch import claim
from messaging.models import Chunk, MessageClass
from messaging.services import send
from tests.factories import make_account, make_line
from tests.messaging.delivery.bench import FIRST, assert_explained, wait_counts, wait_for

OTHERS = 989_351_000_100  # numbers of the other account


def capped(bench, rate: int):
    smsc = bench.operator()
    bench.gateway.throughput = rate
    bench.gateway.save()
    return smsc


def sender(bench):
    """A second account, and how it sends."""
    account = make_account(credit=1_000_000_000)
    line = make_line(account, kind="service")

    def send_to(numbers, **fields):
        fields = {"message_class": MessageClass.BULK, "line": line, "now": timezone.now()} | fields
        return send(account=account, text="سلام", recipients=list(numbers), **fields)

    return send_to


def is_other(submit) -> bool:
    return submit.destination.startswith("98935")


def test_ten_rows_of_another_account_wait_less_than_a_second_of_the_rate(bench):
    """100 parts a second: within the next hundred parts all ten have left, and they take turns one by one."""
    smsc = capped(bench, 100)
    large = bench.send(5000)
    bench.start()
    wait_for(lambda: len(smsc.submits) >= 50)
    small = sender(bench)(range(OTHERS, OTHERS + 10))
    before = len(smsc.submits)
    wait_counts(small, {"DELIVERED": 10})
    places = [place for place, submit in enumerate(smsc.submits) if is_other(submit)]
    assert len(places) == 10
    assert max(places) - before < 100
    assert max(later - earlier for earlier, later in pairwise(places)) <= 20  # a slice is a tenth of a second
    assert_explained(small)
    assert large.chunks.exclude(state=Chunk.State.DONE).exists()


def test_many_campaigns_of_one_account_do_not_starve_another_with_one(bench):
    """60 campaigns of 5 rows against one of 300: at every moment both accounts have left equally much."""
    smsc = capped(bench, 400)
    many = [bench.send(5, first=FIRST + 5 * each) for each in range(60)]
    one = sender(bench)(range(OTHERS, OTHERS + 300))
    bench.start()
    wait_counts(one, {"DELIVERED": 300}, seconds=60)
    for campaign in many:
        wait_counts(campaign, {"DELIVERED": 5})
    ahead, widest = 0, 0
    for submit in smsc.submits[:560]:
        ahead += 1 if is_other(submit) else -1
        widest = max(widest, abs(ahead))
    assert len(smsc.submits) == 600
    assert widest <= 90  # two slices of a tenth of a second, and the first one, taken before the other was seen
    assert_explained(one)


def test_campaigns_of_one_account_leave_in_rounds(bench):
    """Claimed in this order: a chunk of each campaign of the account, in rounds from the turn being served."""
    bench.operator()
    first, second = bench.send(3000), bench.send(2000)
    order = []
    while rows := _claim(bench, 1):
        order.append(rows[0][1])
    assert order == [first.pk, first.pk, second.pk, first.pk, second.pk]


def test_a_claim_passes_over_accounts_that_are_held(bench):
    bench.operator()
    mine = bench.send(3000)
    other = sender(bench)(range(OTHERS, OTHERS + 2000))
    shares = Shares()
    [row] = _claim(bench, 1)
    chunk = HeldChunk(row, None)
    chunk.unmarked.extend(Item(chunk, chunk.first_id + place, FIRST, 1, 0, None) for place in range(1000))
    taken = _claim(bench, 20, standing=shares.standing([chunk]), only_others=True, enough=50)
    assert [row[1] for row in taken] == [(mine if chunk.campaign_id == other.pk else other).pk]


def test_one_time_passwords_come_before_both_accounts(bench):
    bench.operator()
    bench.send(10)
    otp = sender(bench)([OTHERS], message_class=MessageClass.OTP)
    assert [row[1] for row in _claim(bench, 1)] == [otp.pk]


def _claim(bench, most: int, **options):
    with transaction.atomic():
        return claim(gateway_id=bench.gateway.id, bind_number=1, token=1, most=most, now=timezone.now(), **options)
