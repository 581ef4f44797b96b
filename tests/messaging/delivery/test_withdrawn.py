"""Messages taken back one by one: the others of the campaign leave when its time comes, those never."""

from datetime import timedelta

from django.utils import timezone

from messaging.models import Campaign, Chunk, Message
from messaging.services import cancel_messages, release_due
from tests.messaging.delivery.bench import assert_explained, chunk_states, wait_counts, wait_for


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
