"""Accounts: found, looked at, and what staff do to one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import impersonation, services
from accounts.models import Account
from billing.selectors import wallet_of
from billing.services import InsufficientCredit, InvalidAmount, ReferenceConflict, adjust, set_limits
from common import showing
from common.paging import page_of
from staff.access import may_change, may_look, staff_page
from staff.account_forms import AccountFilter, CreditForm, LimitsForm, WhyForm, WriteForForm
from staff.selectors.accounts import TooVague, accounts, behind
from staff.services import write_for
from staff.views.listing import MOST_EXPORTED, workbook
from support.access import desk_page
from support.selectors.desk import PERMISSION as WORK_DESK

THING, MONEY = "accounts.account", "billing.wallet"


@require_safe
@staff_page(THING)
def account_list(request: HttpRequest) -> HttpResponse:
    """Found in any way a customer tells who they are; the newest first."""
    form = AccountFilter(request.GET or None)
    context: dict[str, Any] = {"form": form, "sees_money": may_look(request.user, MONEY)}
    try:
        context["page"] = page_of(accounts(**form.wanted()), request.GET)
    except TooVague:
        context["is_vague"] = True
    return render(request, "staff/accounts.html", context)


@require_safe
@staff_page(THING)
def export(request: HttpRequest) -> HttpResponse | FileResponse:
    form = AccountFilter(request.GET or None)
    try:
        rows = accounts(**form.wanted()).order_by("-id")[:MOST_EXPORTED]
    except TooVague:
        messages.error(request, _("Too many accounts answer to this. Write more of the name, or a number."))
        return redirect("staff:accounts")
    header = [_("Id"), _("Name"), _("Kind"), _("State"), _("Mobile"), _("E-mail"), _("Made")]
    sees_money = may_look(request.user, MONEY)
    if sees_money:
        header += [_("Balance (rials)"), _("Credit limit (rials)")]

    def cells(row: Account) -> list:
        wallet = getattr(row, "wallet", None)
        money = [wallet.balance if wallet else 0, wallet.credit_limit if wallet else 0] if sees_money else []
        known = [row.pk, row.name, row.get_kind_display(), row.get_state_display(), row.mobile, row.email]
        return [*known, row.created_at, *money]

    return workbook("accounts", header, map(cells, rows.iterator(chunk_size=2_000)))


@require_safe
@staff_page(THING)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(pk))


def _found(pk: int) -> Account:
    return get_object_or_404(Account, pk=pk)


def _page(request: HttpRequest, found: Account, status: int = 200, **forms: Form) -> HttpResponse:
    user = request.user
    context = {
        "found": found,
        "behind": behind(found, user, now=timezone.now()),
        "may_move": may_change(user, THING) and found.state != Account.State.CLOSED,
        "may_adjust": may_change(user, MONEY),
        "may_write": user.has_perm(WORK_DESK),
        "may_enter": impersonation.may_look(user) and found.state != Account.State.CLOSED,
        "why_form": WhyForm(auto_id="why_%s"),
    }
    if context["may_adjust"]:
        context |= {"credit_form": CreditForm(auto_id="credit_%s"), "limits_form": LimitsForm.of(wallet_of(found))}
    if context["may_write"]:
        context["ticket_form"] = WriteForForm(account=found, auto_id="ticket_%s")
    return render(request, "staff/account.html", context | forms, status=status)


def _action(name: str, make: Callable[..., Form], act: Callable[..., str]) -> Callable:
    """A page that takes one small form; ``act`` says what was done, or raises _Refused."""

    def page(request: HttpRequest, pk: int) -> HttpResponse:
        found = _found(pk)
        form = make(request.POST, found)
        if form.is_valid():
            try:
                messages.success(request, act(request, found, form))
                return redirect("staff:account", found.pk)
            except _Refused as refusal:
                form.add_error(None, str(refusal))
        return _page(request, found, 422, **{name: form})

    return page


class _Refused(Exception):
    """Not done; the message says why."""


def _suspend(request: HttpRequest, found: Account, form: WhyForm) -> str:
    if not services.suspend(found, by=request.user, reason=form.cleaned_data["reason"], request=request):
        raise _Refused(_("The account is not active now."))
    return _("The account is suspended: it sends nothing more, and its campaigns under way are paused.")


def _reopen(request: HttpRequest, found: Account, form: WhyForm) -> str:
    if not services.activate(found, by=request.user, reason=form.cleaned_data["reason"], request=request):
        raise _Refused(_("The account is not suspended now."))
    return _("The account is open again. Its paused campaigns wait for its people to resume or cancel them.")


def _adjust(request: HttpRequest, found: Account, form: CreditForm) -> str:
    try:
        entry = adjust(
            account=found, amount=form.signed_amount(), reference=f"adjust:{form.cleaned_data['reference']}",
            reason=form.cleaned_data["reason"], by=request.user,
        )  # fmt: skip
    except InsufficientCredit as error:
        sentence = _("The account has only %(balance)s, and its credit limit does not reach so far.")
        raise _Refused(sentence % {"balance": showing.rials(error.balance)}) from error
    except (InvalidAmount, ReferenceConflict) as error:
        raise _Refused(str(error)) from error
    return _("The balance is now %(balance)s.") % {"balance": showing.rials(entry.balance_after)}


def _limit(request: HttpRequest, found: Account, form: LimitsForm) -> str:
    try:
        set_limits(account=found, by=request.user, **form.cleaned_data)
    except InvalidAmount as error:
        raise _Refused(str(error)) from error
    return _("Saved.")


def _write(request: HttpRequest, found: Account, form: WriteForForm) -> str:
    ticket = write_for(account=found, by=request.user, now=timezone.now(), **form.cleaned_data)
    return _("Ticket %(number)s was registered.") % {"number": showing.digits(ticket.pk)}


def _why(data, _found: Account) -> WhyForm:
    return WhyForm(data, auto_id="why_%s")


suspend = require_POST(staff_page(THING)(_action("why_form", _why, _suspend)))
reopen = require_POST(staff_page(THING)(_action("why_form", _why, _reopen)))
credit = require_POST(
    staff_page(MONEY)(_action("credit_form", lambda data, _found: CreditForm(data, auto_id="credit_%s"), _adjust))
)
limits = require_POST(staff_page(MONEY)(_action("limits_form", lambda data, _found: LimitsForm(data), _limit)))
ticket = require_POST(
    desk_page(
        _action("ticket_form", lambda data, found: WriteForForm(data, account=found, auto_id="ticket_%s"), _write)
    )
)
