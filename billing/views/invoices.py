"""Invoices: unpaid (proformas) and paid (14)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import panel_page
from billing.forms import BuyerForm, InvoicesForm, PayForm
from billing.gateways import gateways_for, label_of
from billing.models import BillingProfile, Invoice, Proforma
from billing.printing import invoice_document, proforma_document
from billing.purposes import label_of as purpose_label
from billing.selectors import invoices as invoices_of
from billing.selectors import proformas, unpaid_count
from billing.services import ProformaClosed, cancel_proforma
from billing.services.sales import buyer_of
from common.paging import page_of


@panel_page("view")
@require_safe
def invoices(request: HttpRequest) -> HttpResponse:
    """The unpaid ones, or with ``?state=paid`` the paid ones, or with ``?state=closed`` what nobody paid."""
    form = InvoicesForm(request.GET)
    asked = dict(form.cleaned_data) if form.is_valid() else {"state": ""}
    state = asked.pop("state")
    state = state if state in {"paid", "closed"} else "unpaid"
    find = invoices_of if state == "paid" else proformas
    rows = find(request.account, **asked) if state == "paid" else find(request.account, state=state, **asked)
    page = page_of(rows, request.GET)
    for row in page.rows:
        row.purpose_label = purpose_label(row.proforma.purpose if state == "paid" else row.purpose)
    context = {"form": form, "page": page, "state": state, "unpaid": unpaid_count(request.account)}
    context["is_filtered"] = any(request.GET.get(name) for name in ("since", "until", "text"))
    return render(request, "billing/invoices.html", context)


@panel_page("view")
@require_safe
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """A paid invoice, to be printed."""
    found = get_object_or_404(Invoice.objects.of(request.account).select_related("payment", "slip"), pk=pk)
    context = {
        "document": found,
        "seller": found.seller,
        "buyer": found.buyer,
        "gateway_label": label_of(found.payment.gateway) if found.payment else "",
    }
    return render(request, "billing/invoice.html", context)


@panel_page("view")
@require_safe
def invoice_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The invoice as a file for the accountant."""
    found = get_object_or_404(Invoice.objects.of(request.account).select_related("payment", "slip"), pk=pk)
    return _file(invoice_document(found), f"invoice-{found.number}.pdf")


@panel_page("view")
@require_safe
def proforma_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Proforma.objects.of(request.account), pk=pk)
    return _file(proforma_document(found, buyer_of(request.account)), f"proforma-{found.pk}.pdf")


def _file(content: bytes, name: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=disposition)


@panel_page("view")
@require_safe
def proforma(request: HttpRequest, pk: int) -> HttpResponse:
    """A proforma: looked at, printed, paid (13.3)."""
    found = get_object_or_404(Proforma.objects.of(request.account), pk=pk)
    if found.state == Proforma.State.PAID:
        paid = Invoice.objects.filter(proforma=found).first()
        if paid:
            return redirect("billing:invoice", paid.pk)
    is_payable = found.is_open and found.expires_at > timezone.now()
    context = {
        "document": found,
        "seller": settings.SELLER,
        "buyer": buyer_of(request.account),
        "has_buyer": BillingProfile.objects.filter(account=request.account).exists(),
        "is_payable": is_payable,
        "form": PayForm(gateways=gateways_for(found.total)),
        "attempts": found.payments.order_by("-id")[:5],
    }
    return render(request, "billing/proforma.html", context)


@panel_page("manage")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Proforma.objects.of(request.account), pk=pk)
    try:
        cancel_proforma(proforma=found, by=request.user, now=timezone.now())
    except ProformaClosed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The proforma is cancelled."))
    return redirect("billing:invoices")


@panel_page("manage")
@require_http_methods(["GET", "HEAD", "POST"])
def buyer(request: HttpRequest) -> HttpResponse:
    """Who the buyer is on the next invoices; those issued stay as they are."""
    profile = BillingProfile.objects.filter(account=request.account).first()
    instance = profile or BillingProfile(account=request.account, legal_name=request.account.name)
    form = BuyerForm(request.POST if request.method == "POST" else None, instance=instance)
    if request.method == "POST" and form.is_valid():
        form.save()
        audit.record(action="buyer.changed", target=instance.legal_name, request=request)
        messages.success(request, _("The details are kept; the next invoices carry them."))
        return redirect("billing:invoices")
    return render(request, "billing/buyer.html", {"form": form})
