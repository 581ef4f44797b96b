"""Contacts (9.1, 9.3): the list, one contact, what is done to many, and the list as a file (9.5)."""

from tempfile import TemporaryFile
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.access import panel_page
from common import showing
from common.paging import page_of
from common.tables import csv_chunks, write_xlsx
from phonebook import changing, exporting, selectors, services, trash
from phonebook.forms import ContactForm, ContactsFilter
from phonebook.models import BulkChange, Contact, Group
from phonebook.values import shown
from phonebook.views.answers import done, in_language, key

SELECTED_MAX = 1000
MOST_IN_WORKBOOK = 200_000
COUNTED = 1_000  # more are only said to be more
_FOUND = (BulkChange.What.PUT, BulkChange.What.TAKE, BulkChange.What.DELETE)


@panel_page("view")
def contacts(request: HttpRequest) -> HttpResponse:
    """The contacts, by name, number or group, the newest first."""
    form = ContactsFilter(request.GET, account=request.account)
    found = form.found().prefetch_related("groups")
    page = page_of(found, request.GET, **form.paging())
    _for_reading(request, page.rows)
    deletion = _uuid(request.GET.get("deleted"))
    context = {
        "form": form,
        "group": form.chosen().get("group"),
        "groups": Group.objects.of(request.account),
        "page": page,
        "query": request.GET.urlencode(),
        "changes": changing.under_way(request.account),
        "many": form.found().order_by()[: COUNTED + 1].count() if page.next or page.previous else 0,
        "counted": COUNTED,
        "deletion": deletion,
        "deleted": selectors.deleted_contacts(request.account, deletion=deletion).count() if deletion else 0,
    }
    return render(request, "phonebook/contacts.html", context)


def _uuid(written: str | None) -> UUID | None:
    try:
        return UUID(written or "")
    except ValueError:
        return None


def _for_reading(request: HttpRequest, rows: list[Contact]) -> None:
    """The own fields of a page of contacts, in words."""
    own = selectors.fields(request.account)
    for contact in rows:
        kept = ((field, contact.values.get(field.key, "")) for field in own)
        contact.own_shown = [(field.name, shown(field, value)) for field, value in kept if value]


@require_GET
@panel_page("view")
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The filtered contacts as a file that comes in unchanged (9.5); CSV of any length, a workbook up to a limit."""
    form = ContactsFilter(request.GET, account=request.account)
    found = form.found()
    header = exporting.header(selectors.fields(request.account))
    if kind == "xlsx" and found.values_list("pk")[MOST_IN_WORKBOOK : MOST_IN_WORKBOOK + 1]:
        sentence = _("More than %(most)s contacts match; download them as CSV, which has no limit.")
        messages.warning(request, sentence % {"most": showing.number(MOST_IN_WORKBOOK)})
        return redirect(f"{reverse('phonebook:contacts')}?{request.GET.urlencode()}")
    audit.record(action="contacts.exported", details={"kind": kind, "query": request.GET.dict()}, request=request)
    if kind == "csv":
        pieces = in_language(csv_chunks(header, exporting.rows(request.account, found)))
        response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="contacts.csv"'
        return response
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(file, header, exporting.rows(request.account, found, typed=True), rtl=get_language_bidi())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="contacts.xlsx")


@panel_page("send")
def new_contact(request: HttpRequest) -> HttpResponse:
    """Add a contact; the page for the next one is offered."""
    form = ContactForm(request.POST or None, account=request.account, initial={"groups": request.GET.getlist("group")})
    if request.method == "POST" and done(
        form, lambda: services.create_contact(account=request.account, by=request.user, **form.values())
    ):
        messages.success(request, _("The contact was added."))
        return redirect("phonebook:new_contact" if "another" in request.POST else "phonebook:contacts")
    return render(request, "phonebook/contact.html", {"form": form})


@panel_page("send")
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a contact."""
    found = get_object_or_404(Contact.objects.of(request.account), pk=pk)
    form = ContactForm(request.POST or None, account=request.account, contact=found)
    if request.method == "POST" and done(
        form, lambda: services.change_contact(contact=found, by=request.user, **form.values())
    ):
        messages.success(request, _("The contact was changed."))
        return redirect("phonebook:contacts")
    opt_outs = selectors.opt_outs_of(request.account, found.msisdn)
    return render(request, "phonebook/contact.html", {"form": form, "contact": found, "opt_outs": opt_outs})


@require_POST
@panel_page("send")
def selected(request: HttpRequest) -> HttpResponse:
    """Put the selected contacts into a group, take them out of one, or delete them."""
    if request.POST.get("scope") == "all":
        return _all_found(request)
    ids = [pk for written in request.POST.getlist("contact")[:SELECTED_MAX] if (pk := key(written))]
    whose = {"account": request.account, "contact_ids": ids, "by": request.user}
    try:
        if not ids:
            raise services.PhonebookRefused(_("Select at least one contact."))
        if request.POST.get("do") == "delete":
            deletion = uuid4()
            trash.delete_contacts(deletion=deletion, now=timezone.now(), **whose)
            return _deleted(deletion)
        sentence = _carry_out(request.POST.get("do", ""), whose, key(request.POST.get("group", "")))
    except services.PhonebookRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence)
    return redirect("phonebook:contacts")


def _deleted(deletion: UUID) -> HttpResponse:
    """To the list, which offers to undo it."""
    return redirect(f"{reverse('phonebook:contacts')}?deleted={deletion}")


def _all_found(request: HttpRequest) -> HttpResponse:
    """The same to everybody whom the filter of the list finds."""
    form = ContactsFilter(QueryDict(request.POST.get("query", "")), account=request.account)
    try:
        change = changing.change_found(
            account=request.account,
            what=request.POST.get("do", "") if request.POST.get("do") in _FOUND else "",
            group_id=key(request.POST.get("group")),
            by=request.user,
            **form.asked(),
        )
    except services.PhonebookRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("phonebook:contacts")
    if change.what == BulkChange.What.DELETE:
        return _deleted(change.deletion)
    if change.done_at is None:
        messages.info(request, _("The contacts are being changed in the background; this page says how far it is."))
    else:
        messages.success(request, _sentence(change.what, change.changed))
    return redirect("phonebook:contacts")


def _carry_out(what: str, whose: dict, group_id: int) -> str:
    if what == "put":
        count = services.put_in_group(group_id=group_id, **whose)
    elif what == "take":
        count = services.take_out_of_group(group_id=group_id, **whose)
    else:
        raise services.PhonebookRefused(_("Choose what to do with the selected contacts."))
    return _sentence(what, count)


def _sentence(what: str, count: int) -> str:
    if what == "put":
        sentence = ngettext(
            "%(count)s contact was put in the group.", "%(count)s contacts were put in the group.", count
        )
    else:
        sentence = ngettext(
            "%(count)s contact was taken out of the group.", "%(count)s contacts were taken out of the group.", count
        )
    return sentence % {"count": showing.number(count)}
