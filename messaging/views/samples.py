"""Sample messages (7)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import panel_page
from common.text import clean
from messaging.forms import SampleFilterForm, SampleForm
from messaging.forms.compose import LONGEST_TEXT
from messaging.models import SampleMessage
from messaging.selectors import sample_categories, samples
from messaging.services import SamplesFull, add_sample
from messaging.views.answers import say


@require_http_methods(["GET", "POST"])
@panel_page("view")
def sample_list(request: HttpRequest) -> HttpResponse:
    return _add(request) if request.method == "POST" else _list(request)


def _list(request: HttpRequest) -> HttpResponse:
    return _page(request, SampleForm())


@panel_page("send")
def _add(request: HttpRequest) -> HttpResponse:
    form = SampleForm(request.POST)
    if form.is_valid():
        try:
            add_sample(account=request.account, **form.cleaned_data)
        except SamplesFull as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("messaging:samples")
    return _page(request, form)


@require_http_methods(["GET", "POST"])
@panel_page("send")
def sample_edit(request: HttpRequest, pk: int) -> HttpResponse:
    sample = get_object_or_404(samples(request.account), pk=pk)
    form = SampleForm(request.POST or None, instance=sample)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("messaging:samples")
    return _page(request, form, editing=sample)


def _page(request: HttpRequest, form: SampleForm, editing: SampleMessage | None = None) -> HttpResponse:
    account = request.account
    categories = sample_categories(account)
    filters = SampleFilterForm(request.GET or None, categories=categories)
    wanted = filters.wanted() if filters.is_bound else {}
    context = {
        "form": form,
        "editing": editing,
        "filters": filters,
        "is_filtered": bool(wanted),
        "categories": categories,
        "samples": samples(account, **wanted),
        "count": samples(account).count(),
        "limit": settings.SAMPLE_MESSAGES_MAX,
    }
    return render(request, "messaging/samples.html", context)


@require_POST
@panel_page("send")
def sample_delete(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(samples(request.account), pk=pk).delete()
    messages.success(request, _("Deleted."))
    return redirect("messaging:samples")


@require_POST
@panel_page("send")
def sample_add(request: HttpRequest) -> HttpResponse:
    """The star: keep a text that was sent, or is being written."""
    text = clean(request.POST.get("text", ""))[:LONGEST_TEXT]
    if not text.strip():
        return say(request, _("Write the text of the sample."), "bad", then="messaging:samples")
    try:
        add_sample(account=request.account, text=text)
    except SamplesFull as error:
        return say(request, str(error), "bad", then="messaging:samples")
    return say(request, _("Kept among your sample messages."), "ok", then="messaging:samples")
