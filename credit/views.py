"""Adding credit (13.3)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import panel_page
from credit.forms import PurchaseForm
from credit.purchasing import PurchaseRefused, Step, order_credit, steps


@panel_page("manage")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """How much is wanted; then its proforma, which is looked at before it is paid."""
    now = timezone.now()
    form = PurchaseForm(request.POST if request.method == "POST" else None, account=request.account, now=now)
    if request.method == "POST" and form.is_valid():
        proforma = order_credit(account=request.account, offer=form.offer, by=request.user, now=now)
        return redirect("billing:proforma", proforma.pk)
    return render(request, "credit/add.html", {"form": form, "steps": _steps(request)})


@panel_page("manage")
@require_safe
def price(request: HttpRequest) -> HttpResponse:
    """The price of what is typed, for the page of ``add``."""
    form = PurchaseForm(request.GET, account=request.account, now=timezone.now())
    form.is_valid()
    return render(request, "credit/_price.html", {"form": form})


def _steps(request: HttpRequest) -> list[Step]:
    try:
        return steps(request.account)
    except PurchaseRefused:
        return []
