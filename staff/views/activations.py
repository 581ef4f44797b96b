"""What customers use the web service for (S1): read by staff, one by one."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.paging import page_of
from staff.access import may_change, staff_page
from staff.forms import ActivationFilter
from staff.selectors import queues
from staff.views.listing import MOST_EXPORTED, workbook
from webservice.models import Activation
from webservice.services.activation import read_activation

THING = "webservice.activation"


@require_safe
@staff_page(THING)
def activation_list(request: HttpRequest) -> HttpResponse:
    form = ActivationFilter(request.GET or None)
    wanted = form.wanted()
    page = page_of(queues.activations(**wanted), request.GET, descending=bool(wanted.get("state")))
    may_read = may_change(request.user, THING)
    return render(request, "staff/activations.html", {"form": form, "page": page, "may_read": may_read})


@require_safe
@staff_page(THING)
def export(request: HttpRequest) -> FileResponse:
    rows = queues.activations(**ActivationFilter(request.GET or None).wanted()).order_by("id")[:MOST_EXPORTED]
    header = [_("Account"), _("Site or application"), _("IP addresses"), _("Purpose"), _("Written"), _("Read")]
    cells = (
        [row.account.name, row.used_by, " ".join(row.networks), row.purpose, row.changed_at, row.read_at]
        for row in rows.iterator(chunk_size=2_000)
    )
    return workbook("activations", header, cells)


@require_POST
@staff_page(THING)
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """What the page showed is read; what its owner changed since is shown anew."""
    found = get_object_or_404(Activation.objects.select_related("account"), pk=pk)
    seen = _moment(request.POST.get("seen", ""))
    if seen and read_activation(activation=found, seen=seen, by=request.user, now=timezone.now()):
        messages.success(request, _("Read."))
    else:
        messages.warning(request, _("It was changed, or read by somebody else, meanwhile."))
    return redirect("staff:activations")


def _moment(written: str):
    try:
        return parse_datetime(written)
    except ValueError:
        return None
