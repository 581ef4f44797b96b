"""Background work of the phonebook. Rows are the queue; every task is safe to run twice, late, or beside itself."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="phonebook.run_import", acks_late=True)
def run_import(import_id: int) -> None:
    from phonebook.importing import run

    run(import_id, now=timezone.now())


@shared_task(name="phonebook.go_on_changing", acks_late=True)
def go_on_changing(change_id: int) -> None:
    from phonebook.changing import run_batch

    while run_batch(change_id):
        pass


@shared_task(name="phonebook.go_on")
def go_on() -> None:
    """Take up imports and changes that wait, or that a lost worker left."""
    from phonebook.importing import run, unfinished
    from phonebook.models import BulkChange

    for change_id in BulkChange.objects.filter(done_at=None).values_list("pk", flat=True):
        go_on_changing(change_id)

    for import_id in unfinished(now=timezone.now()):
        run(import_id, now=timezone.now())


@shared_task(name="phonebook.clean")
def clean() -> None:
    """Take away files whose columns nobody chose."""
    from phonebook.importing import forget_abandoned

    forget_abandoned(now=timezone.now())


@shared_task(name="phonebook.empty_trash")
def empty_trash() -> None:
    """Delete for ever what has been in the trash for settings.TRASH_DAYS (9.1)."""
    from phonebook.trash import empty_old_trash

    empty_old_trash(now=timezone.now())
