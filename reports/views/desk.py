"""The desk (1): the first page after login."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import panel_page
from accounts.announcements import announcements_for, dismiss
from accounts.models import Account, Announcement
from billing.selectors import days_left
from common.showing import number, percent, short_day
from credit.pricing import plan_of
from messaging.models import Campaign
from messaging.selectors import campaigns, inbox, lines_for, names_of, progress_of, running
from numbers.models import LineRequest
from reports import figures
from reports.figures import Day
from support.models import Ticket
from support.selectors import tickets_of

LATEST = 5
CHART_DAYS = 30
SHARES_SHOWN = 5
TONES = ("ok", "wait", "violet", "bad", "mute", "mute")


@require_GET
@panel_page("view")
def desk(request: HttpRequest) -> HttpResponse:
    """What is on its way, what came in, how the last days went, and what is missing before one can send."""
    account, now = request.account, timezone.now()
    days = figures.last_days(account, now=now)
    shown = days[-CHART_DAYS:]
    latest = list(campaigns(account).filter(confirmed_at__isnull=False)[:LATEST])
    on_their_way = list(running(account)[:LATEST])
    _with_delivery([*latest, *on_their_way])
    shares = figures.operator_share(account, now=now)
    context = {
        "now": now,
        "has_active_line": lines_for(account).exists(),
        "figures": _figures(account, days, now),
        "running": on_their_way,
        "latest": latest,
        "received": _received(account),
        "announcements": announcements_for(request.user, tier=_tier(account), now=now),
        "tickets": tickets_of(account).exclude(state=Ticket.State.CLOSED)[:LATEST],
        "requests": LineRequest.objects.of(account).filter(state__in=LineRequest.OPEN).order_by("-id")[:LATEST],
        "days_left": days_left(account, now),
        "chart_days": _chart_of_days(shown),
        "chart_summary": _words_of_days(shown),
        "has_operator_share": bool(shares),
        "chart_operators": _chart_of_operators(shares),
        "operator_summary": "، ".join(f"{name}: {number(count)}" for name, count in shares),
    }
    return render(request, "reports/desk.html", context)


def _figures(account: Account, days: list[Day], now: datetime) -> dict[str, Any]:
    today, yesterday = days[-1].counts.sent, days[-2].counts.sent
    last = [day.counts for day in days[-CHART_DAYS:]]
    sent, delivered = sum(counts.sent for counts in last), sum(counts.delivered for counts in last)
    return {
        "sent_today": today,
        "sent_month": sum(day.counts.sent for day in figures.of_month(days, now=now)),
        "failed": sum(counts.undelivered + counts.failed + counts.unknown for counts in last),
        "sent_today_note": _compared(today, yesterday),
        "sent_today_tone": "up" if today >= yesterday else "down",
        "delivered_percent": round(delivered * 100 / sent, 1) if sent else None,
        "received_today": figures.received_today(account, now=now),
        "cost_month": sum(day.cost for day in figures.of_month(days, now=now)),
    }


@require_POST
@panel_page("view")
def dismiss_announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an announcement away, for this reader; the fragment's answer is empty."""
    dismiss(get_object_or_404(Announcement, pk=pk), user=request.user)
    return HttpResponse() if request.htmx else redirect("reports:desk")


def _tier(account: Account) -> int | None:
    plan = plan_of(account)
    return plan.tier if plan else None


def _compared(today: int, yesterday: int) -> str:
    if not yesterday or today == yesterday:
        return _("yesterday: %(count)s") % {"count": number(yesterday)}
    change = percent(round(abs(today - yesterday) * 100 / yesterday))
    if today > yesterday:
        return _("%(percent)s more than yesterday") % {"percent": change}
    return _("%(percent)s less than yesterday") % {"percent": change}


def _with_delivery(rows: list[Campaign]) -> None:
    counts = progress_of(rows)
    for campaign in rows:
        done = counts[campaign.pk]
        campaign.delivered_percent = done.delivered_percent if done.sent else None


def _received(account: Account) -> list:
    received = list(inbox(account)[:LATEST])
    names = names_of(account, (message.msisdn for message in received))
    for message in received:
        message.contact_name = names.get(message.msisdn, "")
    return received


def _chart_of_days(days: list[Day]) -> dict[str, Any]:
    others = [day.counts.sent - day.counts.delivered for day in days]
    return {
        "labels": [short_day(day.date) for day in days],
        "series": [
            {"label": _("Delivered"), "tone": "ok", "values": [day.counts.delivered for day in days]},
            {"label": _("Not delivered, or not yet"), "tone": "wait", "values": others},
        ],
    }


def _chart_of_operators(shares: list[tuple[str, int]]) -> dict[str, Any]:
    shown = shares[:SHARES_SHOWN]
    rest = sum(count for _name, count in shares[SHARES_SHOWN:])
    if rest:
        shown.append((_("Others"), rest))
    return {
        "labels": [name for name, _count in shown],
        "series": [{"tones": list(TONES[: len(shown)]), "values": [count for _name, count in shown]}],
    }


def _words_of_days(days: list[Day]) -> str:
    """The chart for those who cannot see it."""
    sent = sum(day.counts.sent for day in days)
    delivered = sum(day.counts.delivered for day in days)
    return _("In the last %(days)s days: %(sent)s sent, %(delivered)s delivered.") % {
        "days": number(len(days)),
        "sent": number(sent),
        "delivered": number(delivered),
    }
