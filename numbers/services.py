"""What staff do to sender lines."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, User
from common.phones import normalise_line
from numbers.models import Line

FAMILIES = ("1000", "2000", "3000", "5000", "9000")


class LineRefused(Exception):
    """The line cannot be added or moved; the message says why in the reader's language."""


def family_of(number: str) -> str:
    """The prefix family of a line's number, part of its price: 1000 …, an area code such as 021, or none."""
    if number.startswith(FAMILIES):
        return number[:4]
    if number.startswith("98") and len(number) > 10:
        number = "0" + number[2:]
    if number.startswith("0") and not number.startswith(("00", "09")):
        return number[:3]
    return ""


@transaction.atomic
def add_line(
    *, account: Account | None, number: str, kind: Line.Kind, by: User | None = None, now: datetime | None = None
) -> Line:
    """An active line of ``account`` (None for a shared service line), its family read from its number.

    Raises LineRefused for what is no number, and for one that is there already.
    """
    digits = normalise_line(number)
    if digits is None:
        raise LineRefused(_("A line is a number of 3 to 18 digits."))
    if account is None and kind != Line.Kind.SHARED_SERVICE:
        raise LineRefused(_("A line without an account can only be a shared service line."))
    if Line.objects.filter(number=digits).exists():
        raise LineRefused(_("The line %(number)s is there already.") % {"number": digits})
    line = Line.objects.create(
        number=digits,
        account=account,
        kind=kind,
        prefix_family=family_of(digits),
        state=Line.State.ACTIVE,
        activated_at=now or timezone.now(),
    )
    audit.record(action="line.added", user=by, account=account, target=digits, details={"kind": str(kind)})
    return line


def activate(*, line: Line, by: User | None, now: datetime) -> bool:
    """Let a pending or suspended line send; False where it was active already. Raises LineRefused for a closed one."""
    return _move(line, Line.State.ACTIVE, "line.activated", by, now)


def suspend(*, line: Line, by: User | None, now: datetime) -> bool:
    """Stop a line from sending until it is activated again; False where it was suspended already.

    Raises LineRefused for a closed one.
    """
    return _move(line, Line.State.SUSPENDED, "line.suspended", by, now)


@transaction.atomic
def carry_notices(*, line: Line, by: User | None) -> bool:
    """Make ``line`` the one that carries the platform's notices, in the place of any other; False where it is already.

    Raises LineRefused for a shared line: somebody must pay.
    """
    if line.account_id is None:
        raise LineRefused(_("A shared line cannot carry the platform's notices: no account would pay for them."))
    if Line.objects.filter(pk=line.pk, carries_notices=True).exists():
        return False
    Line.objects.filter(carries_notices=True).update(carries_notices=False)
    Line.objects.filter(pk=line.pk).update(carries_notices=True)
    audit.record(action="line.carries_notices", user=by, account=line.account, target=line.number)
    return True


@transaction.atomic
def _move(line: Line, state: Line.State, action: str, by: User | None, now: datetime) -> bool:
    line = Line.objects.select_for_update().get(pk=line.pk)
    if line.state == state:
        return False
    if line.state == Line.State.CLOSED:
        raise LineRefused(_("The line %(number)s is closed.") % {"number": line.number})
    was, line.state = line.state, state
    if state == Line.State.ACTIVE and line.activated_at is None:
        line.activated_at = now
    line.save(update_fields=["state", "activated_at"])
    audit.record(action=action, user=by, account=line.account, target=line.number, details={"was": was})
    return True
