"""Contacts and groups (9.1–9.3), as far as sending to them needs."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import panel_page
from common import showing
from common.paging import page_of
from phonebook import selectors, services
from phonebook.forms import ContactForm, ContactsFilter, GroupForm, GroupsFilter
from phonebook.models import Contact, Group

SELECTED_MAX = 1000


@panel_page("view")
def contacts(request: HttpRequest) -> HttpResponse:
    """The contacts, by name, number or group, the newest first."""
    form = ContactsFilter(request.GET, account=request.account)
    asked = form.cleaned_data if form.is_valid() else {}
    group = asked.get("group")
    found = selectors.contacts(request.account, asked.get("q", ""), group).prefetch_related("groups")
    context = {
        "form": form,
        "group": group,
        "groups": Group.objects.of(request.account),
        "page": page_of(found, request.GET),
    }
    return render(request, "phonebook/contacts.html", context)


@panel_page("send")
def new_contact(request: HttpRequest) -> HttpResponse:
    """Add a contact; the page for the next one is offered."""
    form = ContactForm(request.POST or None, account=request.account, initial={"groups": request.GET.getlist("group")})
    if request.method == "POST" and _done(
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
    if request.method == "POST" and _done(
        form, lambda: services.change_contact(contact=found, by=request.user, **form.values())
    ):
        messages.success(request, _("The contact was changed."))
        return redirect("phonebook:contacts")
    return render(request, "phonebook/contact.html", {"form": form, "contact": found})


@require_POST
@panel_page("send")
def selected(request: HttpRequest) -> HttpResponse:
    """Put the selected contacts into a group, take them out of one, or delete them."""
    ids = [pk for written in request.POST.getlist("contact")[:SELECTED_MAX] if (pk := _key(written))]
    group_id = _key(request.POST.get("group", ""))
    whose = {"account": request.account, "contact_ids": ids, "by": request.user}
    try:
        sentence = _carry_out(request.POST.get("do", ""), whose, group_id)
    except services.PhonebookRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence)
    return redirect("phonebook:contacts")


def _carry_out(what: str, whose: dict, group_id: int) -> str:
    if not whose["contact_ids"]:
        raise services.PhonebookRefused(_("Select at least one contact."))
    if what == "put":
        count = services.put_in_group(group_id=group_id, **whose)
        sentence = ngettext(
            "%(count)s contact was put in the group.", "%(count)s contacts were put in the group.", count
        )
    elif what == "take":
        count = services.take_out_of_group(group_id=group_id, **whose)
        sentence = ngettext(
            "%(count)s contact was taken out of the group.", "%(count)s contacts were taken out of the group.", count
        )
    elif what == "delete":
        count = services.delete_contacts(**whose)
        sentence = ngettext("%(count)s contact was deleted.", "%(count)s contacts were deleted.", count)
    else:
        raise services.PhonebookRefused(_("Choose what to do with the selected contacts."))
    return sentence % {"count": showing.number(count)}


@panel_page("view")
def groups(request: HttpRequest) -> HttpResponse:
    """The groups by name, each with the number of its contacts."""
    form = GroupsFilter(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    page = page_of(selectors.groups(request.account, text), request.GET, key="name", descending=False)
    return render(request, "phonebook/groups.html", {"form": form, "page": page})


@panel_page("send")
def new_group(request: HttpRequest) -> HttpResponse:
    """Add a group."""
    form = GroupForm(request.POST or None)
    if request.method == "POST" and _done(
        form, lambda: services.create_group(account=request.account, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The group was added."))
        return redirect("phonebook:groups")
    return render(request, "phonebook/group.html", {"form": form})


@panel_page("send")
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a group."""
    found = get_object_or_404(Group.objects.of(request.account), pk=pk)
    form = GroupForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and _done(
        form, lambda: services.rename_group(group=found, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The group was renamed."))
        return redirect("phonebook:groups")
    return render(request, "phonebook/group.html", {"form": form, "group": found})


@require_POST
@panel_page("send")
def delete_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a group; its contacts stay."""
    found = get_object_or_404(Group.objects.of(request.account), pk=pk)
    services.delete_group(group=found, by=request.user)
    messages.success(request, _("The group was deleted; its contacts are still in the phonebook."))
    return redirect("phonebook:groups")


def _key(written: str) -> int:
    return int(written) if len(written) <= 18 and written.isascii() and written.isdecimal() else 0


def _done(form: forms.Form, service: Callable[[], object]) -> bool:
    """Whether the form was good and the service took it; a refusal stands at its field."""
    if not form.is_valid():
        return False
    try:
        service()
    except services.PhonebookRefused as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    return True
