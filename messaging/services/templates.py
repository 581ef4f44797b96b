"""Staff's word on templates: only an approved text is sent."""

from datetime import datetime

from django.db import transaction

from accounts.audit import record
from accounts.models import User
from messaging.models import Template


def approve_template(*, template: Template, by: User | None, now: datetime) -> bool:
    """Let it be sent; False where it was approved already."""
    return _decide(template, Template.State.APPROVED, "template.approved", by, now)


def refuse_template(*, template: Template, by: User | None, now: datetime) -> bool:
    """It may not be sent, or no longer; False where it was refused already."""
    return _decide(template, Template.State.REFUSED, "template.refused", by, now)


@transaction.atomic
def _decide(template: Template, state: Template.State, action: str, by: User | None, now: datetime) -> bool:
    there = Template.objects.select_for_update().get(pk=template.pk)
    if there.state == state:
        return False
    there.state, there.decided_at = state, now
    there.save(update_fields=["state", "decided_at"])
    record(action=action, user=by, account=there.account, target=there.name)
    template.state, template.decided_at = state, now
    return True
