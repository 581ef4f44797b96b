"""Background work of the phonebook. Rows are the queue; every task is safe to run twice, late, or beside itself."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="phonebook.run_import", acks_late=True)
def run_import(import_id: int) -> None:
    from phonebook.importing import run

    run(import_id, now=timezone.now())


@shared_task(name="phonebook.go_on")
def go_on() -> None:
    """Take up imports that wait, or that a lost worker left."""
    from phonebook.importing import run, unfinished

    for import_id in unfinished(now=timezone.now()):
        run(import_id, now=timezone.now())
