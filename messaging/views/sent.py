"""The sent box (5): one row a recipient, the story of one message, and the same list as a workbook."""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import panel_page
from common.paging import Page, page_of
from common.patience import TookTooLong, patience
from common.text import ascii_digits
from messaging.errors import describe
from messaging.exporting import sent_header, sent_rows
from messaging.forms import SentFilterForm
from messaging.models import Message
from messaging.selectors import (
    SentFilter,
    is_concealed,
    message_text,
    names_of,
    sent_messages,
    shown_recipient,
    story,
)
from messaging.views.exports import READ_AT_ONCE, is_too_long, made_in_the_background, workbook

SLOWEST_SECONDS = 10


@require_GET
@panel_page("view")
def sent(request: HttpRequest) -> HttpResponse:
    """The list. ``q`` of the top bar is a number or a text; it becomes the filter that it means."""
    if "q" in request.GET:
        return redirect(f"{request.path}?{_meant(request.GET['q'])}")
    form = SentFilterForm(request.GET or None, account=request.account)
    wanted = form.filter() if form.is_bound else SentFilter()
    is_bounded = bool(wanted.text and not wanted.since and not wanted.campaign)
    if is_bounded:
        until = wanted.until or timezone.now()
        wanted = replace(wanted, since=until - timedelta(days=settings.SENT_TEXT_SEARCH_DAYS))
    try:
        with patience(SLOWEST_SECONDS):
            page = page_of(sent_messages(request.account, wanted), request.GET)
    except TookTooLong:
        page = Page([], None, None)
        messages.warning(request, _("The search took too long. Choose a shorter time or a whole number."))
    _for_reading(request, page.rows)
    campaign = form.cleaned_data.get("campaign") if form.is_bound else None
    context = {"form": form, "page": page, "campaign": campaign, "query": request.GET.urlencode()}
    context |= {"searched_days": settings.SENT_TEXT_SEARCH_DAYS if is_bounded else None}
    return render(request, "messaging/sent.html", context)


def _meant(text: str) -> str:
    query = QueryDict(mutable=True)
    text = text.strip()[:100]
    digits = sum(character.isdecimal() for character in ascii_digits(text))
    query["recipient" if digits >= 3 and digits * 2 > len(text) else "text"] = text
    return query.urlencode()


def _wanted(request: HttpRequest, form: SentFilterForm) -> QuerySet[Message]:
    return sent_messages(request.account, form.filter() if form.is_bound else None)


def _for_reading(request: HttpRequest, rows: list[Message]) -> None:
    """Names, texts and errors in words, for a page of messages; one more query."""
    names = names_of(request.account, (message.msisdn for message in rows if not is_concealed(message)))
    for message in rows:
        message.recipient_shown = shown_recipient(message)
        message.contact_name = "" if is_concealed(message) else names.get(message.msisdn, "")
        message.text_shown = message_text(message)
        message.error_sentence = describe(message.error)


@require_GET
@panel_page("view")
def sent_export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a workbook; more rows than are handed out at once become a file in the background (8.3)."""
    form = SentFilterForm(request.GET or None, account=request.account)
    found = _wanted(request, form)
    if is_too_long(found, settings.EXPORT_AT_ONCE_MAX):
        return made_in_the_background("sent", request.GET)
    return workbook("sent.xlsx", sent_header(), sent_rows(found.iterator(chunk_size=READ_AT_ONCE)))


@require_GET
@panel_page("view")
def message_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One message and all that happened to it."""
    rows = Message.objects.of(request.account).filter(campaign__confirmed_at__isnull=False)
    message = get_object_or_404(rows.select_related("campaign", "line", "operator"), pk=pk)
    _for_reading(request, [message])
    context = {
        "message": message,
        "contact_name": message.contact_name,
        "text": message.text_shown,
        "error_sentence": message.error_sentence,
        "events": story(message),
    }
    return render(request, "messaging/message.html", context)
