"""The history of an account's credit (13.4)."""

from datetime import datetime, timedelta
from tempfile import TemporaryFile

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import panel_page
from billing.exporting import ledger_header, ledger_rows
from billing.forms import HistoryForm, WarningForm
from billing.reasons import reason_of
from billing.selectors import days_left, history, sums, wallet_of
from billing.services import InvalidAmount, set_limits
from common import showing
from common.paging import page_of
from common.tables import write_xlsx


@panel_page("view")
def ledger(request: HttpRequest) -> HttpResponse:
    """Every debit and credit of the asked days with its reason and the balance after it."""
    form, entries = _asked(request)
    page = page_of(entries, request.GET)
    for entry in page.rows:
        entry.reason_words = reason_of(entry)
    is_dated = form.is_valid() and form.cleaned_data["since"] is not None
    wallet, now = wallet_of(request.account), timezone.now()
    summed = entries if is_dated else entries.filter(created_at__gte=now - timedelta(days=30))
    added, taken = sums(summed)
    context = {
        "form": form,
        "page": page,
        "wallet": wallet,
        "low_tone": "down" if wallet.balance < wallet.low_balance_warning else "",
        "days_left": days_left(request.account, now),
        "warning": WarningForm(initial={"threshold": showing.number(wallet.low_balance_warning)}),
        "is_dated": is_dated,
        "added": added,
        "taken": taken,
    }
    return render(request, "billing/ledger.html", context)


@panel_page("manage")
@require_POST
def warning(request: HttpRequest) -> HttpResponse:
    """Keep the balance under which the account is warned (13.5)."""
    form = WarningForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["threshold"]))
        return redirect("billing:ledger")
    try:
        set_limits(
            account=request.account,
            credit_limit=wallet_of(request.account).credit_limit,
            low_balance_warning=form.cleaned_data["threshold"],
            by=request.user,
        )
    except InvalidAmount as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The warning is set."))
    return redirect("billing:ledger")


@panel_page("view")
def download(request: HttpRequest) -> HttpResponse:
    """The entries that the page's filters show, as an Excel file; a long list is made in the background (8.3)."""
    _form, entries = _asked(request)
    if entries.values_list("pk")[settings.EXPORT_AT_ONCE_MAX : settings.EXPORT_AT_ONCE_MAX + 1]:
        asked = request.GET.copy()
        asked["list"] = "ledger"
        return redirect(f"{reverse('reports:exports')}?{asked.urlencode()}")
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(file, ledger_header(), ledger_rows(entries.iterator(chunk_size=2000)), rtl=get_language_bidi())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"credit-{_stamp(timezone.now())}.xlsx")


def _asked(request: HttpRequest):
    form = HistoryForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    return form, history(request.account, **asked)


def _stamp(now: datetime) -> str:
    return f"{timezone.localtime(now):%Y%m%d-%H%M}"
