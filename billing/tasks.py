"""Nudges: payments whose fate the bank knows, proformas that nobody paid."""

from celery import shared_task
from django.utils import timezone

from billing import services


@shared_task(name="billing.ask_banks")
def ask_banks() -> int:
    """How many payments were settled."""
    return services.ask_again(now=timezone.now())


@shared_task(name="billing.expire_proformas")
def expire_proformas() -> int:
    """How many proformas were closed."""
    return services.expire_proformas(now=timezone.now())
