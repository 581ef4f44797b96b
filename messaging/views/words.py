"""Sentences that several pages speak."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account
from common import showing
from common.jalali import WEEKDAYS, in_tehran
from messaging.models import Campaign, RecurringSend
from messaging.recurrence import Frequency
from numberbank import selectors
from numberbank.targets import Choice, Target
from numbers.models import Line
from numbers.selectors import next_opening, sending_hours
from phonebook.models import Field


def hours_sentence(line: Line, moment: datetime, account: Account | None) -> str:
    """What the line's sending hours (R4) and the account's quiet ones (2.5) mean for messages that would leave at
    ``moment``; "" while they may."""
    opening = next_opening(line, moment, account)
    if opening == moment:
        return ""
    opens, closes = sending_hours(line, moment, account)
    sentence = _(
        "This line may send from %(opens)s to %(closes)s; the messages begin to leave on %(day)s at %(clock)s."
    )
    if (opens, closes) != sending_hours(line, moment):
        sentence = _(
            "With your account's quiet hours, messages leave from %(opens)s to %(closes)s; these begin to leave on"
            " %(day)s at %(clock)s."
        )
    return sentence % {
        "opens": _clock(opens),
        "closes": _clock(closes),
        "day": showing.day(in_tehran(opening)),
        "clock": showing.clock(opening),
    }


def whose_hours(campaign: Campaign) -> Account | None:
    """The account whose quiet hours the campaign keeps, if any."""
    return campaign.account if campaign.heeds_quiet_hours else None


def target_words(campaign: Campaign) -> list[tuple[str, str]]:
    """(what, its values) of the target of a campaign to the number bank, for people; empty for any other."""
    if not campaign.sources.get("target"):
        return []
    target = Target.of(campaign.sources["target"])
    comma = "، " if showing.is_persian() else ", "
    rows = [(what or _("Postal code"), comma.join(values)) for what, values in selectors.names(target.criteria)]
    if target.choice is Choice.ROWS:
        span = _("From row %(first)s to row %(last)s") % {
            "first": showing.number(target.first),
            "last": showing.number(target.last),
        }
        rows.append((_("Sequential"), span))
    elif target.choice is Choice.RANDOM:
        rows.append((_("Random"), _("%(count)s of them, by chance") % {"count": showing.number(target.amount)}))
    else:
        rows.append((_("Broadcast"), _("All of them")))
    if target.reached_days:
        days = _("Those you wrote to in the last %(days)s days") % {"days": showing.number(target.reached_days)}
        rows.append((_("Left out"), days))
    return rows


def rule_words(recurring: RecurringSend) -> str:
    """When a recurring send comes, in a sentence (2.5)."""
    clock = _clock(recurring.minute)
    if recurring.frequency == Frequency.WEEKLY:
        names = WEEKDAYS["fa" if showing.is_persian() else "en"]
        days = [names[day] for day in sorted(recurring.weekdays, key=lambda day: (day + 2) % 7)]
        comma = "، " if showing.is_persian() else ", "
        return _("%(days)s at %(clock)s") % {"days": comma.join(days), "clock": clock}
    if recurring.frequency == Frequency.MONTHLY:
        return _("Day %(day)s of each Jalali month at %(clock)s") % {
            "day": showing.number(recurring.day),
            "clock": clock,
        }
    if recurring.frequency == Frequency.DATES:
        return _on_dates(recurring, clock)
    return _("Every day at %(clock)s") % {"clock": clock}


def _on_dates(recurring: RecurringSend, clock: str) -> str:
    field = Field.objects.of(recurring.account).filter(key=recurring.date_key).first()
    days = abs(recurring.offset_days)
    sentence = _("On “%(field)s” of each contact, at %(clock)s")
    if recurring.offset_days < 0:
        sentence = ngettext(
            "%(days)s day before “%(field)s” of each contact, at %(clock)s",
            "%(days)s days before “%(field)s” of each contact, at %(clock)s",
            days,
        )
    elif recurring.offset_days > 0:
        sentence = ngettext(
            "%(days)s day after “%(field)s” of each contact, at %(clock)s",
            "%(days)s days after “%(field)s” of each contact, at %(clock)s",
            days,
        )
    return sentence % {"days": showing.number(days), "field": field or recurring.date_key, "clock": clock}


def _clock(minute: int) -> str:
    return showing.digits(f"{minute // 60:02}:{minute % 60:02}")
