"""The gate of the desk's pages."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access import refuse
from support.selectors.desk import PERMISSION


def desk_page(view: Callable) -> Callable:
    """Decorator of a page for staff with the right to work at the desk; others get a 403 page or log in."""

    @wraps(view)
    def gate(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not (user.is_staff and user.has_perm(PERMISSION)):
            return refuse(request, _("Only support staff may open this page."))
        return view(request, *args, **kwargs)

    gate.panel_right = "staff"
    return gate
