"""Peer to peer (2.3): a file of messages, its columns, its first rows; then the review, as for every send."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import panel_page
from billing.selectors import spendable
from common.showing import is_persian
from common.tables import TableError, open_table, write_xlsx
from common.uploads import UploadRefused
from messaging.forms import P2PForm, UploadForm
from messaging.forms.compose import initial_of
from messaging.models import Campaign, Upload
from messaging.p2p import Columns, guess_columns, shown_rows
from messaging.services import SendRefused, WrongState, compose_once, edit_again, store_upload
from messaging.views.compose import chosen_upload, own

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
@panel_page("send")
def page(request: HttpRequest) -> HttpResponse:
    """The form. The file stays chosen when something is refused."""
    if request.method != "POST":
        try:
            return _page(request, P2PForm(account=request.account, initial=_prefilled(request)))
        except WrongState as error:
            messages.error(request, str(error))
            return redirect("messaging:campaigns")
    form = P2PForm(request.POST, account=request.account)
    if form.is_valid():
        try:
            return redirect("messaging:review", _composed(request, form).pk)
        except SendRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return _page(request, form)


def _prefilled(request: HttpRequest) -> dict[str, Any]:
    if "again" not in request.GET:
        return {}
    campaigns = Campaign.objects.of(request.account).filter(kind=Campaign.Kind.P2P)
    campaign = own(campaigns, request.GET["again"])
    fields = initial_of(edit_again(campaign=campaign))
    return fields | {f"{name}_column": place for name, place in fields["columns"].items()} | {"replaces": campaign.pk}


def _composed(request: HttpRequest, form: P2PForm) -> Campaign:
    replaces = form.cleaned_data["replaces"]
    return compose_once(
        form_token=form.cleaned_data["token"],
        account=request.account,
        created_by=request.user,
        replaces=Campaign.objects.of(request.account).filter(pk=replaces).first() if replaces else None,
        now=timezone.now(),
        **form.request(),
    )


def _page(request: HttpRequest, form: P2PForm) -> HttpResponse:
    context = {"form": form, "kind": form.kind, "lines": form.lines, "balance": spendable(request.account)}
    upload = chosen_upload(request.account, form["upload"].value())
    if upload:
        places = [_place(form[f"{name}_column"].value()) for name in ("number", "text", "time")]
        context |= _file_context(upload, Columns(*places) if None not in places[:2] else None)
    return render(request, "messaging/p2p.html", context)


def _place(value) -> int | None:
    return int(value) if str(value).isascii() and str(value).isdecimal() and len(str(value)) < 6 else None


@require_POST
@panel_page("send")
def upload(request: HttpRequest) -> HttpResponse:
    """Keep a file of messages, and show its columns and first rows; or say what is wrong with it."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, form.errors["file"][0])
    try:
        stored = store_upload(account=request.account, file=form.cleaned_data["file"])
        return render(request, "messaging/_p2p_file.html", _file_context(stored, None))
    except (TableError, UploadRefused) as error:
        return _refused(request, str(error))


def _refused(request: HttpRequest, problem: str) -> HttpResponse:
    return render(request, "messaging/_p2p_file.html", {"problem": problem}, status=422)


def _file_context(stored: Upload, columns: Columns | None) -> dict[str, Any]:
    """What the file's card shows. Without ``columns``, those that seem right; a file of one column has none."""
    try:
        table = open_table(settings.MEDIA_ROOT / stored.path, stored.filename)
    except (TableError, OSError):
        return {"problem": _("The file is no longer here. Choose it again.")}
    columns = columns or guess_columns(table)
    if columns is None:
        return {"problem": _("The file has one column only. A row needs a number and, in another column, its text.")}
    choices = [
        {"name": "number_column", "label": _("Column of the numbers"), "chosen": columns.number},
        {"name": "text_column", "label": _("Column of the texts"), "chosen": columns.text},
        {"name": "time_column", "label": _("Column of the times"), "chosen": columns.time, "is_optional": True},
    ]
    return {"upload": stored, "choices": choices, "samples": shown_rows(table, columns)}


@require_POST
@panel_page("send")
def rows(request: HttpRequest) -> HttpResponse:
    """The file's first rows, once other columns are chosen."""
    stored = chosen_upload(request.account, request.POST.get("upload"))
    places = [_place(request.POST.get(f"{name}_column")) for name in ("number", "text", "time")]
    context = _file_context(stored, Columns(*places)) if stored and None not in places[:2] else {}
    return render(request, "messaging/_p2p_rows.html", {"samples": context.get("samples", [])})


@require_GET
@panel_page("send")
def sample(request: HttpRequest) -> HttpResponse:
    """A small file as this send wants it, with a row at once and a row at its own time."""
    file = BytesIO()
    header = [_("Mobile number"), _("Text"), _("Time to send")]
    tomorrow = (timezone.now() + timedelta(days=1)).replace(minute=30, second=0, microsecond=0)
    write_xlsx(
        file,
        header,
        [
            ["09121234567", _("Dear Maryam, your order 1204 has been sent."), ""],
            ["09351234567", _("Dear Reza, your appointment is tomorrow at 10."), tomorrow],
        ],
        rtl=is_persian(),
    )
    answer = HttpResponse(file.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="peer-to-peer-sample.xlsx"'
    return answer
