"""The queue of deposit slips (ISP-7.8), compared with the bank's statement."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.models import BillingProfile, Slip
from billing.services.slips import SlipRefused, confirm_slip, reject_slip
from common.paging import page_of
from staff.access import may_change, staff_page
from staff.forms import ReasonForm, SlipFilter
from staff.selectors import queues
from staff.views.listing import MOST_EXPORTED, shown_paper, workbook
from support.calendar import in_a_working_day

THING = "billing.slip"


@require_safe
@staff_page(THING)
def slip_list(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; what was decided, the newest first."""
    form = SlipFilter(request.GET or None)
    wanted = form.wanted()
    page = page_of(queues.slips(**wanted), request.GET, descending=wanted["state"] != Slip.State.SUBMITTED)
    waiting = [row for row in page.rows if row.state == Slip.State.SUBMITTED]
    for row, due_at in zip(waiting, in_a_working_day(row.created_at for row in waiting), strict=True):
        row.due_at = due_at
    return render(request, "staff/slips.html", {"form": form, "page": page, "now": timezone.now()})


@require_safe
@staff_page(THING)
def export(request: HttpRequest) -> FileResponse:
    rows = queues.slips(**SlipFilter(request.GET or None).wanted()).order_by("id")[:MOST_EXPORTED]
    header = [
        _("Account"), _("Bank"), _("Slip number"), _("Amount (rials)"), _("Proforma (rials)"), _("Day of payment"),
        _("State"), _("Submitted"), _("Decided"), _("Decided by"), _("Reason"),
    ]  # fmt: skip
    cells = (
        [row.account.name, row.bank, row.number, row.amount, row.proforma.total, row.paid_date.isoformat(),
         row.get_state_display(), row.created_at, row.decided_at, str(row.decided_by or ""), row.reason]
        for row in rows.iterator(chunk_size=2_000)
    )  # fmt: skip
    return workbook("slips", header, cells)


@require_safe
@staff_page(THING)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(pk))


def _found(pk: int) -> Slip:
    related = ("account", "proforma", "decided_by", "created_by", "invoice")
    return get_object_or_404(Slip.objects.select_related(*related), pk=pk)


def _page(request: HttpRequest, found: Slip, status: int = 200, **forms) -> HttpResponse:
    context = {
        "found": found,
        "is_less": found.amount < found.proforma.total,
        "buyer": BillingProfile.objects.of(found.account).first(),
        "others": Slip.objects.of(found.account).exclude(pk=found.pk).order_by("-id")[:5],
        "may_decide": found.state == Slip.State.SUBMITTED and may_change(request.user, THING),
        "reason_form": ReasonForm(),
    }
    return render(request, "staff/slip.html", context | forms, status=status)


@require_POST
@staff_page(THING)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(pk)
    return _decided(request, found, lambda: confirm_slip(slip=found, by=request.user, now=timezone.now()))


@require_POST
@staff_page(THING)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _found(pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, 422, reason_form=form)
    reason = form.cleaned_data["reason"]
    return _decided(
        request, found, lambda: reject_slip(slip=found, reason=reason, by=request.user, now=timezone.now())
    )  # fmt: skip


def _decided(request: HttpRequest, found: Slip, decide) -> HttpResponse:
    """Whoever comes second is shown what the first decided."""
    try:
        decide()
    except SlipRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:slip", found.pk)
    messages.success(request, _("The decision is kept, and the customer is told."))
    return redirect("staff:slips")


@require_safe
@staff_page(THING)
def picture(request: HttpRequest, pk: int) -> FileResponse:
    """The scan of a slip; ``?inline`` for the frame beside the decision."""
    found = get_object_or_404(Slip.objects.exclude(picture=""), pk=pk)
    return shown_paper(found.picture, found.picture_name, inline="inline" in request.GET)
