"""Credit from one account to another (13.5)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import panel_page
from accounts.models import Account
from billing.exporting import transfer_header, transfer_rows
from billing.forms import TransferForm, TransfersForm
from billing.models import Transfer
from billing.selectors import transfers as transfers_of
from billing.selectors import wallet_of
from billing.services.transfers import (
    TransferRefused,
    check_transfer,
    name_for,
    own_accounts,
    receiver_numbered,
    transfer,
)
from common import showing
from common.downloads import workbook
from common.paging import page_of


@panel_page("view")
@require_safe
def transfers(request: HttpRequest) -> HttpResponse:
    """What was given and received."""
    form = TransfersForm(request.GET)
    page = page_of(_asked(request, form), request.GET)
    for row in page.rows:
        _turned(row, request.account)
    return render(request, "billing/transfers.html", {"form": form, "page": page, "account": request.account})


@panel_page("view")
@require_safe
def transfers_file(request: HttpRequest) -> HttpResponse:
    """The transfers that the page's filters show, as an Excel file."""
    rows = _asked(request, TransfersForm(request.GET)).iterator(chunk_size=2000)
    turned = (_turned(row, request.account) for row in rows)
    return workbook("transfers", transfer_header(), transfer_rows(turned))


def _asked(request: HttpRequest, form: TransfersForm):
    return transfers_of(request.account, **(form.cleaned_data if form.is_valid() else {}))


def _turned(row: Transfer, account: Account) -> Transfer:
    """The transfer as this account sees it. The name of who gave is known to who received, and the other way it is
    the one that was shown when it was given."""
    row.is_out = row.sender_id == account.pk
    row.other = row.receiver if row.is_out else row.sender
    row.other_name = row.receiver_shown if row.is_out else row.sender.name
    return row


@panel_page("manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_transfer(request: HttpRequest) -> HttpResponse:
    """To whom and how much; then the receiver's name is shown; then it is moved."""
    step = request.POST.get("step", "look")
    form = TransferForm(
        request.POST if request.method == "POST" else None, initial={"number": request.GET.get("number")}
    )
    context = {"form": form, "wallet": wallet_of(request.account)}
    context["own_accounts"] = own_accounts(request.user, request.account)
    if request.method == "POST" and step != "edit" and form.is_valid():
        data = form.cleaned_data
        try:
            receiver = receiver_numbered(request.account, data["number"])
            if step == "transfer":
                return _moved(request, receiver, data)
            check_transfer(sender=request.account, receiver=receiver, amount=data["amount"], now=timezone.now())
        except TransferRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            context |= {
                "receiver": receiver,
                "receiver_name": name_for(request.user, receiver),
                "amount": data["amount"],
                "left": context["wallet"].balance - data["amount"],
                "note": data["note"],
            }
    return render(request, "billing/new_transfer.html", context)


def _moved(request: HttpRequest, receiver: Account, data: dict) -> HttpResponse:
    moved = transfer(
        sender=request.account, receiver=receiver, amount=data["amount"], note=data["note"], token=data["token"],
        by=request.user, now=timezone.now(),
    )  # fmt: skip
    sentence = _("%(amount)s went to account %(number)s.")
    words = {"amount": showing.rials(moved.amount), "number": showing.digits(receiver.pk)}
    messages.success(request, sentence % words)
    return redirect("billing:transfers")
