"""Requests for lines (12.2 to 12.6)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import panel_page
from accounts.models import Account
from billing.services import ProformaClosed
from common.downloads import workbook
from common.paging import page_of
from common.text.folding import ascii_digits
from common.uploads import UploadGone, UploadRefused, paper_response
from numbers.exporting import request_header, request_rows
from numbers.forms import InquiryForm, NumberRequestForm, RequestsFilter, ServiceRequestForm, ShippingForm
from numbers.models import LineDocument, LineRequest
from numbers.ordering import (
    Inquiry,
    Paper,
    RequestRefused,
    cancel_request,
    inquire,
    request_number,
    request_service,
    tell_shipping,
)


@panel_page("view")
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Every request of the account with its state, and why it was refused (12.2, 12.4)."""
    form = RequestsFilter(request.GET)
    page = page_of(_asked(request, form), request.GET)
    return render(request, "numbers/requests.html", {"form": form, "page": page})


@panel_page("view")
@require_safe
def requests_file(request: HttpRequest) -> HttpResponse:
    """The requests that the page's filters show, as an Excel file."""
    rows = _asked(request, RequestsFilter(request.GET)).iterator(chunk_size=2000)
    return workbook("line-requests", request_header(), request_rows(rows))


def _asked(request: HttpRequest, form: RequestsFilter):
    rows = LineRequest.objects.of(request.account)
    if form.is_valid():
        if form.cleaned_data["state"]:
            rows = rows.filter(state=form.cleaned_data["state"])
        if form.cleaned_data["q"]:
            rows = rows.filter(number__contains=ascii_digits(form.cleaned_data["q"]).strip())
    return rows


@panel_page("view")
@require_safe
def inquiry(request: HttpRequest) -> HttpResponse:
    """Is this number free? (12.5)"""
    form = InquiryForm(request.GET if "number" in request.GET else None)
    context = {"form": form}
    if form.is_bound and form.is_valid():
        try:
            context["digits"], answer = inquire(form.cleaned_data["number"])
            context["is_free"] = answer == Inquiry.FREE
        except RequestRefused as refusal:
            form.add_error("number", str(refusal))
    return render(request, "numbers/inquiry.html", context)


@panel_page("manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_number(request: HttpRequest) -> HttpResponse:
    """Ask for a number (12.3 a)."""
    form = NumberRequestForm(request.POST if request.method == "POST" else None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            made = request_number(account=request.account, by=request.user, now=timezone.now(), **form.cleaned_data)
        except RequestRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The request is sent; we review it and you read the answer here."))
            return redirect("numbers:request", made.pk)
    return render(request, "numbers/new_number.html", {"form": form})


@panel_page("manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_service(request: HttpRequest) -> HttpResponse:
    """Ask that a line becomes a service line (12.3 b)."""
    is_legal = request.account.kind == Account.Kind.LEGAL
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ServiceRequestForm(*data, account=request.account)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        papers = [Paper(kind, file) for kind in LineDocument.Kind if (file := cleaned.get(f"paper_{kind}"))]
        try:
            made = request_service(
                account=request.account, line=cleaned["line"], papers=papers, shipping=cleaned["shipping"],
                tracking_code=cleaned["tracking_code"], by=request.user, now=timezone.now(),
            )  # fmt: skip
        except (RequestRefused, UploadRefused) as refusal:
            field = getattr(refusal, "field", "")
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The request is sent; we review it and you read the answer here."))
            return redirect("numbers:request", made.pk)
    has_line = form.fields["line"].queryset.exists()
    return render(request, "numbers/new_service.html", {"form": form, "is_legal": is_legal, "has_line": has_line})


@panel_page("view")
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: its papers, its invoice, its answer; the owner says how the originals were sent."""
    found = get_object_or_404(LineRequest.objects.of(request.account).select_related("proforma", "line"), pk=pk)
    initial = {"shipping": found.shipping, "tracking_code": found.tracking_code}
    form = ShippingForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and request.membership.can_manage and form.is_valid():
        try:
            tell_shipping(request=found, by=request.user, **form.cleaned_data)
            messages.success(request, _("We look out for the parcel."))
        except (RequestRefused, ValueError) as refusal:
            messages.error(
                request, str(refusal) if isinstance(refusal, RequestRefused) else _("Choose how it was sent.")
            )
        return redirect("numbers:request", found.pk)
    context = {"found": found, "form": form, "papers": found.documents.all()}
    context["takes_shipping"] = found.kind == LineRequest.Kind.SERVICE and found.state == LineRequest.State.SUBMITTED
    return render(request, "numbers/request.html", context)


@panel_page("manage")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(LineRequest.objects.of(request.account).select_related("proforma"), pk=pk)
    try:
        cancel_request(request=found, by=request.user, now=timezone.now())
    except (RequestRefused, ProformaClosed) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The request is withdrawn."))
    return redirect("numbers:request", found.pk)


@panel_page("view")
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A paper of the account's request, as a download."""
    found = get_object_or_404(LineDocument, pk=pk, request__account=request.account)
    try:
        return paper_response(found.file, found.name)
    except UploadGone as error:
        raise Http404 from error
