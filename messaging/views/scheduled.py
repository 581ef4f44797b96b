"""The scheduled box (5.3): paid for, not yet sent; cancelling returns the credit exactly."""

from collections.abc import Iterator
from itertools import islice

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import panel_page
from common.fields import MomentField
from common.showing import number
from messaging import services
from messaging.exporting import written
from messaging.forms import ScheduledFilterForm, ScheduledMessagesFilterForm
from messaging.forms.compose import written_moment
from messaging.forms.fields import IdsField
from messaging.models import Campaign, Message
from messaging.selectors import (
    is_concealed,
    message_text,
    names_of,
    scheduled,
    scheduled_message_page,
    scheduled_messages,
    scheduled_page,
    shown_recipient,
)
from messaging.services import SendRefused, WrongState
from messaging.views.exports import READ_AT_ONCE, is_too_long, workbook

MOST_EXPORTED = 100_000


@require_http_methods(["GET", "POST"])
@panel_page("view")
def scheduled_list(request: HttpRequest) -> HttpResponse:
    return _cancel_chosen(request) if request.method == "POST" else _list(request)


def _list(request: HttpRequest) -> HttpResponse:
    form = ScheduledFilterForm(request.GET or None, account=request.account)
    wanted = form.wanted() if form.is_bound else {}
    page = scheduled_page(request.account, request.GET, **wanted)
    for campaign in page.rows:
        campaign.written_at = written_moment(campaign.send_at) if campaign.send_at else ""
    return render(request, "messaging/scheduled.html", {"form": form, "page": page, "is_filtered": bool(wanted)})


@panel_page("send")
def _cancel_chosen(request: HttpRequest) -> HttpResponse:
    chosen: QuerySet[Campaign] = scheduled(request.account).filter(
        pk__in=IdsField().clean(request.POST.getlist("campaign"))
    )
    cancelled = late = 0
    for campaign in chosen:
        try:
            services.cancel(campaign=campaign, by=request.user, now=timezone.now())
            cancelled += 1
        except WrongState:
            late += 1
    if cancelled:
        sentence = ngettext(
            "%(count)s campaign was cancelled; its price is back in your credit.",
            "%(count)s campaigns were cancelled; their price is back in your credit.",
            cancelled,
        )
        messages.success(request, sentence % {"count": number(cancelled)})
    if late:
        messages.warning(request, _("Some had left meanwhile and were not cancelled."))
    return redirect(request.get_full_path())


@require_POST
@panel_page("send")
def reschedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Another time for a send that waits."""
    campaign = get_object_or_404(Campaign.objects.of(request.account), pk=pk)
    field = MomentField(required=True, error_messages={"required": _("Write the time to send.")})
    try:
        moment = field.clean(request.POST.get("send_at", ""))
        services.reschedule(campaign=campaign, send_at=moment, by=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except (SendRefused, WrongState) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It leaves at %(time)s.") % {"time": written(moment)})
    return redirect("messaging:scheduled")


@require_http_methods(["GET", "POST"])
@panel_page("view")
def message_list(request: HttpRequest) -> HttpResponse:
    """One row a recipient; rows with times of their own (2.3) are cancelled one by one here."""
    return _cancel_messages(request) if request.method == "POST" else _messages(request)


def _messages(request: HttpRequest) -> HttpResponse:
    form = ScheduledMessagesFilterForm(request.GET or None, account=request.account)
    wanted = form.wanted() if form.is_bound else {}
    page = scheduled_message_page(request.account, request.GET, **wanted)
    _for_reading(request, page.rows)
    context = {"form": form, "page": page, "campaign": wanted.get("campaign"), "is_filtered": bool(wanted)}
    return render(request, "messaging/scheduled_messages.html", context)


def _for_reading(request: HttpRequest, rows: list[Message]) -> None:
    """Who gets each message and its text, as far as the account may see them."""
    names = names_of(request.account, (message.msisdn for message in rows if not is_concealed(message)))
    for message in rows:
        message.recipient_shown = shown_recipient(message)
        message.contact_name = "" if is_concealed(message) else names.get(message.msisdn, "")
        message.text_shown = message_text(message)


@require_GET
@panel_page("view")
def messages_export(request: HttpRequest) -> HttpResponse:
    """The filtered list of single messages as a workbook; more than it takes are refused in words."""
    form = ScheduledMessagesFilterForm(request.GET or None, account=request.account)
    found = scheduled_messages(request.account, **(form.wanted() if form.is_bound else {}))
    if is_too_long(found, MOST_EXPORTED):
        sentence = _("More than %(most)s messages match; a workbook takes at most that many. Choose one send or line.")
        messages.warning(request, sentence % {"most": number(MOST_EXPORTED)})
        return redirect(f"{reverse('messaging:scheduled_messages')}?{request.GET.urlencode()}")
    header = [_("Recipient"), _("Name"), _("Text"), _("Line"), _("Price (rials)"), _("Leaves at"), _("Campaign")]
    return workbook("scheduled-messages.xlsx", header, _message_cells(request, found))


def _message_cells(request: HttpRequest, found: QuerySet[Message]) -> Iterator[list]:
    rows = found.iterator(chunk_size=READ_AT_ONCE)
    while some := list(islice(rows, READ_AT_ONCE)):
        _for_reading(request, some)
        for message in some:
            yield [
                message.recipient_shown,
                message.contact_name,
                message.text_shown,
                message.line.number,
                message.price,
                written(message.leaves_at),
                str(message.campaign),
            ]


@panel_page("send")
def _cancel_messages(request: HttpRequest) -> HttpResponse:
    ids = IdsField().clean(request.POST.getlist("message"))
    gone = services.cancel_messages(account=request.account, ids=ids, by=request.user, now=timezone.now())
    if gone:
        sentence = ngettext(
            "%(count)s message was cancelled; its price is back in your credit.",
            "%(count)s messages were cancelled; their price is back in your credit.",
            len(gone),
        )
        messages.success(request, sentence % {"count": number(len(gone))})
    if len(gone) < len(ids):
        messages.warning(request, _("Some had left meanwhile and were not cancelled."))
    return redirect(request.get_full_path())


@require_GET
@panel_page("view")
def scheduled_export(request: HttpRequest) -> HttpResponse:
    """The filtered list of sends as a workbook."""
    form = ScheduledFilterForm(request.GET or None, account=request.account)
    found = scheduled(request.account, **(form.wanted() if form.is_bound else {}))[:MOST_EXPORTED]
    header = [_("Title"), _("Text"), _("Line"), _("Recipients"), _("Parts"), _("Price (rials)"), _("Leaves at")]
    return workbook("scheduled.xlsx", [*header, _("State")], _cells(found))


def _cells(found: QuerySet[Campaign]) -> Iterator[list]:
    for campaign in found.iterator(chunk_size=2_000):
        yield [
            str(campaign),
            campaign.text,
            campaign.line.number,
            campaign.recipients,
            campaign.parts,
            campaign.price,
            written(campaign.leaves_at),
            campaign.get_state_display(),
        ]
