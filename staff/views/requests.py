"""The queue of requests for lines (12.3): the papers beside the decision."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.models import BillingProfile
from common.paging import page_of
from numbers.models import LineDocument, LineRequest
from numbers.ordering import RequestRefused, approve, reject
from numbers.services import LineRefused
from staff.access import may_change, staff_page
from staff.forms import LineRequestFilter, PriceForm, ReasonForm
from staff.selectors import queues
from staff.views.listing import MOST_EXPORTED, shown_paper, workbook

THING = "numbers.linerequest"


@require_safe
@staff_page(THING)
def request_list(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; what was decided, the newest first."""
    form = LineRequestFilter(request.GET or None)
    wanted = form.wanted()
    page = page_of(
        queues.line_requests(**wanted), request.GET, descending=wanted["state"] != LineRequest.State.SUBMITTED
    )
    return render(request, "staff/requests.html", {"form": form, "page": page})


@require_safe
@staff_page(THING)
def export(request: HttpRequest) -> FileResponse:
    rows = queues.line_requests(**LineRequestFilter(request.GET or None).wanted()).order_by("id")[:MOST_EXPORTED]
    header = [
        _("Line number"), _("Account"), _("Request"), _("State"), _("Price (rials)"), _("Submitted"), _("Decided"),
        _("Decided by"), _("Reason"),
    ]  # fmt: skip
    cells = (
        [row.number, row.account.name, row.get_kind_display(), row.get_state_display(), row.price, row.created_at,
         row.decided_at, str(row.decided_by or ""), row.reason]
        for row in rows.iterator(chunk_size=2_000)
    )  # fmt: skip
    return workbook("requests", header, cells)


@require_safe
@staff_page(THING)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(pk))


def _found(pk: int) -> LineRequest:
    related = ("account", "line", "proforma", "decided_by", "created_by")
    return get_object_or_404(LineRequest.objects.select_related(*related), pk=pk)


def _page(request: HttpRequest, found: LineRequest, status: int = 200, **forms) -> HttpResponse:
    context = {
        "found": found,
        "papers": list(found.documents.all()),
        "buyer": BillingProfile.objects.of(found.account).first(),
        "others": LineRequest.objects.of(found.account).exclude(pk=found.pk).order_by("-id")[:5],
        "may_decide": found.state == LineRequest.State.SUBMITTED and may_change(request.user, THING),
        "price_form": PriceForm(initial={"price": found.price}),
        "reason_form": ReasonForm(),
    }
    return render(request, "staff/request.html", context | forms, status=status)


@require_POST
@staff_page(THING)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _found(pk), PriceForm(request.POST)
    if not form.is_valid():
        return _page(request, found, 422, price_form=form)
    return _decided(
        request, found,
        lambda: approve(request=found, price=form.cleaned_data["price"], by=request.user, now=timezone.now()),
    )  # fmt: skip


@require_POST
@staff_page(THING)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _found(pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, 422, reason_form=form)
    return _decided(
        request, found,
        lambda: reject(request=found, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()),
    )  # fmt: skip


def _decided(request: HttpRequest, found: LineRequest, decide) -> HttpResponse:
    """Whoever comes second is shown what the first decided."""
    try:
        decide()
    except (RequestRefused, LineRefused) as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:request", found.pk)
    messages.success(request, _("The decision is kept, and the customer is told."))
    return redirect("staff:requests")


@require_http_methods(["GET", "HEAD"])
@staff_page(THING)
def paper(request: HttpRequest, pk: int) -> FileResponse:
    """A scan that came with a request; ``?inline`` for the frame beside the decision."""
    found = get_object_or_404(LineDocument, pk=pk)
    return shown_paper(found.file, found.name, inline="inline" in request.GET)
