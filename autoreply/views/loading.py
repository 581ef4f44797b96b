"""Rules from an Excel file (6.2): sent, looked at, and taken or left."""

from collections.abc import Iterable
from io import BytesIO

from django.contrib import messages
from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import panel_page
from autoreply import selectors, services
from autoreply.forms import UploadForm
from autoreply.models import Match
from common import showing
from common.tables import TableError, write_xlsx
from common.uploads import UploadRefused, discard, store

SALT = "autoreply.upload"
MOST_BYTES = 20 * 1024 * 1024
SHOWN = 100


@require_http_methods(["GET", "POST"])
@panel_page("send")
def upload(request: HttpRequest) -> HttpResponse:
    """Send a file; what it holds is shown before anything is kept."""
    form = UploadForm(request.POST or None, request.FILES or None, account=request.account)
    if request.method == "POST" and form.is_valid():
        try:
            kept = store(form.cleaned_data["file"], folder=services.FOLDER, max_bytes=MOST_BYTES)
        except UploadRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            line = form.cleaned_data["line"]
            token = signing.dumps(
                {
                    "account": request.account.pk,
                    "name": kept.name,
                    "filename": kept.original_name,
                    "line": line.pk if line else None,
                    "match": form.cleaned_data["match"],
                },
                salt=SALT,
            )
            return redirect("autoreply:upload_review", token)
    return render(request, "autoreply/upload.html", {"form": form})


@require_http_methods(["GET", "POST"])
@panel_page("send")
def review(request: HttpRequest, token: str) -> HttpResponse:
    """What the file holds; take the good rows, or leave it."""
    asked = _asked(request, token)
    if request.method == "POST" and request.POST.get("do") != "take":
        discard(asked["name"])
        messages.info(request, _("The file was left; nothing was added."))
        return redirect("autoreply:rules")
    try:
        if request.method == "POST":
            count = services.load(**asked, by=request.user)
            sentence = ngettext("%(count)s rule was added.", "%(count)s rules were added.", count)
            messages.success(request, sentence % {"count": showing.number(count)})
            return redirect("autoreply:rules")
        reading = services.read(**asked)
    except (TableError, UploadRefused, services.RuleRefused) as refusal:
        messages.error(request, str(refusal))
        return redirect("autoreply:upload")
    context = {
        "reading": reading,
        "shown_bad": reading.bad[:SHOWN],
        "shown_good": reading.good[:5],
        "token": token,
        "line": asked["line"],
        "match": Match(asked["match"]).label,
        "filename": asked["filename"],
    }
    return render(request, "autoreply/upload_review.html", context)


@require_GET
@panel_page("send")
def rejects(request: HttpRequest, token: str) -> HttpResponse:
    """The bad rows as a workbook, to be mended and sent again."""
    try:
        bad = services.read(**_asked(request, token)).bad
    except (TableError, UploadRefused) as refusal:
        messages.error(request, str(refusal))
        return redirect("autoreply:upload")
    header = [_("Row"), _("Column"), _("Value"), _("What is wrong")]
    return _workbook("rejects.xlsx", header, ([row.row, row.column, row.value, row.reason] for row in bad))


@require_GET
@panel_page("send")
def sample(request: HttpRequest) -> HttpResponse:
    """A file to begin with."""
    rows = [
        [_("price"), _("Our price list: example.com/prices")],
        [_("address"), _("We are in Tehran, Valiasr street.")],
        ["1", _("Your vote was counted. Thank you.")],
    ]
    return _workbook("sample.xlsx", [_("Keyword"), _("Reply")], rows)


def _workbook(filename: str, header: list[str], rows: Iterable[list]) -> FileResponse:
    file = BytesIO()
    write_xlsx(file, header, rows, rtl=get_language_bidi())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename)


def _asked(request: HttpRequest, token: str) -> dict:
    """What ``upload`` wrote down, of this account only."""
    try:
        asked = signing.loads(token, salt=SALT, max_age=24 * 3600)
    except signing.BadSignature as error:
        raise Http404 from error
    if asked.pop("account") != request.account.pk:
        raise Http404
    line = selectors.own_lines(request.account).filter(pk=asked["line"]).first() if asked["line"] else None
    return asked | {"account": request.account, "line": line}
