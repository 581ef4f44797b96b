"""Paying online: what was paid so far (13.1), to the bank and back (13.3)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import panel_page
from billing.exporting import payment_header, payment_rows
from billing.forms import PayForm, PurchasesForm
from billing.gateways import gateways_for, label_of
from billing.models import Payment, Proforma
from billing.selectors import payments
from billing.services import PaymentRefused, ProformaClosed, come_back, start_payment
from common.downloads import workbook
from common.paging import page_of


@panel_page("view")
@require_safe
def purchases(request: HttpRequest) -> HttpResponse:
    """Every visit to a bank, whatever came of it (13.1, ISP-7.4)."""
    form = PurchasesForm(request.GET)
    page = page_of(_asked(request, form), request.GET)
    for payment in page.rows:
        payment.gateway_label = label_of(payment.gateway)
    return render(request, "billing/purchases.html", {"form": form, "page": page})


@panel_page("view")
@require_safe
def purchases_file(request: HttpRequest) -> HttpResponse:
    """The payments that the page's filters show, as an Excel file."""
    rows = _asked(request, PurchasesForm(request.GET)).iterator(chunk_size=2000)
    return workbook("payments", payment_header(), payment_rows(rows))


def _asked(request: HttpRequest, form: PurchasesForm):
    return payments(request.account, **(form.cleaned_data if form.is_valid() else {}))


@panel_page("manage")
@require_POST
def pay(request: HttpRequest, proforma_id: int) -> HttpResponse:
    """To the bank that was chosen."""
    proforma = get_object_or_404(Proforma.objects.of(request.account), pk=proforma_id)
    form = PayForm(request.POST, gateways=gateways_for(proforma.total))
    if not form.is_valid():
        messages.error(request, " ".join(form.errors.get("gateway", [])))
        return redirect("billing:proforma", proforma.pk)
    try:
        payment = start_payment(
            proforma=proforma,
            gateway_code=form.cleaned_data["gateway"],
            callback_url=callback_url(request),
            by=request.user,
            now=timezone.now(),
        )
    except (PaymentRefused, ProformaClosed) as refusal:
        messages.error(request, str(refusal))
        return redirect("billing:proforma", proforma.pk)
    return redirect(payment.address)


def callback_url(request: HttpRequest) -> str:
    """Where banks send the browser back to, ``{token}`` in it."""
    return request.build_absolute_uri(reverse("billing:back", args=["TOKEN"])).replace("TOKEN", "{token}")


@csrf_exempt
@require_http_methods(["GET", "POST"])
@never_cache
def back(request: HttpRequest, token: str) -> HttpResponse:
    """The browser comes from the bank, logged in or not; the bank is asked, whatever the browser says."""
    payment = get_object_or_404(Payment, token=token)
    try:
        come_back(token=token, fields=request.POST if request.method == "POST" else request.GET, now=timezone.now())
    except PaymentRefused:
        return redirect("billing:outcome", payment.token)
    return redirect("billing:outcome", payment.token)


@require_safe
@never_cache
def outcome(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a payment. Open to whoever has its address; says nothing of the account."""
    payment = get_object_or_404(Payment.objects.select_related("proforma", "invoice"), token=token)
    is_waiting = payment.state in Payment.UNSETTLED
    context = {
        "payment": payment,
        "gateway_label": label_of(payment.gateway),
        "is_waiting": is_waiting,
        "is_other_amount": payment.paid_amount not in {None, payment.amount},
    }
    return render(request, "billing/outcome.html", context)
