"""What common does outside a request."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="common.deliver_notices")
def deliver_notices() -> None:
    """Send the notices that are due."""
    from common.notify import deliver_due

    deliver_due(now=timezone.now())
