"""What the apps below announce, and which of our tasks takes it up."""

from django.db import transaction
from django.dispatch import receiver

from accounts.signals import account_suspended


@receiver(account_suspended, dispatch_uid="messaging.hold-suspended")
def hold(sender, account_id: int, **kwargs) -> None:
    from messaging.tasks import hold_suspended

    transaction.on_commit(lambda: hold_suspended.delay(account_id), robust=True)  # the sweeper comes in any case
