"""Background work. Rows are the queue; every task is safe to run twice, late, or beside itself."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="reports.roll_account", acks_late=True)
def roll_account(account_id: int) -> None:
    from accounts.models import Account
    from reports.rolling import roll

    account = Account.objects.filter(pk=account_id).first()
    if account:
        roll(account, now=timezone.now())


@shared_task(name="reports.roll_up")
def roll_up() -> None:
    """Sum the open days of every account (8.3)."""
    from reports.rolling import stale_accounts

    for account_id in stale_accounts(now=timezone.now()):
        roll_account(account_id)


@shared_task(name="reports.make_export", acks_late=True)
def make_export(export_id: int) -> None:
    from reports.exporting import run

    run(export_id, now=timezone.now())


@shared_task(name="reports.go_on")
def go_on() -> None:
    """Take up exports that wait, or that a lost worker left; delete files that were kept long enough."""
    from reports.exporting import delete_expired, unfinished

    now = timezone.now()
    delete_expired(now=now)
    for export_id in unfinished(now=now):
        make_export.delay(export_id)
