"""Numbers, money and moments as the reader's language writes them. The template filters and the exports share this."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common import jalali, phones

_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_PERSIAN_NUMBER = str.maketrans("0123456789,.", "۰۱۲۳۴۵۶۷۸۹٬٫")
_LEFT_TO_RIGHT_MARK = "\u200e"  # without it the minus moves to the wrong end of a number in Persian text


def is_persian() -> bool:
    return (get_language() or "").startswith("fa")


def digits(value: object) -> str:
    """Any text, its digits Persian in Persian."""
    text = str(value)
    return text.translate(_PERSIAN) if is_persian() else text


def number(value: float | Decimal | str, places: int | None = None) -> str:
    """Grouped digits: «۴۸٬۲۵۰» or 48,250; at most ``places`` decimals, without closing zeros."""
    amount = Decimal(str(value))
    if places is not None:
        amount = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{abs(amount):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    sign = "−" if amount < 0 and text != "0" else ""
    if not is_persian():
        return sign + text
    return (_LEFT_TO_RIGHT_MARK + sign if sign else "") + text.translate(_PERSIAN_NUMBER)


def rials(amount: int) -> str:
    """«۴۸٬۲۵۰٬۰۰۰ ریال»"""
    return _("%(amount)s rials") % {"amount": number(amount)}


def compact(value: float) -> str:
    """«۲۱٫۴ میلیون»: a figure short enough for a card; exact below ten thousand."""
    if abs(value) < 10_000:
        return number(value, 1)
    for size, phrase in (
        (10**12, _("%(number)s trillion")),
        (10**9, _("%(number)s billion")),
        (10**6, _("%(number)s million")),
        (10**3, _("%(number)s thousand")),
    ):
        if abs(value) >= size * Decimal("0.99995"):
            return phrase % {"number": number(Decimal(str(value)) / size, 1)}
    return number(value, 1)


def percent(value: float) -> str:
    """«۹۶٫۱٪» of 96.1"""
    return number(value, 1) + ("٪" if is_persian() else "%")


def phone(value: int | str) -> str:
    """0912 123 4567; what is no mobile number comes back as it is. Latin digits: people copy it."""
    mobile = phones.normalise(value)
    if mobile is None:
        return str(value)
    national = phones.national(mobile)
    return f"{national[:4]} {national[4:7]} {national[7:]}"


def masked_phone(value: int | str) -> str:
    """0912***4567: for those who should know the number, and need no more than be reminded."""
    mobile = phones.normalise(value)
    return "" if mobile is None else phones.mask(mobile)


def day(moment: datetime | date) -> str:
    """«۱۴۰۵/۰۹/۰۳» in Persian, 2026-11-24 otherwise."""
    local = jalali.in_tehran(moment).date() if isinstance(moment, datetime) else moment
    if not is_persian():
        return local.isoformat()
    year, month, day_of_month = jalali.jalali_parts(local)
    return digits(f"{year:04}/{month:02}/{day_of_month:02}")


def short_day(day: date) -> str:
    """«۱۸ آبان» or "9 Nov": a day under a bar."""
    if is_persian():
        _year, month, day_of_month = jalali.jalali_parts(day)
        return f"{digits(day_of_month)} {jalali.MONTHS['fa'][month - 1]}"
    return f"{day.day} {jalali.GREGORIAN_MONTHS[day.month - 1][:3]}"


def clock(moment: datetime, *, seconds: bool = False) -> str:
    """«۱۸:۳۰» or «۱۸:۳۰:۰۵», Tehran's time."""
    return digits(f"{jalali.in_tehran(moment):%H:%M:%S}" if seconds else f"{jalali.in_tehran(moment):%H:%M}")


def ago(moment: datetime, now: datetime | None = None) -> str:
    """«۵ دقیقه پیش»; beyond a week, the day."""
    passed = (now or timezone.now()) - moment
    if abs(passed) < timedelta(minutes=1):
        return _("just now")
    if abs(passed) >= timedelta(days=7):
        return day(moment)
    past = passed > timedelta(0)
    minutes = int(abs(passed).total_seconds() // 60)
    phrase, size = (_days, 1440) if minutes >= 1440 else (_hours, 60) if minutes >= 60 else (_minutes, 1)
    count = minutes // size
    return phrase(count, past) % {"count": number(count)}


def _minutes(count: int, past: bool) -> str:
    if past:
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", count)
    return ngettext("in %(count)s minute", "in %(count)s minutes", count)


def _hours(count: int, past: bool) -> str:
    if past:
        return ngettext("%(count)s hour ago", "%(count)s hours ago", count)
    return ngettext("in %(count)s hour", "in %(count)s hours", count)


def _days(count: int, past: bool) -> str:
    if past:
        return ngettext("%(count)s day ago", "%(count)s days ago", count)
    return ngettext("in %(count)s day", "in %(count)s days", count)
