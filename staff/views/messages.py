"""One message's whole story, of any account (issue 3, 6)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from messaging.models import Message
from staff.access import staff_page
from staff.forms import MessageForm
from webservice.explaining import MESSAGE_WITH, Reader, explain

THING = "messaging.message"
SEE_NUMBERS = "webservice.see_numbers"


@require_safe
@staff_page(THING)
def look_up(request: HttpRequest) -> HttpResponse:
    """From a message's id, as the sent box, the web service and the logs tell it, to its story."""
    form = MessageForm(request.GET if "message" in request.GET else None)
    if form.is_valid():
        return redirect("staff:message", form.cleaned_data["message"])
    return render(request, "staff/messages.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@staff_page(THING)
def story(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything; whole numbers with the right to them, and never those of the bank."""
    message = get_object_or_404(Message.objects.select_related(*MESSAGE_WITH), pk=pk)
    sections = explain(message, Reader(is_staff=True, sees_numbers=request.user.has_perm(SEE_NUMBERS)))
    context = {"message": message, "sections": sections, "is_staff": True}
    return render(request, "webservice/explanation.html", context)
