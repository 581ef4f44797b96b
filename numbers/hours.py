"""The hours of the Tehran day in which messages may leave, written 08:00-22:00. Pure: no Django here."""

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


def written(hours: tuple[int, int]) -> str:
    """What ``parse`` reads."""
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in hours)


def common(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int] | None:
    """The hours that both allow; None stands for any hour, and comes back where they have none in common, too."""
    if one is None or other is None:
        return one or other
    opens, closes = max(one[0], other[0]), min(one[1], other[1])
    return (opens, closes) if opens < closes else None
