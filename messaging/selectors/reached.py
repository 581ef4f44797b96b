"""Whom an account wrote to lately: left out of a target that asks for it (3.7)."""

from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import Account
from common.phones import Seen
from messaging.models import Campaign, Message, Status

BATCH = 50_000


def reached(account: Account, *, days: int, now: datetime) -> Seen:
    """The numbers that messages of the account reached, or are on their way to, since ``days`` days. What failed, was
    cancelled or blocked reached nobody."""
    since = now - timedelta(days=days)
    alive = Campaign.objects.of(account).filter(confirmed_at__isnull=False, first_id__isnull=False, is_test=False)
    alive = alive.filter(Q(finished_at=None) | Q(finished_at__gte=since))
    seen = Seen()
    batch: list[int] = []
    for campaign_id, first, last in alive.values_list("id", "first_id", "last_id"):
        found = Message.objects.filter(id__range=(first, last), campaign_id=campaign_id)
        found = found.filter(status__range=(Status.SCHEDULED, Status.DELIVERED))
        found = found.filter(Q(submitted_at__gte=since) | Q(submitted_at=None, created_at__gte=since))
        for msisdn in found.values_list("msisdn", flat=True).iterator(chunk_size=BATCH):
            batch.append(msisdn)
            if len(batch) == BATCH:
                seen.add_many(batch)
                batch = []
    seen.add_many(batch)
    return seen
