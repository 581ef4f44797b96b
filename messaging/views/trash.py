"""The trash (15): deleted received messages, to be restored or deleted for ever."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import panel_page
from messaging import services
from messaging.forms import TrashFilterForm
from messaging.forms.fields import IdsField
from messaging.selectors import trash
from messaging.services.received import MOST_AT_ONCE
from messaging.views.inbox import found_page, name_senders, say_done, wanted


@require_http_methods(["GET", "POST"])
@panel_page("view")
def trash_list(request: HttpRequest) -> HttpResponse:
    return _act(request) if request.method == "POST" else _list(request)


def _list(request: HttpRequest) -> HttpResponse:
    form = TrashFilterForm(request.GET or None, account=request.account)
    page, count = found_page(request, trash(request.account, **wanted(form)))
    name_senders(request, page.rows)
    context = {"form": form, "page": page, "count": count, "most": MOST_AT_ONCE, "days": settings.TRASH_DAYS}
    return render(request, "messaging/trash.html", context | {"is_filtered": bool(wanted(form))})


@panel_page("send")
def _act(request: HttpRequest) -> HttpResponse:
    """Restore or delete for ever what was chosen or what the filters find; ``empty`` takes the whole trash."""
    account, action = request.account, request.POST.get("action")
    changes = {
        "restore": lambda ids: services.restore(account=account, ids=ids),
        "delete": lambda ids: services.delete_for_ever(account=account, ids=ids),
    }
    if action == "empty":
        say_done(request, *services.to_all(trash(account), changes["delete"]))
        return redirect("messaging:trash")
    if action not in changes:
        messages.error(request, _("Choose what to do with the messages."))
    elif request.POST.get("everything"):
        found = trash(account, **wanted(TrashFilterForm(request.GET or None, account=account)))
        say_done(request, *services.to_all(found, changes[action]))
    else:
        say_done(request, changes[action](IdsField().clean(request.POST.getlist("message"))), False)
    return redirect(request.get_full_path())
