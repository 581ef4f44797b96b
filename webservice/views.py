"""The account's keys in the panel (S1). Owners only."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.defaults import page_not_found

from accounts.access import panel_page
from numbers.models import Line
from webservice import usage
from webservice.examples import examples_for
from webservice.forms import ActivationForm, KeyForm
from webservice.middleware import PREFIX
from webservice.models import Activation, ApiKey
from webservice.problems import Code, Problem, answer, speaking_to
from webservice.services import KeyRefused, create_key, revoke_key, save_activation


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that is none: a problem document under /api/, which needs no page; elsewhere the page."""
    if not request.path.startswith(PREFIX):
        return page_not_found(request, exception)
    with speaking_to(request):
        return answer(Problem(Code.NOT_FOUND))


@panel_page("manage")
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """What the account uses the web service for and how much, its keys (never the key itself), and how to begin."""
    now = timezone.now()
    days = usage.last_days(request.account, now=now)
    context = {
        "keys": ApiKey.objects.of(request.account).select_related("created_by"),
        "now": now,
        "activation": Activation.objects.of(request.account).first(),
        "chart_usage": usage.chart(days),
        "usage_summary": usage.words(days),
        "examples": _examples(request),
    }
    return render(request, "webservice/keys.html", context)


@panel_page("manage")
@require_http_methods(["GET", "HEAD", "POST"])
def activation(request: HttpRequest) -> HttpResponse:
    """Say what uses the web service, from where and what for; and change it."""
    known = Activation.objects.of(request.account).first()
    current = known and {"used_by": known.used_by, "networks": "\n".join(known.networks), "purpose": known.purpose}
    form = ActivationForm(request.POST or None, initial=current)
    if request.method == "POST" and form.is_valid():
        try:
            save_activation(account=request.account, by=request.user, request=request, **form.wishes())
        except KeyRefused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("Your use of the web service is registered."))
            return redirect("webservice:keys")
    return render(request, "webservice/activation.html", {"form": form, "activation": known})


@panel_page("manage")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_variables("secret")
def create(request: HttpRequest) -> HttpResponse:
    """The form; then, once and never again, the key."""
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            key, secret = create_key(
                account=request.account, created_by=request.user, request=request, **form.wishes(timezone.now())
            )
        except KeyRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            context = {"key": key, "secret": secret, "examples": _examples(request, secret)}
            return render(request, "webservice/key_created.html", context)
    return render(request, "webservice/key_form.html", {"form": form})


@panel_page("manage")
@require_POST
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    key = get_object_or_404(ApiKey.objects.of(request.account), pk=key_id)
    if revoke_key(key, by=request.user, request=request):
        messages.success(request, _("The key is revoked; requests with it are refused from now on."))
    return redirect("webservice:keys")


def _examples(request: HttpRequest, secret: str = "") -> list:
    lines = Line.objects.usable_by(request.account).values_list("number", "account_id")
    own_first = sorted(lines, key=lambda row: (row[1] is None, row[0]))
    line = own_first[0][0] if own_first else ""
    return examples_for(host=request.get_host(), scheme=request.scheme, line=line, secret=secret)
