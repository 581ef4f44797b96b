"""Deposit slips of the account (ISP-7.5 to 7.8)."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import panel_page
from billing.exporting import slip_header, slip_rows
from billing.forms import SlipForm, SlipsForm
from billing.models import Proforma, Slip
from billing.selectors import slips as slips_of
from billing.services import ProformaClosed
from billing.services.slips import SlipRefused, submit_slip, void_slip
from common.downloads import workbook
from common.paging import page_of
from common.uploads import UploadGone, UploadRefused, paper_response


@panel_page("view")
@require_safe
def slips(request: HttpRequest) -> HttpResponse:
    """Every slip with its state, and why it was refused."""
    form = SlipsForm(request.GET)
    return render(request, "billing/slips.html", {"form": form, "page": page_of(_asked(request, form), request.GET)})


@panel_page("view")
@require_safe
def slips_file(request: HttpRequest) -> HttpResponse:
    """The slips that the page's filters show, as an Excel file."""
    rows = _asked(request, SlipsForm(request.GET)).iterator(chunk_size=2000)
    return workbook("slips", slip_header(), slip_rows(rows))


def _asked(request: HttpRequest, form: SlipsForm):
    return slips_of(request.account, **(form.cleaned_data if form.is_valid() else {}))


@panel_page("manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_slip(request: HttpRequest, pk: int) -> HttpResponse:
    """Report a deposit for a proforma."""
    proforma = get_object_or_404(Proforma.objects.of(request.account), pk=pk)
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = SlipForm(*data, initial={"amount": proforma.total})
    if request.method == "POST" and form.is_valid():
        try:
            submit_slip(
                proforma=proforma, words=form.words(), picture=form.cleaned_data["picture"],
                accepts_less=form.cleaned_data["accepts_less"], by=request.user, now=timezone.now(),
            )  # fmt: skip
        except UploadRefused as refusal:
            form.add_error("picture", str(refusal))
        except (SlipRefused, ProformaClosed) as refusal:
            field = getattr(refusal, "field", "")
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The slip is kept; it is reviewed within one working day."))
            return redirect("billing:slips")
    context = {"form": form, "document": proforma, "bank_account": settings.SELLER_BANK_ACCOUNT}
    return render(request, "billing/new_slip.html", context)


@panel_page("manage")
@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    slip = get_object_or_404(Slip.objects.of(request.account), pk=pk)
    try:
        void_slip(slip=slip, by=request.user, now=timezone.now())
    except SlipRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The slip is withdrawn."))
    return redirect("billing:slips")


@panel_page("view")
@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The slip's picture, as a download."""
    slip = get_object_or_404(Slip.objects.of(request.account).exclude(picture=""), pk=pk)
    try:
        return paper_response(slip.picture, slip.picture_name)
    except UploadGone as error:
        raise Http404 from error
