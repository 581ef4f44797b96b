"""What the desk does by itself."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="support.sweep")
def sweep() -> None:
    """Remind and close tickets that wait for their users."""
    from support.services import sweep as sweep_tickets

    sweep_tickets(now=timezone.now())


@shared_task(name="support.discard_orphans")
def discard_orphans() -> None:
    """Delete files of forms that were never completed."""
    from support.files import discard_orphans as discard

    discard(now=timezone.now())
