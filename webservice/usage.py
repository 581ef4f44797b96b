"""How much the web service is used (S1): requests and messages a day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from accounts.models import Account
from common.jalali import TEHRAN, in_tehran
from common.showing import number, short_day
from messaging.models import Campaign
from webservice.models import ApiRequest

DAYS = 30


@dataclass(frozen=True, slots=True)
class Day:
    """A Tehran day: calls with a key, those of them that were refused or failed, and messages sent by them."""

    date: date
    requests: int
    refused: int
    messages: int


def last_days(account: Account, *, now: datetime, days: int = DAYS) -> list[Day]:
    """The last days, today's the last; test messages count with the others. Three queries."""
    first = in_tehran(now).date() - timedelta(days=days - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=TEHRAN)
    called = ApiRequest.objects.of(account).filter(at__gte=since).annotate(day=TruncDate("at", tzinfo=TEHRAN))
    calls = dict(called.values_list("day").annotate(count=Count("id")).order_by())
    refused = dict(called.filter(status__gte=400).values_list("day").annotate(count=Count("id")).order_by())
    sends = Campaign.objects.of(account).filter(kind=Campaign.Kind.API, confirmed_at__gte=since)
    sent = sends.annotate(day=TruncDate("confirmed_at", tzinfo=TEHRAN))
    messages = dict(sent.values_list("day").annotate(count=Sum("recipients")).order_by())
    dates = [first + timedelta(days=place) for place in range(days)]
    return [Day(one, calls.get(one, 0), refused.get(one, 0), messages.get(one, 0) or 0) for one in dates]


def chart(days: list[Day]) -> dict | None:
    """For charts.js; None where nothing was asked."""
    if not any(day.requests or day.messages for day in days):
        return None
    return {
        "labels": [short_day(day.date) for day in days],
        "series": [
            {"label": _("Answered requests"), "tone": "ok", "values": [day.requests - day.refused for day in days]},
            {"label": _("Refused requests"), "tone": "bad", "values": [day.refused for day in days]},
            {"label": _("Messages"), "tone": "violet", "values": [day.messages for day in days], "stack": "messages"},
        ],
    }


def words(days: list[Day]) -> str:
    """The chart for those who cannot see it."""
    return _(
        "In the last %(days)s days: %(requests)s requests, %(refused)s of them refused; %(messages)s messages."
    ) % {
        "days": number(len(days)),
        "requests": number(sum(day.requests for day in days)),
        "refused": number(sum(day.refused for day in days)),
        "messages": number(sum(day.messages for day in days)),
    }
