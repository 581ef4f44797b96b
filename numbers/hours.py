"""The hours of the Tehran day in which a line may send, written 08:00-22:00. Pure: no Django here."""

import re

DAY = 24 * 60
_HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def parse(text: str) -> tuple[int, int]:
    """(first minute, minute after the last) of the day: 08:00-22:00 is (480, 1320); 24:00 ends the day.

    Raises ValueError where the text is not hours, or they do not end later than they begin.
    """
    found = _HOURS.fullmatch(text)
    if not found:
        raise ValueError(f"not hours: {text!r}")
    opens_hour, opens_minute, closes_hour, closes_minute = map(int, found.groups())
    opens, closes = opens_hour * 60 + opens_minute, closes_hour * 60 + closes_minute
    if max(opens_minute, closes_minute) > 59 or not 0 <= opens < closes <= DAY:
        raise ValueError(f"not hours of one day: {text!r}")
    return opens, closes
