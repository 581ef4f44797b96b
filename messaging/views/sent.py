"""The sent box (5): one row a recipient, the story of one message, and the same list as a workbook."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from tempfile import TemporaryFile

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import panel_page
from common import showing
from common.paging import Page, page_of
from common.patience import TookTooLong, patience
from common.tables import write_xlsx
from common.text import ascii_digits
from messaging.errors import describe
from messaging.forms import SentFilterForm
from messaging.models import Message
from messaging.selectors import (
    SentFilter,
    is_concealed,
    message_text,
    names_of,
    national_recipient,
    sent_messages,
    shown_recipient,
    story,
)

MOST_EXPORTED = 100_000
READ_AT_ONCE = 2_000
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
    """The filtered list as a workbook. More rows than it takes are refused, not cut off in silence."""
    form = SentFilterForm(request.GET or None, account=request.account)
    found = _wanted(request, form)
    if found.values_list("pk")[MOST_EXPORTED : MOST_EXPORTED + 1]:
        sentence = _("More than %(most)s messages match; a workbook takes at most that many. Choose a shorter time.")
        messages.warning(request, sentence % {"most": showing.number(MOST_EXPORTED)})
        return redirect(f"{reverse('messaging:sent')}?{request.GET.urlencode()}")
    header = [_("Recipient"), _("Text"), _("Line"), _("Status"), _("Error"), _("Sent"), _("Final"), _("Parts")]
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(file, [*header, _("Price (rials)"), _("Returned (rials)")], _cells(found), rtl=get_language_bidi())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="sent.xlsx")


def _cells(found: QuerySet[Message]) -> Iterator[list]:
    for message in found.iterator(chunk_size=READ_AT_ONCE):
        yield [
            national_recipient(message),
            message_text(message),
            message.line.number,
            message.get_status_display(),
            describe(message.error),
            _moment(message.submitted_at),
            _moment(message.final_at),
            message.parts,
            message.price,
            message.returned,
        ]


def _moment(moment) -> str:
    return f"{showing.day(moment)} {showing.clock(moment)}" if moment else ""


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
