"""Sends that come again (2.5): the list, the form, one with its times; pause, resume, end."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import panel_page
from common.paging import page_of
from common.showing import clock, day
from messaging.forms import RecurringForm
from messaging.models import RecurringSend
from messaging.services import SendRefused, WrongState
from messaging.services.recurring import create_recurring, end_recurring, pause_recurring, resume_recurring
from messaging.views.compose import form_context
from messaging.views.words import rule_words


@require_GET
@panel_page("view")
def recurring_list(request: HttpRequest) -> HttpResponse:
    found = RecurringSend.objects.of(request.account).select_related("line")
    page = page_of(found, request.GET)
    for row in page.rows:
        row.words = rule_words(row)
    return render(request, "messaging/recurring.html", {"page": page})


@require_http_methods(["GET", "POST"])
@panel_page("send")
def recurring_new(request: HttpRequest) -> HttpResponse:
    """The form. What was typed comes back whole when something is refused."""
    if request.method != "POST":
        return _form(request, RecurringForm(account=request.account))
    form = RecurringForm(request.POST, account=request.account)
    if form.is_valid():
        try:
            made = create_recurring(
                account=request.account, created_by=request.user, now=timezone.now(), **form.request()
            )
        except SendRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            time = f"{day(made.next_at)} {clock(made.next_at)}"
            messages.success(request, _("Saved. The first time is %(time)s.") % {"time": time})
            return redirect("messaging:recurring_page", made.pk)
    return _form(request, form)


def _form(request: HttpRequest, form: RecurringForm) -> HttpResponse:
    context = form_context(request.account, form) | {"tab": "recurring"}
    return render(request, "messaging/recurring_form.html", context)


@require_GET
@panel_page("view")
def recurring_page(request: HttpRequest, pk: int) -> HttpResponse:
    recurring = _own(request, pk)
    page = page_of(recurring.occurrences.select_related("campaign").order_by("-id"), request.GET)
    context: dict[str, Any] = {"recurring": recurring, "page": page, "words": rule_words(recurring)}
    return render(request, "messaging/recurring_page.html", context)


@require_POST
@panel_page("send")
def recurring_change(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Pause, resume or end."""
    recurring = _own(request, pk)
    try:
        if act == "pause":
            pause_recurring(recurring=recurring, by=request.user)
        elif act == "resume":
            resume_recurring(recurring=recurring, by=request.user, now=timezone.now())
        else:
            end_recurring(recurring=recurring, by=request.user)
    except WrongState as error:
        messages.error(request, str(error))
    return redirect("messaging:recurring_page", recurring.pk)


def _own(request: HttpRequest, pk: int) -> RecurringSend:
    return get_object_or_404(RecurringSend.objects.of(request.account).select_related("line", "created_by"), pk=pk)
