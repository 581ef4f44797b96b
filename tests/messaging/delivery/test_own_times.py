"""Rows with times of their own (2.3), sent by a real bind."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from billing.selectors import balance
from common.jalali import to_jalali
from messaging.delivery.writer import finish_forgotten
from messaging.models import Campaign, Chunk, Message
from messaging.p2p import Columns
from messaging.services import cancel_messages, compose, confirm, plan, release_due, store_upload
from tests.messaging.delivery.bench import FIRST, assert_explained, chunk_states, wait_counts, wait_for

pytestmark = pytest.mark.usefixtures("media_root")
CREDIT = 1_000_000_000


@pytest.fixture
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def sent_two_hours_ago(bench, *, at_once: int, later: int) -> Campaign:
    """A confirmed file whose later rows were due an hour ago, and are still held, as after a night without worker."""
    then = timezone.now() - timedelta(hours=2)
    due = to_jalali(then + timedelta(hours=1))
    rows = [f"{FIRST + n};text {n};" for n in range(at_once)]
    rows += [f"{FIRST + at_once + n};later {n};{due}" for n in range(later)]
    file = SimpleUploadedFile("sms.csv", "\n".join(rows).encode())
    campaign = compose(
        account=bench.account,
        created_by=None,
        line=bench.line,
        text="",
        kind=Campaign.Kind.P2P,
        upload=store_upload(account=bench.account, file=file),
        columns=Columns(0, 1, 2),
        now=then,
    )
    plan(campaign.pk, now=then)
    return confirm(campaign=campaign, by=None, now=then, hold_seconds=0)


def test_rows_without_a_time_leave_and_the_others_only_when_released(bench):
    smsc = bench.operator()
    campaign = sent_two_hours_ago(bench, at_once=30, later=40)
    bench.start()
    wait_counts(campaign, {"SCHEDULED": 40, "DELIVERED": 30})
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.RUNNING
    assert chunk_states(campaign) == {Chunk.State.DONE, Chunk.State.HELD}
    assert len(smsc.submits) == 30
    assert release_due(now=timezone.now()) == 1
    wait_counts(campaign, {"DELIVERED": 70})
    assert len({submit.destination for submit in smsc.submits}) == len(smsc.submits) == 70
    wait_for(lambda: Campaign.objects.get(pk=campaign.pk).state == Campaign.State.FINISHED)
    assert_explained(campaign)


def test_what_is_taken_back_before_its_time_never_leaves_and_the_campaign_ends(bench):
    smsc = bench.operator()
    campaign = sent_two_hours_ago(bench, at_once=5, later=3)
    bench.start()
    wait_counts(campaign, {"SCHEDULED": 3, "DELIVERED": 5})
    before = timezone.now() - timedelta(minutes=90)
    ids = Message.objects.filter(campaign=campaign, text__startswith="later").values_list("id", flat=True)
    assert len(cancel_messages(account=bench.account, ids=ids, by=None, now=before, only_scheduled=True)) == 3
    finish_forgotten(now=timezone.now())
    assert Campaign.objects.get(pk=campaign.pk).state == Campaign.State.FINISHED
    assert release_due(now=timezone.now()) == 0
    assert len(smsc.submits) == 5
    assert balance(bench.account) == CREDIT - campaign.price // 8 * 5
    assert_explained(campaign)
