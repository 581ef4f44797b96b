"""Files made in the background (8.3): asked for, watched, downloaded, deleted."""

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import panel_page
from common.paging import page_of
from common.showing import number
from common.uploads import UploadGone
from reports.exporting import TooManyWaiting, delete_export, opened, order_export
from reports.models import Export
from reports.sources import described, filters_of


@require_GET
@panel_page("view")
def export_list(request: HttpRequest) -> HttpResponse:
    """The account's files. With ``list`` in the address, the one that a page sent here is asked for by itself."""
    page = page_of(Export.objects.of(request.account).select_related("created_by"), request.GET)
    for export in page.rows:
        export.filters_shown = described(export)
        export.size_shown = _size(export.size)
    asked = request.GET.get("list")
    context = {
        "page": page,
        "is_moving": any(export.is_open for export in page.rows),
        "asked": asked if asked in Export.Kind.values else None,
        "asked_word": Export.Kind(asked).label if asked in Export.Kind.values else "",
        "query": request.GET.urlencode(),
        "at_once": settings.EXPORT_AT_ONCE_MAX,
        "days": settings.EXPORT_DAYS,
    }
    return render(request, "reports/exports.html", context)


@require_POST
@panel_page("view")
def export_new(request: HttpRequest) -> HttpResponse:
    """Ask for a file of the list that ``list`` names, narrowed by the filters in the address."""
    kind, form = request.GET.get("list"), request.POST.get("form", Export.Form.XLSX)
    if kind not in Export.Kind.values or form not in Export.Form.values:
        raise Http404
    try:
        order_export(
            account=request.account, by=request.user, kind=kind, form=form, language=(get_language() or "fa")[:2],
            filters=filters_of(kind, request.account, request.GET), now=timezone.now(),
        )  # fmt: skip
    except TooManyWaiting as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The file is being made. You may leave this page; it stays in this list."))
    there = reverse("reports:exports")
    return HttpResponseClientRedirect(there) if request.htmx else redirect(there)


@require_GET
@panel_page("view")
def export_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, for people of the account that asked for it."""
    export = get_object_or_404(Export.objects.of(request.account), pk=pk, state=Export.State.READY)
    try:
        file = opened(export)
    except UploadGone as error:
        raise Http404 from error
    return FileResponse(file, as_attachment=True, filename=export.filename)


@require_POST
@panel_page("view")
def export_delete(request: HttpRequest, pk: int) -> HttpResponse:
    delete_export(get_object_or_404(Export.objects.of(request.account), pk=pk))
    messages.success(request, _("The file is deleted."))
    return redirect("reports:exports")


def _size(octets: int) -> str:
    if octets < 1024 * 1024:
        return _("%(size)s kB") % {"size": number(octets / 1024, 1)}
    return _("%(size)s MB") % {"size": number(octets / 1024 / 1024, 1)}
