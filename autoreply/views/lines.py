"""What each line answers where no rule does (6.3)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import panel_page
from autoreply import selectors, services
from autoreply.forms import LineReplyForm
from autoreply.models import LineReply
from messaging.selectors import samples


@require_GET
@panel_page("view")
def line_list(request: HttpRequest) -> HttpResponse:
    """The account's lines with their default replies and limits."""
    return render(request, "autoreply/lines.html", {"rows": selectors.line_replies(request.account)})


@require_http_methods(["GET", "POST"])
@panel_page("send")
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a line's default reply and limits."""
    found = get_object_or_404(selectors.own_lines(request.account), pk=pk)
    known = LineReply.objects.of(request.account).filter(line=found).first() or LineReply(line=found)
    names = ("default_reply", "is_enabled", "per_hour", "per_day")
    form = LineReplyForm(request.POST or None, initial={name: getattr(known, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            services.set_line_reply(account=request.account, line=found, by=request.user, **form.cleaned_data)
        except services.RuleRefused as refusal:
            form.add_error("default_reply" if refusal.field == "reply" else refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("autoreply:lines")
    context = {"form": form, "line": found, "samples": samples(request.account)}
    return render(request, "autoreply/line.html", context)
