"""The gate of the panel: who may open a page."""

from collections.abc import Callable
from functools import wraps
from typing import Literal

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

Right = Literal["view", "send", "manage"]


def panel_page(right: Right = "view") -> Callable:
    """Decorator of a page that belongs to an account: ``request.account`` and ``request.membership`` are then set.

    Strangers are sent to log in, users of several accounts to pick one; everybody else who may not gets a 403 page
    that says why. Viewers may "view", senders also "send", owners also "manage"; a suspended account sends nothing.
    """
    if right not in {"view", "send", "manage"}:
        raise ValueError(f"no such right: {right}")

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def gate(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            return _turned_away(request, right) or view(request, *args, **kwargs)

        gate.panel_right = right
        return gate

    return decorate


def login_needed(view: Callable) -> Callable:
    """Decorator of a page that belongs to the person, not to an account: profile, password, choice of account."""

    @wraps(view)
    def gate(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return view(request, *args, **kwargs) if request.user.is_authenticated else _to_login(request)

    return gate


def refuse(request: HttpRequest, sentence: str) -> HttpResponse:
    """A 403 page that tells the reader why, in their language."""
    return render(request, "accounts/refused.html", {"sentence": sentence}, status=403)


def _turned_away(request: HttpRequest, right: Right) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return _to_login(request)
    if request.membership is None:
        if request.memberships:
            return send_to(request, f"{reverse('accounts:choose_account')}?next={request.path}")
        return refuse(request, _("You are not a member of any active account, so the panel has nothing to show you."))
    if right == "send" and not request.account.is_active:
        return refuse(request, _("This account is suspended: you can look, but not send. Please contact support."))
    if right == "send" and not request.membership.can_send:
        return refuse(request, _("Your role lets you look, but not send. Ask the owner of the account."))
    if right == "manage" and not request.membership.can_manage:
        return refuse(request, _("Only the owner of the account may open this page."))
    return None


def _to_login(request: HttpRequest) -> HttpResponse:
    if request.headers.get("X-Requested-With"):
        return HttpResponse(status=401)
    if request.headers.get("HX-Request"):
        return send_to(request, reverse("accounts:login"))
    return redirect_to_login(request.get_full_path())


def send_to(request: HttpRequest, url: str) -> HttpResponse:
    """To another page: a fragment's answer must tell the browser to leave the page, not put a page in the fragment."""
    return HttpResponseClientRedirect(url) if request.headers.get("HX-Request") else redirect(url)
