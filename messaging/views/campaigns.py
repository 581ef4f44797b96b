"""Campaigns: the list, the page of one with its progress, and its controls."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import panel_page
from common.paging import page_of
from common.showing import rials
from messaging import services
from messaging.errors import code_of, describe
from messaging.forms import CampaignFilterForm
from messaging.models import Campaign
from messaging.selectors import Progress, campaigns, progress, progress_of
from messaging.selectors.campaigns import UNCONFIRMED
from messaging.selectors.failures import failures
from messaging.selectors.gateways import silent_gateways
from messaging.services import WrongState
from messaging.views.words import hours_sentence, whose_hours

LIVE = {Campaign.State.QUEUED, Campaign.State.RUNNING}
STOPPABLE = {Campaign.State.SCHEDULED, Campaign.State.QUEUED, Campaign.State.RUNNING}
RECEIPTS_WATCHED = timedelta(minutes=10)  # after the last message left, receipts are still waited for


@require_GET
@panel_page("view")
def campaign_list(request: HttpRequest) -> HttpResponse:
    form = CampaignFilterForm(request.GET or None, account=request.account)
    wanted = form.wanted() if form.is_bound else {}
    page = page_of(campaigns(request.account, **wanted), request.GET)
    with_delivery(page.rows)
    return render(request, "messaging/campaigns.html", {"form": form, "page": page})


def with_delivery(rows: list[Campaign]) -> list[Campaign]:
    """The campaigns, each with ``delivered_percent``; None where nothing was handed over yet."""
    counts = progress_of(rows)
    for campaign in rows:
        done = counts[campaign.pk]
        campaign.delivered_percent = done.delivered_percent if done.sent and campaign.confirmed_at else None
    return rows


@require_GET
@panel_page("view")
def campaign_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A paid campaign: its progress, counts, errors and controls. Asks for itself again while anything moves."""
    campaign = _own(request, pk)
    if campaign.state in UNCONFIRMED or campaign.state == Campaign.State.DISCARDED:
        return redirect("messaging:review", campaign.pk)
    now = timezone.now()
    done = progress(campaign)
    context = {
        "campaign": campaign,
        "figures": _figures(done),
        "counts": _counts(done),
        "errors": _errors(campaign) if done.undelivered + done.failed + done.blocked + done.unknown else [],
        "is_live": _is_live(campaign, done, now),
        "undo_seconds_left": _undo_seconds_left(campaign, now) if request.membership.can_send else 0,
        "waiting_reason": _waiting_reason(campaign, now) if campaign.state in LIVE and done.waiting else "",
        "can_pause": campaign.state in STOPPABLE,
        "can_resume": campaign.state == Campaign.State.PAUSED,
        "can_cancel": campaign.state in STOPPABLE | {Campaign.State.PAUSED},
    }
    return render(request, "messaging/campaign.html", context)


def _figures(done: Progress) -> dict[str, Any]:
    lost = done.undelivered + done.failed + done.unknown
    return {
        "delivered": done.delivered,
        "submitted": done.submitted,
        "failed": lost,
        "waiting": done.waiting,
        "cancelled": done.cancelled,
        "done_percent": done.percent,
        "delivered_percent": done.share(done.delivered),
        "failed_percent": done.share(lost),
        "submitted_percent": done.share(done.submitted),
    }


def _counts(done: Progress) -> list[dict[str, Any]]:
    whole = sum(done.by_status.values())
    return [
        {"status": status.value, "label": status.label, "messages": count, "percent": round(count * 100 / whole, 1)}
        for status, count in done.by_status.items()
        if count > 0
    ]


def _errors(campaign: Campaign) -> list[dict[str, Any]]:
    return [
        {"sentence": describe(row.error), "code": code_of(row.error) or row.error, "messages": row.messages}
        for row in failures(campaign)
    ]


def _is_live(campaign: Campaign, done: Progress, now: datetime) -> bool:
    """Whether the figures may still move while somebody looks."""
    if campaign.state in LIVE:
        return True
    recently = campaign.finished_at is not None and now - campaign.finished_at < RECEIPTS_WATCHED
    return recently and bool(done.waiting + done.submitted)


def _waiting_reason(campaign: Campaign, now: datetime) -> str:
    """Why nothing leaves although it might; "" when nothing is in the way."""
    hours = hours_sentence(campaign.line, now, whose_hours(campaign))
    if hours or (campaign.undo_until and campaign.undo_until > now):
        return hours
    if silent_gateways(campaign, now=now):
        return _("The connection to an operator is down. What waits for it leaves by itself when it is back.")
    return ""


def _undo_seconds_left(campaign: Campaign, now: datetime) -> int:
    if campaign.state != Campaign.State.QUEUED or campaign.undo_until is None:
        return 0
    return max(0, int((campaign.undo_until - now).total_seconds()))


def _own(request: HttpRequest, pk: int) -> Campaign:
    rows = Campaign.objects.of(request.account).select_related("account", "line", "created_by", "reservation")
    return get_object_or_404(rows, pk=pk)


# --- Controls ---------------------------------------------------------------------------------------------------------


def _control(change: Callable[[Campaign, HttpRequest], str]) -> Callable:
    """A door for one control: does it, says what happened, and shows the campaign."""

    @require_POST
    @panel_page("send")
    def door(request: HttpRequest, pk: int) -> HttpResponse:
        campaign = _own(request, pk)
        try:
            messages.success(request, change(campaign, request))
        except WrongState as error:
            messages.error(request, str(error))
        return redirect("messaging:campaign", campaign.pk)

    door.__name__ = door.__qualname__ = change.__name__
    door.__doc__ = change.__doc__
    return door


@_control
def pause(campaign: Campaign, request: HttpRequest) -> str:
    services.pause(campaign=campaign, by=request.user)
    return _("Paused. Nothing more leaves until you resume it.")


@_control
def resume(campaign: Campaign, request: HttpRequest) -> str:
    services.resume(campaign=campaign, by=request.user, now=timezone.now())
    return _("Resumed.")


@_control
def cancel(campaign: Campaign, request: HttpRequest) -> str:
    return _cancelled(services.cancel(campaign=campaign, by=request.user, now=timezone.now()))


@_control
def undo(campaign: Campaign, request: HttpRequest) -> str:
    return _cancelled(services.undo(campaign=campaign, by=request.user, now=timezone.now()))


@_control
def send_now(campaign: Campaign, request: HttpRequest) -> str:
    services.send_now(campaign=campaign, by=request.user, now=timezone.now())
    return _("It leaves now.")


def _cancelled(campaign: Campaign) -> str:
    """What came back so far; a bind may be putting down the rest at this moment."""
    campaign = Campaign.objects.select_related("reservation").get(pk=campaign.pk)
    returned = campaign.reservation.returned if campaign.reservation else 0
    if not returned:
        return _("Cancelled. The price of whatever has not left comes back to your credit in a moment.")
    return _("Cancelled. %(amount)s came back to your credit.") % {"amount": rials(returned)}
