"""When a campaign is sent: after the last of its chunks, however many binds end theirs at the same moment."""

from datetime import timedelta
from threading import Barrier

from django.db import transaction
from django.utils import timezone

from messaging.delivery import writer
from messaging.delivery.hand import HeldChunk
from messaging.models import Campaign, Chunk
from messaging.tasks import sweep
from tests.concurrency.together import run_together

TOKENS = (41, 42)


def two_last_chunks(bench) -> tuple[Campaign, list[Chunk]]:
    """A running campaign of which two binds hold a chunk each, everything handed over."""
    bench.add_gateway(1)
    campaign = bench.send(1001)
    chunks = list(campaign.chunks.order_by("pk"))
    assert len(chunks) == 2
    for chunk, token in zip(chunks, TOKENS, strict=True):
        lease = {"lease_token": token, "lease_until": timezone.now() + timedelta(minutes=1)}
        Chunk.objects.filter(pk=chunk.pk).update(state=Chunk.State.LEASED, **lease)
    Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.RUNNING)
    return campaign, chunks


def test_two_binds_that_end_the_last_chunks_at_once_finish_the_campaign(bench):
    campaign, chunks = two_last_chunks(bench)
    both_have_written = Barrier(2)

    def end(chunk: Chunk, token: int) -> None:
        held = HeldChunk((chunk.pk, chunk.campaign_id, 0, 0, chunk.size, 0, None, None, None, None), None)
        with transaction.atomic():
            writer.finish([held], token, now=timezone.now())
            both_have_written.wait(20)

    pairs = zip(chunks, TOKENS, strict=True)
    assert run_together([lambda pair=pair: end(*pair) for pair in pairs]) == [None, None]
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.FINISHED
    assert campaign.finished_at is not None


def test_the_sweeper_finishes_what_a_dead_bind_did_not(bench):
    campaign, _ = two_last_chunks(bench)
    sweep()
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.RUNNING
    campaign.chunks.update(state=Chunk.State.DONE, lease_token=None)
    sweep()
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.FINISHED
