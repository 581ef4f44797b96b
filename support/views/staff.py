"""One ticket as staff work on it."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from support import services
from support.access import desk_page
from support.forms import AnswerForm, AssignForm, CloseForm, MergeForm, NoteForm, PriorityForm, ReferForm, SplitForm
from support.machine import WrongState
from support.models import CannedAnswer, Entry, Ticket
from support.selectors import context_of, conversation, filled, watchers

FORMS = {
    "note_form": NoteForm, "assign_form": AssignForm, "refer_form": ReferForm, "priority_form": PriorityForm,
    "close_form": CloseForm, "merge_form": MergeForm, "split_form": SplitForm,
}  # fmt: skip


@require_GET
@desk_page
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """Opening it is seeing it: a new ticket is marked so, once (SUP-4.4)."""
    found = _ticket(pk)
    if services.see(ticket=found, by=request.user, now=timezone.now()):
        found = _ticket(pk)
    return _page(request, found)


def _ticket(pk: int) -> Ticket:
    related = ("account", "unit", "opened_by", "assigned_to", "merged_into", "follows")
    return get_object_or_404(Ticket.objects.select_related(*related), pk=pk)


def _page(request: HttpRequest, found: Ticket, **forms: Form) -> HttpResponse:
    entries = conversation(found, for_staff=True)
    last = max((entry.number or 0 for entry in entries), default=0)
    answers = CannedAnswer.objects.filter(Q(unit=None) | Q(unit=found.unit))
    initial = {
        "assign_form": {"to": found.assigned_to_id}, "refer_form": {"unit": found.unit_id},
        "priority_form": {"priority": found.priority}, "split_form": {"unit": found.unit_id},
    }  # fmt: skip
    context = {name: make(initial=initial.get(name), auto_id=f"{name}_%s") for name, make in FORMS.items()}
    context |= {
        "ticket": found,
        "entries": entries,
        "last": last,
        "answer_form": AnswerForm(user=request.user, initial={"last": last}),
        "canned": [(one.title, filled(one.body, found, request.user)) for one in answers],
        "watchers": watchers(found, request.user),
        "behind": context_of(found),
        "now": timezone.now(),
    }
    return render(request, "support/staff/ticket.html", context | forms)


@require_POST
@desk_page
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """An answer that was written before the last message came is held back until it has been read (collision)."""
    found = _ticket(pk)
    form = AnswerForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return _page(request, found, answer_form=form)
    data = form.cleaned_data
    newer = found.entries.filter(number__gt=data["last"] or 0).exclude(form_token=data["token"])
    if newer.exclude(author=request.user).exists() and not found.entries.filter(form_token=data["token"]).exists():
        messages.warning(request, _("Somebody has written meanwhile. Read it, then send your answer again."))
        form.data = form.data.copy()
        form.data["last"] = max(newer.values_list("number", flat=True))
        return _page(request, found, answer_form=form)
    return _done(
        request, found, _("The answer was sent."),
        lambda now: services.answer(
            ticket=found, by=request.user, body=data["body"], files=data["files"], asks=data["asks"],
            form_token=data["token"], now=now,
        ),
    )  # fmt: skip


def _done(request: HttpRequest, found: Ticket, said: str, act: Callable) -> HttpResponse:
    try:
        act(timezone.now())
        messages.success(request, said)
    except WrongState:
        messages.error(request, _("The ticket is closed; only the user can open it again, by a message."))
    except services.TicketRefused as refusal:
        messages.error(request, refusal.message)
    return redirect("support:desk_ticket", found.pk)


def _action(name: str, form_class: type[Form], said: Callable[[], str], act: Callable) -> Callable:
    """A page that takes one of the small forms and does one thing with the ticket."""

    @require_POST
    @desk_page
    def page(request: HttpRequest, pk: int) -> HttpResponse:
        found = _ticket(pk)
        form = form_class(request.POST, auto_id=f"{name}_%s")
        if not form.is_valid():
            return _page(request, found, **{name: form})
        data = form.cleaned_data
        return _done(request, found, said(), lambda now: act(ticket=found, by=request.user, now=now, **data))

    return page


note = _action("note_form", NoteForm, lambda: _("The note was kept."), services.note)
assign = _action("assign_form", AssignForm, lambda: _("Saved."), services.assign)
refer = _action("refer_form", ReferForm, lambda: _("The ticket was referred."), services.refer)
priority = _action("priority_form", PriorityForm, lambda: _("The urgency was changed."), services.change_priority)
close = _action("close_form", CloseForm, lambda: _("The ticket was closed."), services.close)
merge = _action("merge_form", MergeForm, lambda: _("The tickets were merged."), services.merge)


@require_POST
@desk_page
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """A message that is about something else becomes a ticket of its own."""
    entry = get_object_or_404(Entry.objects.select_related("ticket"), pk=pk)
    found, form = _ticket(entry.ticket_id), SplitForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the title of the new ticket and choose its unit."))
        return redirect("support:desk_ticket", found.pk)
    return _done(
        request, found, _("A new ticket was made of the message."),
        lambda now: services.split(entry=entry, by=request.user, now=now, **form.cleaned_data),
    )  # fmt: skip
