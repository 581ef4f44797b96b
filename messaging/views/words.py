"""Sentences that several pages speak."""

from datetime import datetime

from django.utils.translation import gettext as _

from common import showing
from common.jalali import WEEKDAYS, in_tehran
from messaging.models import Campaign, RecurringSend
from messaging.recurrence import Frequency
from numberbank import selectors
from numberbank.targets import Choice, Target
from numbers.models import Line
from numbers.selectors import next_opening, sending_hours


def hours_sentence(line: Line, moment: datetime) -> str:
    """What the line's sending hours (R4) mean for messages that would leave at ``moment``; "" while it is open."""
    opening = next_opening(line, moment)
    if opening == moment:
        return ""
    opens, closes = sending_hours(line, moment)
    return _(
        "This line may send from %(opens)s to %(closes)s; the messages begin to leave on %(day)s at %(clock)s."
    ) % {
        "opens": _clock(opens),
        "closes": _clock(closes),
        "day": showing.day(in_tehran(opening)),
        "clock": showing.clock(opening),
    }


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
    return _("Every day at %(clock)s") % {"clock": clock}


def _clock(minute: int) -> str:
    return showing.digits(f"{minute // 60:02}:{minute % 60:02}")
