"""What the desk does by itself."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="support.sweep")
def sweep() -> None:
    """Remind and close tickets that wait for their users."""
    from support.services import sweep as sweep_tickets

    sweep_tickets(now=timezone.now())
