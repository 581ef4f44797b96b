"""Housekeeping of the web service."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from messaging.models import Campaign
from messaging.services import WrongState, discard
from webservice.idempotency import KEPT
from webservice.models import IdempotentAnswer

GRACE = timedelta(hours=1)  # an answer is never taken away from under a repeat that is just reading it


@shared_task(name="webservice.forget_idempotency_keys")
def forget_idempotency_keys() -> int:
    """Delete kept answers past their 24 hours. Returns how many."""
    deleted, _by_model = IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT - GRACE).delete()
    return deleted


@shared_task(name="webservice.discard_expired_quotes")
def discard_expired_quotes() -> int:
    """Throw away the rows of quotes that nobody sent while their price held (W3). Returns how many quotes."""
    expired = Campaign.objects.filter(
        kind=Campaign.Kind.API, state=Campaign.State.REVIEW, quote_expires_at__lt=timezone.now()
    )
    discarded = 0
    for campaign in expired.order_by("quote_expires_at").iterator(chunk_size=200):
        try:
            discard(campaign=campaign, audited=False)
        except WrongState:  # discarded by the same task, run beside this one
            continue
        discarded += 1
    return discarded
