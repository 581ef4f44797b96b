"""Sentences that several pages speak."""

from datetime import datetime

from django.utils.translation import gettext as _

from common import showing
from common.jalali import in_tehran
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


def _clock(minute: int) -> str:
    return showing.digits(f"{minute // 60:02}:{minute % 60:02}")
