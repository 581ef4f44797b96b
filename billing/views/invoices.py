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
from billing.exporting import document_header, document_rows
from billing.forms import BuyerForm, InvoicesForm, PayForm
from billing.gateways import gateways_for, label_of
from billing.models import BillingProfile, CreditNote, Invoice, Proforma
from billing.printing import credit_note_document, invoice_document, proforma_document
from billing.purposes import label_of as purpose_label
from billing.selectors import credit_notes, proformas, unpaid_count
from billing.selectors import invoices as invoices_of
from billing.services import ProformaClosed, cancel_proforma
from billing.services.sales import buyer_of
from common.downloads import workbook
from common.paging import page_of


@panel_page("view")
@require_safe
def invoices(request: HttpRequest) -> HttpResponse:
    """The unpaid ones, or with ``?state=paid`` the paid ones, with ``?state=returned`` what was given back of them, or
    with ``?state=closed`` what nobody paid."""
    form, state, rows = _asked(request)
    page = page_of(rows, request.GET)
    for row in page.rows:
        invoice = row.invoice if state == "returned" else row
        row.purpose_label = purpose_label((invoice.proforma if state in {"paid", "returned"} else row).purpose)
    context = {"form": form, "page": page, "state": state, "unpaid": unpaid_count(request.account)}
    context["is_filtered"] = any(request.GET.get(name) for name in ("since", "until", "text"))
    return render(request, "billing/invoices.html", context)


@panel_page("view")
@require_safe
def invoices_file(request: HttpRequest) -> HttpResponse:
    """The documents that the page's tab and filters show, as an Excel file."""
    _form, state, rows = _asked(request)
    return workbook(f"invoices-{state}", document_header(), document_rows(rows.iterator(chunk_size=2000)))


def _asked(request: HttpRequest):
    form = InvoicesForm(request.GET)
    asked = dict(form.cleaned_data) if form.is_valid() else {"state": ""}
    state = asked.pop("state")
    if state in {"paid", "returned"}:
        return form, state, (invoices_of if state == "paid" else credit_notes)(request.account, **asked)
    state = "closed" if state == "closed" else "unpaid"
    return form, state, proformas(request.account, state=state, **asked)


@panel_page("view")
@require_safe
def credit_note(request: HttpRequest, pk: int) -> HttpResponse:
    """What was given back of an invoice, to be printed."""
    found = get_object_or_404(CreditNote.objects.of(request.account).select_related("invoice"), pk=pk)
    context = {"document": found, "seller": found.seller, "buyer": found.buyer}
    return render(request, "billing/credit_note.html", context)


@panel_page("view")
@require_safe
def credit_note_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CreditNote.objects.of(request.account).select_related("invoice"), pk=pk)
    return _file(credit_note_document(found), f"credit-note-{found.number}.pdf")


@panel_page("view")
@require_safe
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """A paid invoice, to be printed."""
    found = get_object_or_404(Invoice.objects.of(request.account).select_related("payment", "slip"), pk=pk)
    context = {
        "document": found,
        "seller": found.seller,
        "buyer": found.buyer,
        "credit_notes": found.credit_notes.order_by("id"),
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
