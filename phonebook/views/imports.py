"""Files into the phonebook (9.4): the file, its columns, its progress, its rejected rows."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import panel_page
from common.paging import page_of
from common.tables import TableError, csv_chunks
from common.uploads import UploadRefused
from phonebook import importing
from phonebook.forms import ColumnsForm, ImportFileForm
from phonebook.models import Import, ImportReject
from phonebook.refusals import PhonebookRefused

PREVIEWED = 5
REJECTS_SHOWN = 20


@require_http_methods(["GET", "POST"])
@panel_page("send")
def imports(request: HttpRequest) -> HttpResponse:
    """Choose a file; the earlier ones stand below."""
    form = ImportFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            one = importing.upload(
                account=request.account, file=form.cleaned_data["file"], by=request.user, now=timezone.now()
            )
            return redirect("phonebook:import", one.pk)
        except (TableError, UploadRefused) as refusal:
            form.add_error("file", str(refusal))
    page = page_of(Import.objects.of(request.account), request.GET)
    return render(request, "phonebook/imports.html", {"form": form, "page": page})


@require_http_methods(["GET", "POST"])
@panel_page("send")
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    """First the columns, then the progress."""
    one = _own(request, pk)
    if one.state != Import.State.MAPPING:
        template = "phonebook/_import_progress.html" if request.htmx else "phonebook/import.html"
        return render(request, template, {"one": one, "rejects": one.rejects.order_by("row")[:REJECTS_SHOWN]})
    try:
        table = importing.table_of(one)
    except (TableError, UploadRefused) as refusal:
        messages.error(request, str(refusal))
        return redirect("phonebook:imports")
    form = ColumnsForm(request.POST or None, account=request.account, table=table)
    if request.method == "POST" and form.is_valid():
        try:
            importing.start(one=one, by=request.user, **form.chosen())
            return redirect("phonebook:import", one.pk)
        except PhonebookRefused as refusal:
            form.add_error(None, str(refusal))
    sample = [
        [row[place] if place < len(row) else "" for place in range(table.width)] for row in table.sample(PREVIEWED)
    ]
    columns = [{"field": bound, "cells": [row[place] for row in sample]} for place, bound in enumerate(form.columns())]
    return render(request, "phonebook/import_columns.html", {"one": one, "form": form, "columns": columns})


@require_POST
@panel_page("send")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop; what is in stays."""
    try:
        importing.cancel(one=_own(request, pk), by=request.user)
    except PhonebookRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The import was stopped. Rows that were in already stay."))
    return redirect("phonebook:imports")


@require_GET
@panel_page("send")
def rejects(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that did not come in: number, column, reason, and their cells, to be mended and sent again."""
    one = _own(request, pk)
    rows = ImportReject.objects.filter(of=one).order_by("row").iterator(chunk_size=2_000)
    header = [_("Row"), _("Column"), _("Reason"), _("Cells of the row")]
    lines = ([reject.row, reject.column, reject.reason, *reject.cells] for reject in rows)
    response = StreamingHttpResponse(csv_chunks(header, lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rejected-rows.csv"'
    return response


def _own(request: HttpRequest, pk: int) -> Import:
    return get_object_or_404(Import.objects.of(request.account), pk=pk)
