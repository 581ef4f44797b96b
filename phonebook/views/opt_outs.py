"""Who wants no messages (9.7): the list, numbers added by hand or file, and the words that subscribers write."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import panel_page
from common import showing
from common.paging import page_of
from common.phones import national
from common.tables import TableError, csv_chunks
from common.uploads import UploadRefused
from phonebook import opt_outs, selectors
from phonebook.forms import OptOutForm, OptOutsFilter, OptOutWordsForm
from phonebook.models import OptOut, OptOutWords
from phonebook.refusals import PhonebookRefused
from phonebook.views.answers import done, in_language, key

SELECTED_MAX = 1000
WHO = {opt_outs.SUBSCRIBER: "The subscriber", opt_outs.PANEL: "You, in the panel", opt_outs.WEB_SERVICE: "Your program"}


@require_GET
@panel_page("view")
def opt_out_list(request: HttpRequest) -> HttpResponse:
    """By number, line and who asked; the newest first."""
    form = OptOutsFilter(request.GET, account=request.account)
    page = page_of(_wanted(request, form), request.GET)
    for row in page.rows:
        row.who = _who(row)
        row.can_go = row.reason in opt_outs.OWN
    words = OptOutWords.objects.filter(account=request.account).first()
    context = {"form": form, "page": page, "words": words, "query": request.GET.urlencode()}
    return render(request, "phonebook/opt_outs.html", context)


def _wanted(request: HttpRequest, form: OptOutsFilter):
    asked = form.cleaned_data if form.is_valid() else {}
    return selectors.opt_outs(request.account, asked.get("q", ""), asked.get("line"), asked.get("reason", ""))


def _who(row: OptOut) -> str:
    return _(WHO[row.reason]) if row.reason in WHO else row.reason or _("Support")


@require_GET
@panel_page("view")
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as CSV that Excel opens right."""
    form = OptOutsFilter(request.GET, account=request.account)
    header = [_("Mobile"), _("Line"), _("Who asked"), _("Note"), _("Since")]
    everywhere = _("All lines")
    names = {reason: _(name) for reason, name in WHO.items()}
    rows = _wanted(request, form).iterator(chunk_size=2_000)

    def lines() -> Iterator[list]:
        for row in rows:
            line = row.line.number if row.line else everywhere
            yield [national(row.msisdn), line, names.get(row.reason, row.reason), row.note, row.created_at]

    response = StreamingHttpResponse(in_language(csv_chunks(header, lines())), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="opt-outs.csv"'
    return response


@require_http_methods(["GET", "POST"])
@panel_page("send")
def add(request: HttpRequest) -> HttpResponse:
    """Numbers that shall get nothing more, typed or in a file."""
    form = OptOutForm(request.POST or None, request.FILES or None, account=request.account)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            added = opt_outs.add_written(
                account=request.account, line=asked["line"], typed=asked["numbers"], file=asked["file"],
                note=asked["note"], by=request.user, now=timezone.now(),
            )  # fmt: skip
        except PhonebookRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        except (TableError, UploadRefused) as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _added(added))
            return redirect("phonebook:opt_outs")
    return render(request, "phonebook/opt_out_add.html", {"form": form})


def _added(added: opt_outs.Added) -> str:
    sentence = ngettext("%(count)s number was added.", "%(count)s numbers were added.", added.new)
    sentence %= {"count": showing.number(added.new)}
    if added.known:
        sentence += " " + _("%(count)s were on the list already.") % {"count": showing.number(added.known)}
    if added.invalid:
        sentence += " " + _("%(count)s were no mobile numbers.") % {"count": showing.number(added.invalid)}
    return sentence


@require_POST
@panel_page("send")
def remove(request: HttpRequest) -> HttpResponse:
    """Take back what the account wrote itself; what subscribers asked for stays."""
    ids = [pk for written in request.POST.getlist("opt_out")[:SELECTED_MAX] if (pk := key(written))]
    gone, stay = opt_outs.take_back(account=request.account, ids=ids, by=request.user)
    if gone:
        sentence = ngettext("%(count)s number was taken off.", "%(count)s numbers were taken off.", gone)
        messages.success(request, sentence % {"count": showing.number(gone)})
    if stay:
        sentence = _("%(count)s stay: only the subscriber can come back, by sending 12.")
        messages.warning(request, sentence % {"count": showing.number(stay)})
    if not gone and not stay:
        messages.error(request, _("Select at least one number."))
    return redirect("phonebook:opt_outs")


@require_http_methods(["GET", "POST"])
@panel_page("send")
def words(request: HttpRequest) -> HttpResponse:
    """The words that subscribers write, and what they are answered."""
    kept = OptOutWords.objects.filter(account=request.account).first() or OptOutWords(account=request.account)
    names = ("leave", "rejoin", "confirms", "left_text", "rejoined_text")
    form = OptOutWordsForm(request.POST or None, initial={name: getattr(kept, name) for name in names})
    if request.method == "POST" and done(
        form, lambda: opt_outs.set_words(account=request.account, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The words were saved."))
        return redirect("phonebook:opt_outs")
    return render(request, "phonebook/opt_out_words.html", {"form": form})
