"""Own fields of the contacts (9.3)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import panel_page
from phonebook import own_fields, selectors
from phonebook.forms import FieldForm
from phonebook.models import Field
from phonebook.views.answers import done


@panel_page("view")
def field_list(request: HttpRequest) -> HttpResponse:
    """The own fields in their order."""
    return render(request, "phonebook/fields.html", {"fields": selectors.fields(request.account)})


@panel_page("send")
def new_field(request: HttpRequest) -> HttpResponse:
    """Define a field."""
    form = FieldForm(request.POST or None)
    if request.method == "POST" and done(
        form, lambda: own_fields.create_field(account=request.account, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The field was added; it shows with every contact."))
        return redirect("phonebook:fields")
    return render(request, "phonebook/field.html", {"form": form})


@panel_page("send")
def field(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a field, change its choices."""
    found = _own(request, pk)
    form = FieldForm(request.POST or None, field=found)
    if request.method == "POST" and done(
        form, lambda: own_fields.change_field(field=found, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The field was changed."))
        return redirect("phonebook:fields")
    return render(request, "phonebook/field.html", {"form": form, "field": found})


@require_POST
@panel_page("send")
def delete_field(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a field away; making one of the same name brings it back."""
    own_fields.delete_field(field=_own(request, pk), by=request.user)
    messages.success(request, _("The field was deleted. Add one of the same name and kind to have its values back."))
    return redirect("phonebook:fields")


@require_POST
@panel_page("send")
def move_field(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    own_fields.move_field(field=_own(request, pk), up=request.POST.get("to") == "up")
    return redirect("phonebook:fields")


def _own(request: HttpRequest, pk: int) -> Field:
    return get_object_or_404(Field.objects.of(request.account).filter(deleted_at=None), pk=pk)
