"""The text with real values in it, recipient by recipient, before anything is planned (2.5)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import panel_page
from common.phones import national
from common.tables import TableError
from common.text import measure
from messaging.forms import ComposeForm
from messaging.models import Campaign
from messaging.recipients import first_texts
from messaging.services import SendRefused
from messaging.services.composing import check_placeholders

SHOWN = 5


@require_POST
@panel_page("send")
def preview(request: HttpRequest) -> HttpResponse:
    """What the first recipients would get, to be stepped through on the phone; or what stands in the way."""
    form = ComposeForm(request.POST, account=request.account, kind=Campaign.Kind.ADVANCED)
    form.is_valid()
    data = form.cleaned_data
    text, upload = data.get("text") or "", data.get("upload")
    try:
        check_placeholders(text, account=request.account, upload=upload)
        found = first_texts(_draft(request, data), count=SHOWN) if text else []
    except (SendRefused, TableError) as refusal:
        return _answer(request, {"problem": str(refusal)})
    if not found:
        return _answer(request, {"problem": _("Choose recipients and write the text; then it is shown here.")})
    samples = [{"number": national(number), "text": one, "parts": measure(one).parts} for number, one in found]
    return _answer(request, {"samples": samples, "line": data.get("line")})


def _draft(request: HttpRequest, data: dict) -> Campaign:
    """A campaign that is never saved: it only names the recipients."""
    names = ("typed", "groups", "contacts")
    sources = {name: data.get(name) for name in names} | {"column": data.get("column") or 0, "placeholders": True}
    return Campaign(
        account=request.account,
        kind=Campaign.Kind.ADVANCED,
        text=data["text"],
        sources=sources,
        upload=data.get("upload"),
        created_at=timezone.now(),
    )


def _answer(request: HttpRequest, context: dict) -> HttpResponse:
    return render(request, "messaging/_merge_preview.html", context, status=422 if "problem" in context else 200)
