"""The gate of the provider's own pages: each asks for the same permission as the admin's page of that thing."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access import refuse
from accounts.models import User

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def may_look(user: User, thing: str) -> bool:
    """Whether a member of staff may look at a ``thing`` ("billing.slip"); who may change it may look."""
    return user.is_staff and (user.has_perm(_permission(thing, "view")) or may_change(user, thing))


def may_change(user: User, thing: str) -> bool:
    return user.is_staff and user.has_perm(_permission(thing, "change"))


def _permission(thing: str, verb: str) -> str:
    app, _dot, model = thing.partition(".")
    return f"{app}.{verb}_{model}"


def staff_page(*things: str) -> Callable:
    """Decorator of a page about ``things``: staff who may look at one of them open it, who may change one send it.

    Strangers are sent to log in; everybody else gets a 403 page that says why. Without things: all staff.
    """

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def gate(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            user = request.user
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            allowed = may_look if request.method in SAFE_METHODS else may_change
            if not user.is_staff or (things and not any(allowed(user, thing) for thing in things)):
                return refuse(request, _("Only staff who have the right to it may open this page."))
            return view(request, *args, **kwargs)

        gate.panel_right = "staff"
        return gate

    return decorate
