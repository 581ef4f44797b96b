"""Messages taken back one by one: the others of the campaign leave when its time comes, those never."""

from datetime import timedelta

from django.utils import timezone

from billing.selectors import balance
from messaging.models import Campaign, Chunk, Message, Status
from messaging.services import cancel_messages, release_due
from tests.messaging.delivery.bench import FIRST, assert_explained, chunk_states, wait_counts, wait_for

CREDIT = 1_000_000_000


def test_a_chunk_of_withdrawn_messages_is_passed_over_and_the_rest_leaves(bench):
    smsc = bench.operator()
    now = timezone.now()
    campaign = bench.send(1200, send_at=now + timedelta(hours=1))
    ids = list(Message.objects.filter(campaign=campaign).order_by("id").values_list("id", flat=True))
    assert len(cancel_messages(account=bench.account, ids=ids[:1001], by=None, now=now)) == 1001
    Campaign.objects.filter(pk=campaign.pk).update(send_at=now)
    release_due(now=now)
    bench.start()
    wait_counts(campaign, {"DELIVERED": 199, "CANCELLED": 1001})
    wait_for(lambda: chunk_states(campaign) == {Chunk.State.DONE})
    wait_for(lambda: Campaign.objects.get(pk=campaign.pk).state == Campaign.State.FINISHED)
    assert len(smsc.submits) == 199
    assert_explained(campaign)


def test_withdrawing_while_it_leaves_returns_exactly_what_was_not_handed_over(bench):
    smsc = bench.operator(window=5)
    bench.gateway.throughput = 100
    bench.gateway.save()
    campaigns = [bench.send(5, first=FIRST + 10 * place) for place in range(60)]
    bench.start()
    wait_for(lambda: len(smsc.submits) >= 20)
    ids = list(Message.objects.values_list("id", flat=True))
    cancelled = cancel_messages(account=bench.account, ids=ids, by=None, now=timezone.now())
    assert 0 < len(cancelled) < len(ids)
    left = set(ids) - cancelled
    wait_for(lambda: Message.objects.filter(status=Status.DELIVERED).count() == len(left))
    assert set(Message.objects.filter(status=Status.CANCELLED).values_list("id", flat=True)) == cancelled
    assert len(smsc.submits) == len({submit.destination for submit in smsc.submits}) == len(left)
    price = campaigns[0].price // 5
    assert balance(bench.account) == CREDIT - len(left) * price
    ended = {Campaign.State.FINISHED, Campaign.State.CANCELLED}
    wait_for(lambda: set(Campaign.objects.values_list("state", flat=True)) == ended)
    for campaign in campaigns:
        assert_explained(campaign)
