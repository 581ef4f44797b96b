"""Pausing, resuming, cancelling and undoing while messages are leaving."""

from datetime import timedelta

from django.utils import timezone

from accounts.services import activate, suspend
from billing.selectors import balance
from messaging import services
from messaging.models import Campaign, Chunk, Message, Status
from messaging.services import finish_cancelling, release_due
from tests.messaging.delivery.bench import assert_explained, chunk_states, counts, wait_counts, wait_for

CREDIT = 1_000_000_000


def slow(bench, count: int = 2000):
    """A campaign that leaves at 200 parts a second, caught in the middle."""
    smsc = bench.operator(window=20)
    bench.gateway.throughput = 200
    bench.gateway.save()
    campaign = bench.send(count)
    bench.start()
    wait_for(lambda: len(smsc.submits) >= 60)
    return smsc, campaign


def test_a_pause_stops_it_and_resuming_sends_the_rest_once(bench):
    smsc, campaign = slow(bench, 400)
    services.pause(campaign=campaign, by=None)
    paused_at = len(smsc.submits)
    wait_for(lambda: chunk_states(campaign) <= {Chunk.State.PAUSED, Chunk.State.DONE})
    stopped_at = len(smsc.submits)
    assert stopped_at - paused_at < 200  # a second of its rate
    wait_for(lambda: counts(campaign).get("DELIVERED") == stopped_at)
    assert len(smsc.submits) == stopped_at
    campaign = services.resume(campaign=campaign, by=None, now=timezone.now())
    assert campaign.state == Campaign.State.RUNNING
    wait_counts(campaign, {"DELIVERED": 400})
    assert len(smsc.submits) == len({submit.destination for submit in smsc.submits}) == 400
    assert_explained(campaign)


def test_a_cancel_returns_exactly_what_was_not_handed_over(bench):
    smsc, campaign = slow(bench)
    services.cancel(campaign=campaign, by=None, now=timezone.now())
    wait_for(lambda: chunk_states(campaign) <= {Chunk.State.CANCELLED, Chunk.State.DONE})
    finish_cancelling(campaign_id=campaign.pk, now=timezone.now())
    handed_over = len(smsc.submits)
    assert handed_over < 2000
    wait_counts(campaign, {"DELIVERED": handed_over, "CANCELLED": 2000 - handed_over})
    price = campaign.price // 2000
    assert balance(bench.account) == CREDIT - handed_over * price
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.CANCELLED
    assert_explained(campaign)


def test_cancelling_while_paused(bench):
    smsc, campaign = slow(bench)
    services.pause(campaign=campaign, by=None)
    wait_for(lambda: Chunk.State.LEASED not in chunk_states(campaign))
    services.cancel(campaign=campaign, by=None, now=timezone.now())
    finish_cancelling(campaign_id=campaign.pk, now=timezone.now())
    handed_over = len(smsc.submits)
    wait_counts(campaign, {"DELIVERED": handed_over, "CANCELLED": 2000 - handed_over})
    assert_explained(campaign)


def test_resuming_before_the_bind_has_put_it_down(bench):
    smsc, campaign = slow(bench, 400)
    for _ in range(5):
        services.pause(campaign=campaign, by=None)
        services.resume(campaign=campaign, by=None, now=timezone.now())
    wait_counts(campaign, {"DELIVERED": 400})
    assert len(smsc.submits) == 400
    assert_explained(campaign)


def test_undone_within_the_hold_nothing_leaves_and_all_comes_back(bench, django_user_model):
    smsc = bench.operator()
    campaign = services.quote(
        account=bench.account, created_by=None, line=bench.line, text="سلام", kind="simple",
        recipients=[989_121_000_100, 989_121_000_101], now=timezone.now(),
    )  # fmt: skip
    services.confirm(campaign=campaign, by=None, now=timezone.now(), hold_seconds=30)
    campaign.refresh_from_db()
    assert balance(bench.account) == CREDIT - campaign.price
    bench.start()
    wait_for(lambda: bench.gateway.bind_rows.filter(state="bound").exists())
    services.undo(campaign=campaign, by=None, now=timezone.now())
    assert counts(campaign) == {"CANCELLED": 2}
    assert balance(bench.account) == CREDIT
    assert smsc.submits == []
    assert_explained(campaign)


def test_a_scheduled_campaign_leaves_when_its_time_has_come(bench):
    smsc = bench.operator()
    now = timezone.now()
    campaign = bench.send(5, send_at=now + timedelta(hours=1))
    assert campaign.state == Campaign.State.SCHEDULED
    bench.start()
    assert release_due(now=now) == 0
    assert counts(campaign) == {"SCHEDULED": 5}
    assert smsc.submits == []
    assert release_due(now=now + timedelta(hours=1, seconds=1)) == 1
    Chunk.objects.update(due_at=now)
    wait_counts(campaign, {"DELIVERED": 5})
    assert release_due(now=now + timedelta(hours=2)) == 0
    assert_explained(campaign)


def test_a_cancelled_schedule_returns_the_reserved_credit(bench):
    bench.operator()
    campaign = bench.send(1500, send_at=timezone.now() + timedelta(days=2))
    assert balance(bench.account) == CREDIT - campaign.price
    services.cancel(campaign=campaign, by=None, now=timezone.now())
    assert balance(bench.account) == CREDIT
    assert set(Message.objects.filter(campaign=campaign).values_list("status", flat=True)) == {Status.CANCELLED}
    assert_explained(campaign)


def test_a_disabled_gateway_hands_back_what_it_holds(bench):
    smsc, campaign = slow(bench, 600)
    bench.gateway.is_enabled = False
    bench.gateway.save()
    wait_for(lambda: chunk_states(campaign) <= {Chunk.State.READY, Chunk.State.DONE})
    wait_for(lambda: bench.gateway.bind_rows.filter(state="stopped").exists())
    handed_over = len(smsc.submits)
    assert handed_over < 600
    bench.gateway.is_enabled = True
    bench.gateway.throughput = 0
    bench.gateway.save()
    wait_counts(campaign, {"DELIVERED": 600})
    assert len(smsc.submits) == 600
    assert_explained(campaign)


def test_a_suspended_account_hands_nothing_more_over(bench):
    smsc, campaign = slow(bench, 400)
    suspend(bench.account, reason="fraud")
    services.hold_suspended()
    wait_for(lambda: chunk_states(campaign) <= {Chunk.State.PAUSED, Chunk.State.DONE})
    stopped_at = len(smsc.submits)
    assert stopped_at < 400
    wait_for(lambda: counts(campaign).get("DELIVERED") == stopped_at)
    assert len(smsc.submits) == stopped_at
    activate(bench.account)
    services.cancel(campaign=campaign, by=None, now=timezone.now())
    finish_cancelling(campaign_id=campaign.pk, now=timezone.now())
    wait_counts(campaign, {"DELIVERED": stopped_at, "CANCELLED": 400 - stopped_at})
    assert_explained(campaign)
