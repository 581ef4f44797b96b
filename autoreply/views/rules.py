"""The rules of the auto-responder: list, editor, test box (6.1, 6.6)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import panel_page
from autoreply import selectors, services
from autoreply.forms import RuleForm, RulesFilter, TestForm
from autoreply.models import Book, Rule
from autoreply.telling import lacks_credit
from autoreply.trying import try_text
from common import showing
from common.paging import page_of
from messaging.selectors import samples

SELECTED_MAX = 1000


@require_GET
@panel_page("view")
def rule_list(request: HttpRequest) -> HttpResponse:
    """The rules by keyword, reply, line or state, the newest first."""
    form = RulesFilter(request.GET or None, account=request.account)
    wanted = form.wanted() if form.is_bound else {}
    context = {
        "form": form,
        "page": page_of(selectors.rules(request.account, **wanted), request.GET),
        "lacks_credit": lacks_credit(Book.objects.filter(pk=request.account.pk).first(), now=timezone.now()),
    }
    return render(request, "autoreply/rules.html", context)


@require_http_methods(["GET", "POST"])
@panel_page("send")
def new_rule(request: HttpRequest) -> HttpResponse:
    """Add a rule."""
    form = RuleForm(request.POST or None, account=request.account, initial={"keywords": request.GET.get("keyword", "")})
    if request.method == "POST" and _saved(request, form):
        messages.success(request, _("The rule was added."))
        return redirect("autoreply:new_rule" if "another" in request.POST else "autoreply:rules")
    return _editor(request, form)


@require_http_methods(["GET", "POST"])
@panel_page("send")
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a rule."""
    found = get_object_or_404(Rule.objects.of(request.account).filter(option=None), pk=pk)
    form = RuleForm(request.POST or None, account=request.account, rule=found)
    if request.method == "POST" and _saved(request, form, found):
        messages.success(request, _("The rule was changed."))
        return redirect("autoreply:rules")
    return _editor(request, form, found)


def _saved(request: HttpRequest, form: RuleForm, found: Rule | None = None) -> bool:
    if not form.is_valid():
        return False
    try:
        services.save_rule(account=request.account, rule=found, by=request.user, **form.request())
    except services.RuleRefused as refusal:
        field = {"weekdays": "days"}.get(refusal.field, refusal.field)
        form.add_error(field or None, str(refusal))
        return False
    return True


def _editor(request: HttpRequest, form: RuleForm, found: Rule | None = None) -> HttpResponse:
    book = Book.objects.filter(pk=request.account.pk).first() if request.membership.can_manage else None
    context = {
        "form": form,
        "rule": found,
        "samples": samples(request.account),
        "secret": book.secret if book else "",
    }
    return render(request, "autoreply/rule.html", context)


@require_POST
@panel_page("send")
def selected(request: HttpRequest) -> HttpResponse:
    """Switch the selected rules on or off, or delete them."""
    ids = [int(pk) for pk in request.POST.getlist("rule")[:SELECTED_MAX] if pk.isdecimal() and len(pk) <= 18]
    whose = {"account": request.account, "ids": ids, "by": request.user}
    what = request.POST.get("do")
    if not ids or what not in {"on", "off", "delete"}:
        messages.error(request, _("Select at least one rule."))
    elif what == "delete":
        count = services.delete_rules(**whose)
        sentence = ngettext("%(count)s rule was deleted.", "%(count)s rules were deleted.", count)
        messages.success(request, sentence % {"count": showing.number(count)})
    else:
        count = services.switch_rules(on=what == "on", **whose)
        if what == "on":
            sentence = ngettext("%(count)s rule was switched on.", "%(count)s rules were switched on.", count)
        else:
            sentence = ngettext("%(count)s rule was switched off.", "%(count)s rules were switched off.", count)
        messages.success(request, sentence % {"count": showing.number(count)})
    return redirect("autoreply:rules")


@require_GET
@panel_page("view")
def test_box(request: HttpRequest) -> HttpResponse:
    """Which rule would answer a text, with what, and why not others; nothing is sent (6.6)."""
    form = TestForm(request.GET or None, account=request.account)
    trial = None
    if form.is_bound and form.is_valid():
        trial = try_text(
            form.cleaned_data["text"], account=request.account, line=form.cleaned_data["line"], now=timezone.now()
        )
    return render(request, "autoreply/test.html", {"form": form, "trial": trial})
