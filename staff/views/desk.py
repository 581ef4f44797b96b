"""The first page of the provider's people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from staff.access import staff_page
from staff.selectors.desk import queues, wellness


@require_safe
@staff_page()
def desk(request: HttpRequest) -> HttpResponse:
    """The queues with what waits in them, and whether the platform is well; each sees what their rights show."""
    now = timezone.now()
    context = {"queues": queues(request.user, now=now), "well": wellness(request.user, now=now), "now": now}
    return render(request, "staff/desk.html", context)
