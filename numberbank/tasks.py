"""Background work of the bank. Rows are the queue; every task is safe to run twice, late, or beside itself."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="numberbank.load", acks_late=True)
def load(load_id: int) -> None:
    from numberbank.loading import run

    run(load_id, now=timezone.now())


@shared_task(name="numberbank.go_on")
def go_on() -> None:
    """Take up loads that wait, or that a lost worker left."""
    from numberbank.loading import run, unfinished

    for load_id in unfinished(now=timezone.now()):
        run(load_id, now=timezone.now())
