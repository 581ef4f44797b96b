"""Groups (9.2)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import panel_page
from common.paging import page_of
from phonebook import selectors, services
from phonebook.forms import GroupForm, GroupsFilter
from phonebook.models import Group
from phonebook.views.answers import done, key


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
    if request.method == "POST" and done(
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
    if request.method == "POST" and done(
        form, lambda: services.rename_group(group=found, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The group was renamed."))
        return redirect("phonebook:groups")
    others = Group.objects.of(request.account).exclude(pk=pk)
    return render(request, "phonebook/group.html", {"form": form, "group": found, "others": others})


@require_POST
@panel_page("send")
def delete_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a group; its contacts stay."""
    found = get_object_or_404(Group.objects.of(request.account), pk=pk)
    services.delete_group(group=found, by=request.user)
    messages.success(request, _("The group was deleted; its contacts are still in the phonebook."))
    return redirect("phonebook:groups")


@require_POST
@panel_page("send")
def merge_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Put everybody of a group into another one; the first is gone then."""
    found = get_object_or_404(Group.objects.of(request.account), pk=pk)
    into = key(request.POST.get("into"))
    try:
        services.merge_groups(group=found, into_id=into, by=request.user)
    except services.PhonebookRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("phonebook:group", pk)
    messages.success(request, _("The groups were merged."))
    return redirect("phonebook:groups")
