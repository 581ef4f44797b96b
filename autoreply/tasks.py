"""Background work. Rows are the queue; every task is safe to run twice, late, or beside itself."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="autoreply.answer", acks_late=True)
def answer() -> None:
    """The nudge after messages came in; also each few seconds, for what a lost nudge or worker left."""
    from autoreply.answering import answer_some

    while answer_some(now=timezone.now()):
        pass


@shared_task(name="autoreply.forward")
def forward() -> None:
    """Hand received messages to the web addresses that rules name."""
    from autoreply.forwarding import deliver_due

    while deliver_due(now=timezone.now()):
        pass


@shared_task(name="autoreply.clean")
def clean() -> None:
    """Take away files of rules that were looked at and neither taken nor left."""
    from autoreply.services import forget_files

    forget_files(now=timezone.now())
