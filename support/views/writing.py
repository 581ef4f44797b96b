"""What a member of an account writes: tickets, replies, the end of a ticket (SUP-2, 3.1, 4)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import panel_page
from common.jalali import in_tehran, to_jalali
from common.showing import digits
from messaging.models import Message
from messaging.selectors import message_text, story
from support.forms import LONGEST_BODY, RatingForm, ReplyForm, TicketForm, own_message
from support.machine import WrongState
from support.models import Ticket
from support.rendering import render as render_markdown
from support.selectors import tickets_of
from support.services import SimilarTicket, TicketRefused, register
from support.services import close as close_ticket
from support.services import rate as rate_ticket
from support.services import reply as reply_to
from support.views.tickets import own_ticket, ticket_page

LATEST = 5
LOG_LANGUAGE = "fa"  # staff read it


@require_http_methods(["GET", "POST"])
@panel_page("view")
def new(request: HttpRequest) -> HttpResponse:
    """The form, and beside it the latest tickets, among them the one that was just registered (SUP-2.9)."""
    if request.method != "POST":
        return _page(request, TicketForm(account=request.account, user=request.user))
    form = TicketForm(request.POST, request.FILES, account=request.account, user=request.user)
    if not form.is_valid():
        return _page(request, form)
    try:
        registered = register(
            account=request.account, by=request.user, form_token=form.cleaned_data["token"], report=_report(form),
            now=timezone.now(), **_wanted(form),
        )  # fmt: skip
    except SimilarTicket as refusal:
        return _page(request, form, similar=refusal.ticket)
    except TicketRefused as refusal:
        form.add_error(refusal.field or None, refusal.message)
        return _page(request, form)
    number = digits(registered.ticket.pk)
    messages.success(request, _("Ticket %(number)s was registered.") % {"number": number})
    if registered.is_squeezed:
        _warn_of_marks(request)
    return redirect(f"{reverse('support:new')}?registered={registered.ticket.pk}")


def _wanted(form: TicketForm) -> dict[str, Any]:
    names = ("category", "unit", "service", "title", "priority", "body", "files", "sms_on_reply", "is_another_subject")
    return {name: form.cleaned_data[name] for name in names}


def _report(form: TicketForm) -> dict:
    """The four facts; of a message of ours also its id and all that happened to it, for staff."""
    report, message = form.report(), form.cleaned_data["message"]
    if not report or message is None:
        return report
    with override(LOG_LANGUAGE):
        log = [
            {"at": event.at.isoformat(), "title": str(event.title), "detail": str(event.detail), "code": event.code}
            for event in story(message)
        ]
    return report | {"message": message.pk, "log": log}


def _page(request: HttpRequest, form: TicketForm, similar: Ticket | None = None) -> HttpResponse:
    latest = list(tickets_of(request.account).filter(opened_by=request.user)[:LATEST])
    registered = request.GET.get("registered", "")
    context = {
        "form": form,
        "similar": similar,
        "latest": latest,
        "registered": next((one for one in latest if str(one.pk) == registered), None),
        "tab": "new",
    }
    return render(request, "support/new.html", context)


@require_GET
@panel_page("view")
def report_message(request: HttpRequest) -> HttpResponse:
    """The new ticket, filled in with a message of the sent box that did not arrive (SUP-2.6)."""
    written = request.GET.get("message", "")
    message = own_message(request.account, int(written)) if written.isascii() and written.isdecimal() else None
    if message is None:
        raise Http404
    initial = {
        "category": Ticket.Category.NOT_DELIVERED,
        "service": Ticket.Service.SENDING,
        "message": message.pk,
        "title": _("SMS not delivered: line %(line)s") % {"line": digits(message.line.number)},
        "report_text": message_text(message),
        "report_line": message.line.number,
        **_sent_at(message),
    }
    return _page(request, TicketForm(account=request.account, user=request.user, initial=initial))


def _sent_at(message: Message) -> dict[str, str]:
    at: datetime = message.submitted_at or message.created_at
    day, clock = (to_jalali(at) if get_language() == "fa" else f"{in_tehran(at):%Y-%m-%d %H:%M}").split()
    return {"report_date": day, "report_time": clock}


@require_POST
@panel_page("view")
def preview(request: HttpRequest) -> HttpResponse:
    """How a text will look."""
    html = render_markdown(request.POST.get("body", "")[:LONGEST_BODY])
    return render(request, "support/_preview.html", {"html": html})


@require_POST
@panel_page("view")
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    ticket = own_ticket(request, pk)
    form = ReplyForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return ticket_page(request, ticket, form)
    data = form.cleaned_data
    written = reply_to(
        ticket=ticket, by=request.user, body=data["body"], files=data["files"], form_token=data["token"],
        now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _told(ticket, written))
    return redirect("support:ticket", written.pk)


def _told(ticket: Ticket, written: Ticket) -> str:
    number = {"number": digits(written.pk)}
    if written.pk == ticket.pk:
        return _("Your message was added.")
    if ticket.merged_into_id:
        return _("Your message was added to ticket %(number)s, into which this one was merged.") % number
    return _("The ticket was closed long ago, so ticket %(number)s was opened to go on with it.") % number


def _warn_of_marks(request: HttpRequest) -> None:
    sentence = _("Rows of question or exclamation marks were made one: a ticket is written like a formal letter.")
    messages.warning(request, sentence)


@require_POST
@panel_page("view")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The user needs no more; with stars, if they like."""
    ticket = own_ticket(request, pk)
    try:
        close_ticket(ticket=ticket, reason=Ticket.Reason.RESOLVED, by=request.user, now=timezone.now())
    except WrongState:
        messages.info(request, _("This ticket is closed already."))
        return redirect("support:ticket", pk)
    messages.success(request, _("The ticket was closed."))
    return _rated(request, ticket)


@require_POST
@panel_page("view")
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    return _rated(request, own_ticket(request, pk))


def _rated(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    form = RatingForm(request.POST)
    if form.is_valid() and form.cleaned_data["stars"]:
        try:
            rate_ticket(ticket=ticket, by=request.user, **form.cleaned_data)
            messages.success(request, _("Thank you for your opinion."))
        except TicketRefused as refusal:
            messages.error(request, refusal.message)
    return redirect("support:ticket", ticket.pk)
