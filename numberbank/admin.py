"""Staff pages: loading files into the bank, its counts, and a single subscriber."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import showing, uploads
from common.phones import normalise
from common.tables import TableError, csv_chunks, open_table
from numberbank import bitmaps
from numberbank.loading import (
    FOLDER,
    LoadRefused,
    cancel_load,
    file_of,
    guess_columns,
    remove,
    set_columns,
    start_load,
)
from numberbank.models import Dimension, Load, Subscriber
from numberbank.tasks import load as load_task
from numberbank.words import Field

SHOWN_ROWS = 5
COUNTED = (
    Dimension.PROVINCE,
    Dimension.CITY,
    Dimension.DISTRICT,
    Dimension.SUBURB,
    Dimension.GUILD,
    Dimension.GENDER,
    Dimension.PREFIX,
)
FIELD_LABELS = {
    Field.NUMBER: gettext_lazy("Mobile number"),
    Field.PROVINCE: gettext_lazy("Province"),
    Field.CITY: gettext_lazy("City"),
    Field.DISTRICT: gettext_lazy("District"),
    Field.SUBURB: gettext_lazy("Suburb"),
    Field.GUILD: gettext_lazy("Guild"),
    Field.GENDER: gettext_lazy("Gender"),
    Field.POSTAL: gettext_lazy("Postal code"),
}


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("csv, txt, xls or xlsx; one subscriber a row, of any number of rows."),
    )


class ColumnsForm(forms.Form):
    """Which column of the file holds what."""

    def __init__(self, *args, names: list[str], **options) -> None:
        super().__init__(*args, **options)
        choices = [("", "—"), *((place, f"{place + 1}: {name}"[:60]) for place, name in enumerate(names))]
        for field in Field:
            self.fields[field] = forms.TypedChoiceField(
                label=FIELD_LABELS[field], required=False, coerce=int, empty_value=None, choices=choices
            )

    def columns(self) -> dict[Field, int]:
        return {Field(name): place for name, place in self.cleaned_data.items() if place is not None}


@admin.register(Load)
class LoadAdmin(admin.ModelAdmin):
    list_display = [
        "filename",
        "state",
        "rows",
        "added_shown",
        "changed_shown",
        "rejected_link",
        "created_by",
        "created_at",
    ]
    list_select_related = ["created_by"]
    change_list_template = "admin/numberbank/load/change_list.html"

    def has_delete_permission(self, request: HttpRequest, obj: Load | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("rows read"))
    def rows(self, load: Load) -> str:
        return _("%(read)s of %(total)s") % {
            "read": showing.number(load.rows_read),
            "total": showing.number(load.rows_total or 0),
        }

    @admin.display(description=gettext_lazy("added"))
    def added_shown(self, load: Load) -> str:
        return showing.number(load.added)

    @admin.display(description=gettext_lazy("changed"))
    def changed_shown(self, load: Load) -> str:
        return showing.number(load.changed)

    @admin.display(description=gettext_lazy("rejected"))
    def rejected_link(self, load: Load) -> str:
        if not load.rejected:
            return showing.number(0)
        url = reverse("admin:numberbank_load_rejects", args=[load.pk])
        return format_html('<a href="{}">{}</a>', url, showing.number(load.rejected))

    def get_urls(self) -> list:
        rejects = self.admin_site.admin_view(self.rejects_view)
        return [path("<int:pk>/rejects.csv", rejects, name="numberbank_load_rejects"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        tallies = bitmaps.tallies(*COUNTED)
        counts = [(dimension.label, showing.number(sum(tallies[dimension].values()))) for dimension in COUNTED]
        moving = Load.objects.filter(state__in=[Load.State.WAITING, Load.State.LOADING, Load.State.INDEXING])
        context = {"total": showing.number(bitmaps.total()), "counts": counts, "is_live": moving.exists()}
        return super().changelist_view(request, context | (extra_context or {}))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        """Upload a file; its columns are chosen on the next page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                return redirect("admin:numberbank_load_change", self._stored(request, form.cleaned_data["file"]).pk)
            except (TableError, uploads.UploadRefused) as error:
                form.add_error("file", str(error))
        return self._page(request, "upload.html", {"title": _("Load a file into the number bank"), "form": form})

    def _stored(self, request: HttpRequest, file) -> Load:
        stored = uploads.store(file, folder=FOLDER, max_bytes=settings.BANK_UPLOAD_MAX_BYTES)
        try:
            return start_load(
                path=stored.name, filename=stored.original_name, columns=None, by=request.user, now=timezone.now()
            )
        except TableError:
            uploads.discard(stored.name)
            raise

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Choose the columns; then how far the load is."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        load = get_object_or_404(Load.objects.select_related("created_by"), pk=_id(object_id))
        if request.method == "POST":
            if not self.has_change_permission(request, load):
                raise PermissionDenied
            if "cancel" in request.POST:
                return self._cancel(request, load)
        if load.state == Load.State.MAPPING:
            return self._columns_page(request, load)
        percent = min(100, int(load.rows_read * 100 / load.rows_total)) if load.rows_total else 0
        is_live = load.state in {Load.State.WAITING, Load.State.LOADING, Load.State.INDEXING}
        context = {"title": load.filename, "load": load, "percent": percent, "is_live": is_live}
        return self._page(request, "progress.html", context)

    def _columns_page(self, request: HttpRequest, load: Load) -> HttpResponse:
        try:
            table = open_table(file_of(load.path), load.filename)
        except (TableError, uploads.UploadRefused) as error:
            messages.error(request, str(error))
            return redirect("admin:numberbank_load_changelist")
        form = ColumnsForm(
            request.POST if request.method == "POST" else None, names=table.columns, initial=dict(guess_columns(table))
        )
        if request.method == "POST" and form.is_valid():
            try:
                set_columns(load=load, columns=form.columns(), by=request.user)
            except LoadRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                transaction.on_commit(lambda: load_task.delay(load.pk))
                return redirect("admin:numberbank_load_change", load.pk)
        context = {"title": load.filename, "load": load, "form": form, "names": table.columns}
        return self._page(request, "columns.html", context | {"rows": table.sample(SHOWN_ROWS)})

    def _cancel(self, request: HttpRequest, load: Load) -> HttpResponse:
        try:
            cancel_load(load=load, by=request.user)
        except LoadRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Cancelled. What was loaded so far stays in the bank."))
        return redirect("admin:numberbank_load_change", load.pk)

    def rejects_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows that were not loaded, each with its number in the file and what is wrong with it."""
        load = get_object_or_404(Load, pk=pk)
        if not self.has_view_or_change_permission(request, load):
            raise PermissionDenied
        header = [_("Row"), _("What cannot be read"), _("The row as it is")]
        response = StreamingHttpResponse(csv_chunks(header, _reject_cells(load)), content_type="text/csv")
        response["Content-Disposition"] = f'attachment; filename="rejects-{load.pk}.csv"'
        return response

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/numberbank/load/{template}", shared | context)


def _id(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else 0


def _reject_cells(load: Load) -> Iterator[list]:
    for reject in load.rejects.order_by("id").iterator(chunk_size=2_000):
        yield [reject.row, FIELD_LABELS[Field(reject.reason)], *reject.cells]


@admin.register(Subscriber)
class SubscriberAdmin(admin.ModelAdmin):
    """One subscriber, found by the whole number: a list of millions serves nobody. Deleting takes the number out of
    the bank, as its owner may ask."""

    list_display = ["msisdn", "province", "city", "district", "suburb", "guild", "gender", "postal"]
    list_select_related = ["province", "city", "district", "suburb", "guild"]
    search_fields = ["=msisdn"]
    search_help_text = gettext_lazy("Write the whole mobile number.")
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Subscriber | None = None) -> bool:
        return False

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        msisdn = normalise(search_term)
        return (queryset.filter(pk=msisdn) if msisdn else queryset.none()), False

    def delete_model(self, request: HttpRequest, obj: Subscriber) -> None:
        remove([obj.pk], by=request.user, now=timezone.now())
