"""What the provider's people do that belongs to no app below."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Account, User
from support.models import Ticket, Unit
from support.services import open_ticket


@transaction.atomic
def write_for(
    *, account: Account, whose: User | None, unit: Unit, title: str, body: str, priority: int, token: UUID, by: User,
    now: datetime,
) -> Ticket:  # fmt: skip
    """A ticket that staff write in a customer's place (who telephoned): ``whose`` it is, None for the account as a
    whole. Once for each ``token``, however often the form is sent."""
    return open_ticket(
        account=account, unit=unit, title=title, body=body, by=whose, written_by=by, priority=priority,
        key=f"staff:{token}", now=now,
    )  # fmt: skip
