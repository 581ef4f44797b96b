"""The page of a message's whole story: for its account's owner, and for staff (issue 3, 6)."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import panel_page, refuse
from messaging.models import Message
from webservice.explaining import Reader, explain

WITH = ("account", "campaign__reservation", "campaign__created_by", "line", "operator")
SEE_NUMBERS = "webservice.see_numbers"


def staff_page(view: Callable) -> Callable:
    """Decorator of a page for staff who may see messages; others get a 403 page or log in."""

    @wraps(view)
    def gate(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not (user.is_staff and user.has_perm("messaging.view_message")):
            return refuse(request, _("Only staff who may see messages may open this page."))
        return view(request, *args, **kwargs)

    gate.panel_right = "staff"
    return gate


@panel_page("manage")
@require_safe
def own(request: HttpRequest, pk: int) -> HttpResponse:
    """To the owner of the account: everything but the operator's internals."""
    rows = Message.objects.of(request.account).filter(campaign__confirmed_at__isnull=False)
    message = get_object_or_404(rows.select_related(*WITH), pk=pk)
    return _page(request, message, Reader(is_staff=False, sees_numbers=True))


@staff_page
@require_safe
def any_message(request: HttpRequest, pk: int) -> HttpResponse:
    """To staff: everything, of any account."""
    message = get_object_or_404(Message.objects.select_related(*WITH), pk=pk)
    return _page(request, message, Reader(is_staff=True, sees_numbers=request.user.has_perm(SEE_NUMBERS)))


def _page(request: HttpRequest, message: Message, reader: Reader) -> HttpResponse:
    context = {"message": message, "sections": explain(message, reader), "is_staff": reader.is_staff}
    return render(request, "webservice/explanation.html", context)
