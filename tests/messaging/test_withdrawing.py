"""Single messages taken back before their time: their price returns, and they do not leave with the others."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.selectors import balance
from credit.services import check_ledger
from messaging.models import Campaign, Chunk, Message, Status
from messaging.selectors import progress
from messaging.services import cancel_messages, release_due
from tests.factories import make_confirmed

NUMBERS = ["09120000001", "09120000002", "09120000003"]


@pytest.fixture
def campaign(business) -> Campaign:
    later = timezone.now() + timedelta(hours=1)
    return make_confirmed(business.account, business.line, NUMBERS, send_at=later)


def ids_of(campaign: Campaign) -> list[int]:
    return list(Message.objects.filter(campaign=campaign).order_by("id").values_list("id", flat=True))


def test_some_are_taken_back_and_the_rest_leave(business, campaign):
    paid = balance(business.account)
    ids = ids_of(campaign)
    cancelled = cancel_messages(account=business.account, ids=ids[:2] * 2, by=None, now=timezone.now())
    assert cancelled == set(ids[:2])
    assert balance(business.account) == paid + campaign.price // 3 * 2
    assert cancel_messages(account=business.account, ids=ids[:2], by=None, now=timezone.now()) == set()
    assert check_ledger() == []
    release_due(now=campaign.send_at)
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.QUEUED
    assert progress(campaign).by_status == {Status.SCHEDULED: 1, Status.CANCELLED: 2}


def test_the_last_one_closes_the_campaign(business, campaign):
    cancel_messages(account=business.account, ids=ids_of(campaign), by=business.owner, now=timezone.now())
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.CANCELLED
    assert set(Chunk.objects.values_list("state", flat=True)) == {Chunk.State.CANCELLED}
    assert release_due(now=campaign.send_at) == 0


def test_what_is_leaving_and_what_is_anothers_stays(business, campaign):
    now = timezone.now()
    on_its_way = make_confirmed(business.account, business.line, NUMBERS[:1])
    Chunk.objects.filter(campaign=on_its_way).update(state=Chunk.State.LEASED)
    paid = balance(business.account)
    others = business.stranger.memberships.get().account
    assert cancel_messages(account=others, ids=ids_of(campaign), by=None, now=now) == set()
    assert cancel_messages(account=business.account, ids=ids_of(on_its_way), by=None, now=now) == set()
    too_late = {"by": None, "now": campaign.send_at, "only_scheduled": True}
    assert cancel_messages(account=business.account, ids=ids_of(campaign), **too_late) == set()
    assert cancel_messages(account=business.account, ids=[], by=None, now=now) == set()
    assert balance(business.account) == paid
    assert not Message.objects.filter(status=Status.CANCELLED).exists()
