"""The inbox (4): what subscribers sent; finding, reading, deleting, and taking a deletion back."""

from collections.abc import Iterator
from itertools import islice

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import panel_page
from common.paging import Page, counted, page_of
from common.patience import TookTooLong, patience
from common.showing import number
from messaging import services
from messaging.exporting import received_header, received_rows
from messaging.forms import InboxFilterForm
from messaging.forms.fields import IdsField
from messaging.models import InboundMessage
from messaging.selectors import inbox, names_of
from messaging.services.received import MOST_AT_ONCE
from messaging.views.exports import READ_AT_ONCE, is_too_long, made_in_the_background, workbook

SLOWEST_SECONDS = 10
MOST_UNDONE = 50  # ids in the address of the page that offers to undo


@require_http_methods(["GET", "POST"])
@panel_page("view")
def inbox_list(request: HttpRequest) -> HttpResponse:
    return _act(request) if request.method == "POST" else _list(request)


def _list(request: HttpRequest) -> HttpResponse:
    form = InboxFilterForm(request.GET or None, account=request.account)
    page, count = found_page(request, inbox(request.account, **wanted(form)))
    name_senders(request, page.rows)
    deleted = IdsField().clean(request.GET.get("deleted", "").split("."))
    context = {"form": form, "page": page, "count": count, "most": MOST_AT_ONCE, "deleted": deleted}
    return render(request, "messaging/inbox.html", context | {"is_filtered": bool(wanted(form))})


def wanted(form: InboxFilterForm) -> dict:
    return form.wanted() if form.is_bound else {}


def found_page(request: HttpRequest, found: QuerySet) -> tuple[Page, int]:
    """The page asked for, and how many rows match where that is more than a page (at most 20,001, else 0). A search
    that takes too long is given up in words."""
    try:
        with patience(SLOWEST_SECONDS):
            page = page_of(found, request.GET)
            count = counted(found, MOST_AT_ONCE + 1) if page.next or page.previous else 0
    except TookTooLong:
        messages.warning(request, _("The search took too long. Choose a shorter time or a whole number."))
        return Page([], None, None), 0
    return page, count


def name_senders(request: HttpRequest, rows: list[InboundMessage]) -> list[InboundMessage]:
    """The messages, each with ``contact_name``; one query."""
    names = names_of(request.account, (message.msisdn for message in rows))
    for message in rows:
        message.contact_name = names.get(message.msisdn, "")
    return rows


@panel_page("send")
def _act(request: HttpRequest) -> HttpResponse:
    """Do something with the chosen messages, or with everything that the filters of the address find."""
    action, account = request.POST.get("action"), request.account
    ids = IdsField().clean(request.POST.getlist("message"))
    if request.POST.get("everything") and action in {"read", "unread", "delete"}:
        return _act_on_all(request, action)
    if action == "read":
        services.mark_read(account=account, ids=ids, now=timezone.now())
    elif action == "unread":
        services.mark_unread(account=account, ids=ids)
    elif action == "delete":
        moved = services.trash(account=account, ids=ids, now=timezone.now())
        if moved:
            return redirect(f"{back(request)}{'&' if request.GET else '?'}deleted={'.'.join(map(str, moved))}")
    elif action == "restore":
        say_restored(request, services.restore(account=account, ids=ids))
        return redirect("messaging:inbox")
    else:
        messages.error(request, _("Choose what to do with the messages."))
    return redirect(back(request))


def _act_on_all(request: HttpRequest, action: str) -> HttpResponse:
    account, now = request.account, timezone.now()
    found = inbox(account, **wanted(InboxFilterForm(request.GET or None, account=account)))
    changes = {
        "read": lambda ids: services.mark_read(account=account, ids=ids, now=now),
        "unread": lambda ids: services.mark_unread(account=account, ids=ids),
        "delete": lambda ids: services.trash(account=account, ids=ids, now=now),
    }
    say_done(request, *services.to_all(found, changes[action]))
    return redirect(back(request))


def say_done(request: HttpRequest, count: int, is_more_left: bool) -> None:
    sentence = ngettext("Done for %(count)s message.", "Done for %(count)s messages.", count)
    messages.success(request, sentence % {"count": number(count)})
    if is_more_left:
        messages.warning(request, _("More match than can be changed at once; do it again for the rest."))


def say_restored(request: HttpRequest, count: int) -> None:
    sentence = ngettext("%(count)s message is back.", "%(count)s messages are back.", count)
    messages.success(request, sentence % {"count": number(count)})


def back(request: HttpRequest) -> str:
    """The same list with the same filters, from its beginning where rows went away."""
    query = request.GET.copy()
    for name in ("deleted", "before", "after") if request.POST.get("action") == "delete" else ("deleted",):
        query.pop(name, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@require_GET
@panel_page("view")
def inbox_export(request: HttpRequest) -> HttpResponse:
    """The filtered inbox as a workbook (4.3); a long one is made in the background (8.3)."""
    found = inbox(request.account, **wanted(InboxFilterForm(request.GET or None, account=request.account)))
    if is_too_long(found, settings.EXPORT_AT_ONCE_MAX):
        return made_in_the_background("received", request.GET)
    return workbook("inbox.xlsx", received_header(), _rows(request, found))


def _rows(request: HttpRequest, found: QuerySet[InboundMessage]) -> Iterator[list]:
    rows = found.iterator(chunk_size=READ_AT_ONCE)
    while some := list(islice(rows, READ_AT_ONCE)):
        yield from received_rows(request.account, some)
