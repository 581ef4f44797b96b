"""Doors by which staff begin and end to look at the panel as a member sees it."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import impersonation
from accounts.access import refuse
from accounts.forms import ImpersonationForm
from accounts.models import Account


def looking_page(view: Callable) -> Callable:
    """Decorator of a page for staff who may look into accounts."""

    @wraps(view)
    def gate(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not impersonation.may_look(request.user):
            return refuse(request, _("Only staff who may look into accounts may open this page."))
        return view(request, *args, **kwargs)

    gate.panel_right = "staff"
    return gate


@require_http_methods(["GET", "HEAD", "POST"])
@looking_page
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """As whom, and why; ``next`` is the page of ours to return to."""
    account = get_object_or_404(Account.objects.exclude(state=Account.State.CLOSED), pk=pk)
    members = impersonation.members_to_look_as(account)
    form = ImpersonationForm(
        request.POST or None, members=members, may_change=impersonation.may_change(request.user)
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        impersonation.begin(
            request, data["member"], reason=data["reason"], changes=data.get("changes", False), back=_back(request),
            now=timezone.now(),
        )  # fmt: skip
        return redirect("/")
    context = {"form": form, "looked_at": account, "back": _back(request)}
    return render(request, "accounts/impersonate.html", context, status=422 if form.is_bound else 200)


@require_POST
@looking_page
def end(request: HttpRequest) -> HttpResponse:
    membership = request.impersonation
    if membership is None:
        return redirect("admin:index")
    back = impersonation.end(request, membership)
    messages.success(request, _("You no longer look into the account."))
    return redirect(back or reverse("admin:accounts_account_change", args=[membership.account_id]))


def _back(request: HttpRequest) -> str:
    """The page that the address or the form names, if it is one of ours."""
    written = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(written, {request.get_host()}, require_https=request.is_secure())
    return written if is_ours else ""
