"""What a member of an account reads: list, conversation, questions and answers, transcript, files (SUP-3)."""

from collections.abc import Iterator
from tempfile import TemporaryFile

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import panel_page
from common import showing
from common.tables import write_xlsx
from support.forms import ReplyForm, TicketFilterForm
from support.models import Attachment, Ticket
from support.selectors import conversation, tickets_of
from support.views.serving import download

PAGE_SIZE = 20


@require_GET
@panel_page("view")
def ticket_list(request: HttpRequest) -> HttpResponse:
    form = TicketFilterForm(request.GET or None)
    page = Paginator(tickets_of(request.account, form.wanted() if form.is_bound else None), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {"form": form, "page": page, "query": request.GET.urlencode(), "tab": "list"}
    return render(request, "support/tickets.html", context)


@require_GET
@panel_page("view")
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a workbook."""
    form = TicketFilterForm(request.GET or None)
    header = [_("Number"), _("Date"), _("Title"), _("Unit"), _("Which service"), _("Urgency"), _("Status"), _("Sender")]
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    found = tickets_of(request.account, form.wanted() if form.is_bound else None)
    write_xlsx(file, [*header, _("Satisfaction")], _cells(found), rtl=get_language_bidi())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="tickets.xlsx")


def _cells(found) -> Iterator[list]:
    for ticket in found.iterator(chunk_size=2000):
        yield [
            ticket.pk,
            f"{showing.day(ticket.created_at)} {showing.clock(ticket.created_at)}",
            ticket.title,
            str(ticket.unit),
            ticket.get_service_display(),
            ticket.get_priority_display(),
            ticket.get_state_display(),
            str(ticket.opened_by or ""),
            ticket.rating or "",
        ]


def own_ticket(request: HttpRequest, pk: int) -> Ticket:
    """A ticket of the account, or 404."""
    tickets = Ticket.objects.of(request.account).select_related("unit", "opened_by", "merged_into", "follows")
    return get_object_or_404(tickets, pk=pk)


@require_GET
@panel_page("view")
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    found = own_ticket(request, pk)
    return ticket_page(request, found, ReplyForm(user=request.user))


def ticket_page(request: HttpRequest, found: Ticket, form: ReplyForm, status: int = 200) -> HttpResponse:
    context = {"ticket": found, "entries": conversation(found, for_staff=False), "form": form, "stars": range(1, 6)}
    return render(request, "support/ticket.html", context, status=status)


@require_GET
@panel_page("view")
def transcript(request: HttpRequest, pk: int) -> HttpResponse:
    """The conversation for paper (SUP-1.2)."""
    found = own_ticket(request, pk)
    context = {"ticket": found, "entries": conversation(found, for_staff=False)}
    return render(request, "support/transcript.html", context)


@require_GET
@panel_page("view")
def questions(request: HttpRequest) -> HttpResponse:
    """Questions and answers side by side: the list, and the one that is chosen (SUP-3.3, 3.4)."""
    tickets = tickets_of(request.account)
    page = Paginator(tickets, PAGE_SIZE).get_page(request.GET.get("page"))
    chosen = request.GET.get("ticket", "")
    shown = own_ticket(request, int(chosen)) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 18 else None
    context = {"page": page, "shown": shown, "tab": "questions"}
    if shown:
        context["entries"] = conversation(shown, for_staff=False)
    return render(request, "support/questions.html", context)


@require_GET
@panel_page("view")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    files = Attachment.objects.filter(entry__ticket__account=request.account, entry__is_internal=False)
    return download(get_object_or_404(files, pk=pk))
