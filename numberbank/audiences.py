"""Targets that an account keeps under a name (3.7)."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Account, User
from numberbank.models import Audience
from numberbank.targets import Criteria

MOST = 100


class AudienceRefused(Exception):
    """Not saved; ``str(error)`` says why."""


def save_audience(
    *, account: Account, name: str, mode: str, criteria: Criteria, reached_days: int | None, by: User | None
) -> Audience:
    """Keep a target. Raises AudienceRefused for a missing or used name, and beyond 100 of them."""
    name = " ".join(name.split())[:80]
    if not name:
        raise AudienceRefused(_("Write a name for the audience."))
    if Audience.objects.of(account).count() >= MOST:
        raise AudienceRefused(_("You have 100 audiences, which is the most. Delete one first."))
    try:
        with transaction.atomic():
            audience = Audience.objects.create(
                account=account, name=name, mode=mode, criteria=criteria.as_json(), reached_days=reached_days
            )
            record(action="audience.saved", user=by, account=account, target=name)
    except IntegrityError as error:
        raise AudienceRefused(_("You have an audience of this name. Choose another.")) from error
    return audience


def delete_audience(*, audience: Audience, by: User | None) -> None:
    with transaction.atomic():
        record(action="audience.deleted", user=by, account=audience.account, target=audience.name)
        audience.delete()
