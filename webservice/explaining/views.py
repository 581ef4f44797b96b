"""The page of a message's whole story for its account's owner (issue 3, 6). Staff have theirs in staff.views."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import panel_page
from messaging.models import Message
from webservice.explaining import MESSAGE_WITH, Reader, explain


@panel_page("manage")
@require_safe
def own(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything but the operator's internals."""
    rows = Message.objects.of(request.account).filter(campaign__confirmed_at__isnull=False)
    message = get_object_or_404(rows.select_related(*MESSAGE_WITH), pk=pk)
    sections = explain(message, Reader(is_staff=False, sees_numbers=True))
    return render(request, "webservice/explanation.html", {"message": message, "sections": sections})
