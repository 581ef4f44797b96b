"""An account's own quiet hours (2.5): messages wait for the next opening, they are never refused."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, User
from numbers.hours import common, parse, written
from numbers.models import Line, QuietHours

LEAST_IN_COMMON = 60  # minutes that a line of limited hours must be left


class HoursRefused(Exception):
    """These hours cannot be kept; the message says why in the reader's language."""


@transaction.atomic
def set_quiet_hours(*, account: Account, hours: tuple[int, int] | None, by: User | None) -> None:
    """From now on messages leave only in these minutes of the Tehran day (None: at any hour). What has been prepared
    keeps the hours that it was prepared with. Raises HoursRefused where a line of the account would be left without an
    hour."""
    if hours is not None:
        _check(account, hours)
    if hours is None:
        QuietHours.objects.filter(account=account).delete()
    else:
        values = {"opens_minute": hours[0], "closes_minute": hours[1]}
        QuietHours.objects.update_or_create(account=account, defaults=values)
    details = {"hours": written(hours) if hours else ""}
    audit.record(action="account.quiet_hours", user=by, account=account, details=details)


def _check(account: Account, hours: tuple[int, int]) -> None:
    if not 0 <= hours[0] < hours[1] <= 24 * 60:
        raise HoursRefused(_("The end must be later than the beginning, on the same day."))
    lines = Line.objects.filter(account=account, kind=Line.Kind.ADVERTISING)
    every = {own or settings.ADVERTISING_HOURS for own in lines.values_list("sending_hours", flat=True)}
    for theirs in sorted(every):
        both = common(hours, parse(theirs))
        if both is None or both[1] - both[0] < LEAST_IN_COMMON:
            sentence = _("Advertising lines may send from %(hours)s only; choose at least one hour of that.")
            raise HoursRefused(sentence % {"hours": theirs})
