"""Housekeeping of the web service."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from webservice.idempotency import KEPT
from webservice.models import IdempotentAnswer

GRACE = timedelta(hours=1)  # an answer is never taken away from under a repeat that is just reading it


@shared_task(name="webservice.forget_idempotency_keys")
def forget_idempotency_keys() -> int:
    """Delete kept answers past their 24 hours. Returns how many."""
    deleted, _by_model = IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT - GRACE).delete()
    return deleted
