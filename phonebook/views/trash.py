"""The trash of the phonebook (9.1): deleted contacts, to be restored or deleted for ever; and a deletion undone."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import panel_page
from common import showing
from common.paging import counted, page_of
from phonebook import changing, selectors, trash
from phonebook.forms import TrashFilter
from phonebook.models import BulkChange
from phonebook.views.answers import key
from phonebook.views.contacts import COUNTED, SELECTED_MAX

_BULK = {"restore": BulkChange.What.RESTORE, "erase": BulkChange.What.ERASE}


@require_GET
@panel_page("view")
def trash_list(request: HttpRequest) -> HttpResponse:
    """What was deleted, the latest first."""
    form = TrashFilter(request.GET)
    found = selectors.deleted_contacts(request.account, form.text())
    page = page_of(found, request.GET)
    context = {
        "form": form,
        "page": page,
        "query": request.GET.urlencode(),
        "changes": changing.under_way(request.account),
        "many": counted(found, COUNTED + 1) if page.next or page.previous else 0,
        "counted": COUNTED,
        "days": settings.TRASH_DAYS,
    }
    return render(request, "phonebook/trash.html", context)


@require_POST
@panel_page("send")
def trash_change(request: HttpRequest) -> HttpResponse:
    """Restore or delete for ever: the selected, everybody whom the filter finds, or (``empty``) all."""
    account, by, what = request.account, request.user, request.POST.get("do", "")
    ids = [pk for written in request.POST.getlist("contact")[:SELECTED_MAX] if (pk := key(written))]
    if what == "empty":
        _say(request, changing.change_found(account=account, what=BulkChange.What.ERASE, by=by))
    elif what not in _BULK:
        messages.error(request, _("Choose what to do with the selected contacts."))
    elif request.POST.get("scope") == "all":
        text = TrashFilter(QueryDict(request.POST.get("query", ""))).text()
        _say(request, changing.change_found(account=account, what=_BULK[what], text=text, by=by))
    elif not ids:
        messages.error(request, _("Select at least one contact."))
    elif what == "restore":
        done = trash.restore_contacts(account=account, ids=ids, by=by)
        _say_restored(request, done.count, done.taken)
    else:
        _say_erased(request, trash.erase_contacts(account=account, ids=ids, by=by))
    return redirect("phonebook:trash")


@require_POST
@panel_page("send")
def undo(request: HttpRequest, deletion: UUID) -> HttpResponse:
    """Bring back what was deleted in one go."""
    change = changing.undo(account=request.account, deletion=deletion, by=request.user)
    _say(request, change)
    return redirect("phonebook:contacts")


def _say(request: HttpRequest, change: BulkChange) -> None:
    if change.done_at is None:
        messages.info(request, _("The contacts are being changed in the background; this page says how far it is."))
    elif change.what == BulkChange.What.RESTORE:
        _say_restored(request, change.changed, changing.left_behind(change))
    else:
        _say_erased(request, change.changed)


def _say_restored(request: HttpRequest, count: int, taken: int) -> None:
    sentence = ngettext("%(count)s contact is back.", "%(count)s contacts are back.", count)
    messages.success(request, sentence % {"count": showing.number(count)})
    if taken:
        sentence = ngettext(
            "%(count)s stays in the trash: its number is in the phonebook again.",
            "%(count)s stay in the trash: their numbers are in the phonebook again.",
            taken,
        )
        messages.warning(request, sentence % {"count": showing.number(taken)})


def _say_erased(request: HttpRequest, count: int) -> None:
    sentence = ngettext("%(count)s contact is gone for ever.", "%(count)s contacts are gone for ever.", count)
    messages.success(request, sentence % {"count": showing.number(count)})
