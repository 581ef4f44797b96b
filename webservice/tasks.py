"""Housekeeping of the web service."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from messaging.models import Campaign
from messaging.services import WrongState, discard
from webservice.idempotency import KEPT
from webservice.models import IdempotentAnswer
from webservice.requests import keeping
from webservice.verifications.services import forget_verifications
from webservice.webhooks import delivering, publishing

MOST_CALLED_FOR = 8
CALLED_FOR_SECONDS = 5
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


@shared_task(name="webservice.publish_events")
def publish_events() -> None:
    """Publish what was written down, and call for workers where an endpoint has something due (W11)."""
    now = timezone.now()
    publishing.publish(now=now)
    for _endpoint in range(min(delivering.due(now=now), MOST_CALLED_FOR)):
        deliver_webhooks.apply_async(expires=CALLED_FOR_SECONDS)


@shared_task(name="webservice.deliver_webhooks", queue="webhooks", acks_late=False)
def deliver_webhooks() -> None:
    """Serve one endpoint for a few seconds; the next call of publish_events sees whether more is due."""
    delivering.deliver_next()


@shared_task(name="webservice.forget_events")
def forget_events() -> None:
    """Events, deliveries and attempts past their week, one-time passwords past their month."""
    publishing.forget(now=timezone.now())
    forget_verifications(now=timezone.now())


@shared_task(name="webservice.keep_requests")
def keep_requests() -> int:
    """Copy what the request log's queue holds into its table. Returns how many calls."""
    return keeping.keep()


@shared_task(name="webservice.forget_requests")
def forget_requests() -> int:
    """Delete calls older than 30 days. Returns how many."""
    return keeping.forget(now=timezone.now())
