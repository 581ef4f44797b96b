"""How tickets are shown: tones of states, working time, stars."""

from datetime import date, datetime

from django import template
from django.utils.translation import gettext as _

from common.showing import number

register = template.Library()
TONES = {"new": "wait", "seen": "run", "referred": "run", "answered": "ok", "waiting": "violet"}


@register.filter
def ticket_tone(state: str) -> str:
    return TONES.get(state, "mute")


@register.filter
def urgency_tone(priority: int) -> str:
    return "bad" if priority >= 4 else "wait"


@register.filter
def working_time(minutes: float | None) -> str:
    """«۲ ساعت و ۵ دقیقه» of working time; nothing for None."""
    if minutes is None:
        return ""
    hours, rest = divmod(round(minutes), 60)
    words = {"hours": number(hours), "minutes": number(rest)}
    return _("%(hours)s h %(minutes)s min") % words if hours else _("%(minutes)s min") % words


@register.filter
def stars(average: float | None) -> str:
    """«۴٫۲ از ۵»; nothing for None."""
    return "" if average is None else _("%(stars)s of 5") % {"stars": number(average, 1)}


@register.filter
def day(written: str) -> date:
    """A day that was kept as text in JSON."""
    return date.fromisoformat(written)


@register.filter
def moment(written: str) -> datetime:
    """A time that was kept as text in JSON."""
    return datetime.fromisoformat(written)
