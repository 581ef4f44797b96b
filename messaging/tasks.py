"""Background work. Rows are the queue; every task is safe to run twice, late, or beside itself."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="messaging.plan", acks_late=True)
def plan(campaign_id: int) -> None:
    from messaging.services import plan as plan_campaign

    plan_campaign(campaign_id, now=timezone.now())


@shared_task(name="messaging.finish_cancelling")
def finish_cancelling(campaign_id: int) -> None:
    from messaging.services import finish_cancelling as finish

    finish(campaign_id=campaign_id, now=timezone.now())


@shared_task(name="messaging.release_due")
def release_due() -> None:
    """Let scheduled campaigns go whose time has come."""
    from messaging.services import release_due as release

    release(now=timezone.now())
