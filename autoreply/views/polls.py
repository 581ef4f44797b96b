"""Polls and contests: made, watched, drawn (6.6)."""

from tempfile import TemporaryFile

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import panel_page
from autoreply import polls, selectors, services
from autoreply.forms import DrawForm, OptionFormSet, PollForm
from autoreply.models import Poll
from common.paging import page_of
from common.phones import national
from common.tables import write_xlsx
from messaging.selectors import samples


@require_GET
@panel_page("view")
def poll_list(request: HttpRequest) -> HttpResponse:
    """The account's polls, the newest first."""
    context = {"page": page_of(selectors.polls(request.account), request.GET), "now": timezone.now()}
    return render(request, "autoreply/polls.html", context)


@require_http_methods(["GET", "POST"])
@panel_page("send")
def new_poll(request: HttpRequest) -> HttpResponse:
    """Make a poll."""
    form = PollForm(request.POST or None, account=request.account)
    options = OptionFormSet(request.POST or None, prefix="options")
    if request.method == "POST" and (made := _saved(request, form, options)):
        messages.success(request, _("The poll was made."))
        return redirect("autoreply:poll", made.pk)
    context = {"form": form, "options": options, "samples": samples(request.account)}
    return render(request, "autoreply/poll_form.html", context)


@require_http_methods(["GET", "POST"])
@panel_page("send")
def edit_poll(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a poll."""
    found = _poll(request, pk)
    form = PollForm(request.POST or None, account=request.account, poll=found)
    rows = [
        {
            "pk": option.pk,
            "title": option.title,
            "keywords": "، ".join(keyword.written for keyword in option.rule.keywords.all()),
            "is_right": option.is_right,
        }
        for option in found.options.select_related("rule").prefetch_related("rule__keywords")
    ]
    options = OptionFormSet(request.POST or None, prefix="options", initial=rows)
    if request.method == "POST" and _saved(request, form, options, found):
        messages.success(request, _("The poll was changed."))
        return redirect("autoreply:poll", found.pk)
    context = {"form": form, "options": options, "poll": found, "samples": samples(request.account)}
    return render(request, "autoreply/poll_form.html", context)


def _saved(request: HttpRequest, form: PollForm, options, found: Poll | None = None) -> Poll | None:
    if not (form.is_valid() and options.is_valid()):
        return None
    chosen = [option for row in options if (option := row.option())]
    try:
        return services.save_poll(
            account=request.account, poll=found, options=chosen, by=request.user, **form.cleaned_data
        )
    except services.RuleRefused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None


@require_GET
@panel_page("view")
def poll(request: HttpRequest, pk: int) -> HttpResponse:
    """The result, live while votes come, and the draws."""
    found = _poll(request, pk)
    now = timezone.now()
    figures = polls.figures(found)
    context = {
        "poll": found,
        "figures": figures,
        "total": sum(figure.votes for figure in figures),
        "is_over": bool(found.closes_at and found.closes_at <= now),
        "is_live": not (found.closes_at and found.closes_at <= now),
        "has_right": any(figure.option.is_right for figure in figures),
        "draws": found.draws.select_related("drawn_by"),
        "draw_form": DrawForm(),
        "seed_digest": polls.seed_digest(found),
    }
    return render(request, "autoreply/poll.html", context)


@require_POST
@panel_page("send")
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a poll with its votes."""
    services.delete_poll(poll=_poll(request, pk), by=request.user)
    messages.success(request, _("The poll was deleted."))
    return redirect("autoreply:polls")


@require_POST
@panel_page("send")
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw winners."""
    found = _poll(request, pk)
    form = DrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("autoreply:poll", pk)
    try:
        services.draw(poll=found, by=request.user, now=timezone.now(), **form.cleaned_data)
    except services.RuleRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The winners were drawn."))
    return redirect("autoreply:poll", pk)


@require_GET
@panel_page("view")
def participants(request: HttpRequest, pk: int) -> HttpResponse:
    """Who voted for what, as a workbook; the numbers are shown, for they wrote to the account's own line."""
    found = _poll(request, pk)
    rows = ([national(msisdn), option, at] for msisdn, option, at in polls.participant_rows(found))
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(file, [_("Mobile"), _("Option"), _("Time")], rows, rtl=get_language_bidi())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"poll-{found.pk}.xlsx")


def _poll(request: HttpRequest, pk: int) -> Poll:
    return get_object_or_404(Poll.objects.of(request.account).select_related("account", "line"), pk=pk)
