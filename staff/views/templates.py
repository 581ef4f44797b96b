"""The queue of templates (W5): read, then approved or refused; an approved one may be taken back."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.paging import page_of
from common.text import measure
from messaging.models import Template
from messaging.services import TemplateRefused, approve_template, refuse_template
from staff.access import may_change, staff_page
from staff.forms import DecidedFrom, ReasonForm, TemplateFilter
from staff.selectors import queues
from staff.views.listing import MOST_EXPORTED, workbook

THING = "messaging.template"
State = Template.State


@require_safe
@staff_page(THING)
def template_list(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; what was decided, the newest first."""
    form = TemplateFilter(request.GET or None)
    wanted = form.wanted()
    page = page_of(queues.templates(**wanted), request.GET, descending=wanted["state"] != State.PENDING)
    return render(request, "staff/templates.html", {"form": form, "page": page})


@require_safe
@staff_page(THING)
def export(request: HttpRequest) -> FileResponse:
    rows = queues.templates(**TemplateFilter(request.GET or None).wanted()).order_by("id")[:MOST_EXPORTED]
    header = [_("Template"), _("Account"), _("Text"), _("State"), _("Submitted"), _("Decided"), _("Reason")]
    cells = (
        [row.name, row.account.name, row.text, row.get_state_display(), row.created_at, row.decided_at, row.reason]
        for row in rows.iterator(chunk_size=2_000)
    )
    return workbook("templates", header, cells)


@require_safe
@staff_page(THING)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(pk))


def _found(pk: int) -> Template:
    return get_object_or_404(Template.objects.select_related("account", "line"), pk=pk)


def _page(request: HttpRequest, found: Template, status: int = 200, **forms) -> HttpResponse:
    context = {
        "found": found,
        "size": measure(found.text),
        "may_approve": found.state != State.APPROVED and may_change(request.user, THING),
        "may_refuse": found.state != State.REFUSED and may_change(request.user, THING),
        "others": Template.objects.of(found.account).exclude(pk=found.pk).order_by("-id")[:5],
        "reason_form": ReasonForm(),
    }
    return render(request, "staff/template.html", context | forms, status=status)


@require_POST
@staff_page(THING)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    return _decided(request, _found(pk), approve_template)


@require_POST
@staff_page(THING)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _found(pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, 422, reason_form=form)
    return _decided(request, found, refuse_template, reason=form.cleaned_data["reason"])


def _decided(request: HttpRequest, found: Template, decide, **more) -> HttpResponse:
    """Only of what the page showed: whoever comes second is shown what the first decided."""
    seen = DecidedFrom(request.POST)
    try:
        if not seen.is_valid():
            raise TemplateRefused(_("Open the template again, then decide."))
        decide(template=found, by=request.user, now=timezone.now(), seen=seen.cleaned_data["seen"], **more)
    except TemplateRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:template", found.pk)
    messages.success(request, _("The decision is kept; the customer reads it beside the template."))
    return redirect("staff:templates")
