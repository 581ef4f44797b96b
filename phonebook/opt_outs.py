"""Subscribers who want nothing from a line of an account, as its own programs and people keep them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import Account, User
from numbers.models import Line
from phonebook.models import OptOut

WEB_SERVICE = "web_service"
PANEL = "panel"


@transaction.atomic
def opt_out(
    *, account: Account, line: Line, msisdns: Iterable[int], reason: str, by: User | None = None, now: datetime
) -> set[int]:
    """Send nothing more to these numbers (989…) from the account's line; those that were not opted out before."""
    wanted = set(msisdns)
    new = wanted - opted_out_among(account=account, line=line, msisdns=wanted)
    OptOut.objects.bulk_create(
        [OptOut(account=account, line=line, msisdn=msisdn, reason=reason, created_at=now) for msisdn in sorted(new)],
        ignore_conflicts=True,
    )
    if new:
        _record("opt_out.created", account, line, by, len(new))
    return new


@transaction.atomic
def opt_in(*, account: Account, line: Line, msisdns: Iterable[int], by: User | None = None) -> int:
    """Take back what the account's programs or people wrote themselves; how many. What a subscriber, an operator or
    staff asked for stays."""
    mine = OptOut.objects.of(account).filter(line=line, msisdn__in=list(msisdns), reason__in=(WEB_SERVICE, PANEL))
    count, _rows = mine.delete()
    if count:
        _record("opt_out.deleted", account, line, by, count)
    return count


def opted_out_among(*, account: Account, line: Line, msisdns: Iterable[int]) -> set[int]:
    """Which of these numbers want nothing from this line."""
    rows = OptOut.objects.of(account).filter(line=line, msisdn__in=list(msisdns))
    return set(rows.values_list("msisdn", flat=True))


def _record(action: str, account: Account, line: Line, by: User | None, count: int) -> None:
    audit.record(action=action, user=by, account=account, target=line.number, details={"numbers": count})
