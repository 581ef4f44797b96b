"""The desk's lists and figures, for staff."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from support.access import desk_page
from support.forms import DeskFilterForm, PeriodForm
from support.models import Attachment, Ticket
from support.selectors import figures, queue, watchers
from support.views.serving import download

PAGE_SIZE = 30


@require_GET
@desk_page
def ticket_list(request: HttpRequest) -> HttpResponse:
    """The queues: of every unit or of one, ours first, the most urgent on top."""
    form = DeskFilterForm(request.GET or None)
    now = timezone.now()
    wanted = form.wanted() if form.is_bound else None
    chosen = form.cleaned_data if form.is_bound else {}
    found = queue(
        wanted, turn=chosen.get("turn") or "staff", by=request.user, is_mine=chosen.get("mine", False),
        is_late=chosen.get("late", False), now=now,
    )  # fmt: skip
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "support/staff/desk.html", {"form": form, "page": page, "now": now})


@require_GET
@desk_page
def watchers_fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """Who else looks at the ticket; asked again and again while the page is open."""
    ticket = get_object_or_404(Ticket, pk=pk)
    return render(request, "support/staff/_watchers.html", {"watchers": watchers(ticket, request.user)})


@require_GET
@desk_page
def figures_page(request: HttpRequest) -> HttpResponse:
    form = PeriodForm(request.GET or None)
    form.is_valid()
    period = getattr(form, "cleaned_data", {})
    units, together = figures(since=period.get("since"), until=period.get("until"))
    return render(request, "support/staff/figures.html", {"form": form, "units": units, "together": together})


@require_GET
@desk_page
def file(request: HttpRequest, pk: int) -> HttpResponse:
    return download(get_object_or_404(Attachment, pk=pk))
