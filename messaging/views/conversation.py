"""A conversation (4.2, 4.5): what a subscriber and a line wrote to each other, and the box to answer in."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import panel_page
from billing.selectors import spendable
from billing.services import InsufficientCredit
from common.showing import rials
from credit.pricing import NoTariff
from messaging import services
from messaging.forms import ReplyForm
from messaging.models import InboundMessage
from messaging.selectors import conversation, conversation_of, lines_for, own_received, samples
from messaging.services import SendRefused
from messaging.views.compose import price_table
from messaging.views.inbox import name_senders


@require_GET
@panel_page("view")
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """The conversation that a received message belongs to. Whoever may answer has read it by opening it."""
    message = get_object_or_404(own_received(request.account), pk=pk)
    if request.membership.can_send:
        unread = conversation_of(message).filter(read_at=None).values_list("pk", flat=True)
        services.mark_read(account=request.account, ids=unread[:1000], now=timezone.now())
    return _page(request, message, ReplyForm())


@require_POST
@panel_page("send")
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer from the line that the message came to. A refused answer keeps its text."""
    message = get_object_or_404(own_received(request.account), pk=pk)
    form = ReplyForm(request.POST)
    if form.is_valid():
        try:
            campaign = services.answer(
                message=message,
                text=form.cleaned_data["text"],
                by=request.user,
                now=timezone.now(),
                form_token=form.cleaned_data["token"],
            )
        except (SendRefused, NoTariff, InsufficientCredit) as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(
                request, _("Your answer is on its way; it costs %(price)s.") % {"price": rials(campaign.price)}
            )
            return redirect(f"{reverse('messaging:received', args=[message.pk])}#answer")
    return _page(request, message, form)


def _page(request: HttpRequest, message: InboundMessage, form: ReplyForm) -> HttpResponse:
    account = request.account
    name_senders(request, [message])
    line = lines_for(account).filter(pk=message.line_id).first() if message.line_id else None
    context = {
        "message": message,
        "conversation": conversation(message, before=_moment(request.GET.get("before", ""))),
        "form": form,
        "can_answer": bool(request.membership.can_send and message.msisdn and line),
    }
    if context["can_answer"]:
        prices = price_table(account, [line])[line.pk]
        context["samples"] = samples(account)
        context["replying"] = {
            "prices": prices,
            "balance": spendable(account),
            "max_parts": settings.MESSAGE_MAX_PARTS,
        }
    return render(request, "messaging/received.html", context)


def _moment(written: str) -> datetime | None:
    try:
        moment = parse_datetime(written)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
