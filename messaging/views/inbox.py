"""The inbox (4.1): received messages; reading, deleting, and taking a deletion back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import panel_page
from common.paging import page_of
from common.showing import number
from messaging import services
from messaging.forms import InboxFilterForm
from messaging.forms.fields import IdsField
from messaging.models import InboundMessage
from messaging.selectors import inbox, names_of


@require_http_methods(["GET", "POST"])
@panel_page("view")
def inbox_list(request: HttpRequest) -> HttpResponse:
    return _act(request) if request.method == "POST" else _list(request)


def _list(request: HttpRequest) -> HttpResponse:
    form = InboxFilterForm(request.GET or None, account=request.account)
    page = page_of(inbox(request.account, **(form.wanted() if form.is_bound else {})), request.GET)
    name_senders(request, page.rows)
    deleted = IdsField().clean(request.GET.get("deleted", "").split("."))
    return render(request, "messaging/inbox.html", {"form": form, "page": page, "deleted": deleted})


def name_senders(request: HttpRequest, rows: list[InboundMessage]) -> list[InboundMessage]:
    """The messages, each with ``contact_name``; one query."""
    names = names_of(request.account, (message.msisdn for message in rows))
    for message in rows:
        message.contact_name = names.get(message.msisdn, "")
    return rows


@panel_page("send")
def _act(request: HttpRequest) -> HttpResponse:
    ids = IdsField().clean(request.POST.getlist("message"))
    action, account = request.POST.get("action"), request.account
    if action == "read":
        services.mark_read(account=account, ids=ids, now=timezone.now())
    elif action == "delete":
        moved = services.trash(account=account, ids=ids, now=timezone.now())
        if moved:
            return redirect(f"{reverse('messaging:inbox')}?deleted={'.'.join(map(str, moved))}")
    elif action == "restore":
        count = services.restore(account=account, ids=ids)
        sentence = ngettext("%(count)s message is back.", "%(count)s messages are back.", count)
        messages.success(request, sentence % {"count": number(count)})
    else:
        messages.error(request, _("Choose what to do with the messages."))
    return redirect("messaging:inbox")


@require_GET
@panel_page("view")
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """One received message. Whoever may answer it has read it by opening it."""
    rows = InboundMessage.objects.of(request.account).filter(deleted_at=None).select_related("line")
    message = get_object_or_404(rows, pk=pk)
    if request.membership.can_send and message.read_at is None:
        services.mark_read(account=request.account, ids=[message.pk], now=timezone.now())
    name_senders(request, [message])
    return render(request, "messaging/received.html", {"message": message})
