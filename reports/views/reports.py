"""Reports (8): sent, received and bulk over a period, broken down, drawn, and as a file."""

from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import panel_page
from common.paging import Page, page_of
from common.showing import number
from common.tables import write_csv, write_xlsx
from messaging.models import Campaign
from messaging.selectors import campaigns, progress_of
from reports.exporting import MOST_EXPORTED, is_too_long
from reports.forms import ReportForm
from reports.rolling import freshen
from reports.selectors import BREAKDOWNS, Row, Wanted, breakdown, received, total_of
from reports.tables import Table, received_table, sent_table

TABS = ("sent", "received", "bulk")
_WITHOUT = {"sent": (), "bulk": ("kind",), "received": ("operator", "kind", "status")}
_BY = {"sent": (*BREAKDOWNS, "campaign"), "bulk": ("day", "line", "operator", "status", "error", "campaign"),
       "received": ("day", "line")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    form: ReportForm
    wanted: Wanted
    by: str


def _asked(request: HttpRequest, tab: str, now: datetime) -> Asked:
    form = ReportForm(request.GET, account=request.account, without=_WITHOUT[tab])
    wanted = form.wanted(now=now, kind=Campaign.Kind.BULK if tab == "bulk" else "")
    by = request.GET.get("by")
    return Asked(form, wanted, by if by in _BY[tab] else "day")


@require_GET
@panel_page("view")
def report(request: HttpRequest, tab: str = "sent") -> HttpResponse:
    """One tab, by day or what ``by`` says."""
    now = timezone.now()
    asked = _asked(request, tab, now)
    as_of = freshen(request.account, now=now)
    context = {
        "tab": tab,
        "tabs": [(name, _tab_word(name), _address(name)) for name in TABS],
        "form": asked.form,
        "by": asked.by,
        "choices": [(by, _by_word(by)) for by in _BY[tab]],
        "first": asked.wanted.first,
        "last": asked.wanted.last,
        "as_of": as_of,
        "query": _query(request),
        "is_narrowed": bool({"since", "until", "line", "operator", "kind", "status"} & set(request.GET)),
    }
    if tab == "received":
        table = received_table(request.account, received(request.account, asked.wanted, by=asked.by), by=asked.by)
        context |= {"table": table}
    elif asked.by == "campaign":
        context |= {"page": _campaigns(request, asked.wanted), "total": _total(request, asked.wanted)}
    else:
        rows = breakdown(request.account, asked.wanted, by=asked.by)
        total = _total(request, asked.wanted) if asked.by == "error" else total_of(rows)
        context |= {"table": sent_table(request.account, rows, by=asked.by), "total": total}
    if "table" in context:
        context["lines"] = _lines(context["table"])
    return render(request, "reports/report.html", context)


def _lines(table: Table) -> list[tuple]:
    """(name, [(heading, cell)]) of each row, as the page lays them out."""
    return [(row[0], list(zip(table.header[1:], row[1:], strict=True))) for row in table.rows]


@require_GET
@panel_page("view")
def download(request: HttpRequest, tab: str, form: str) -> HttpResponse:
    """The rows that the page shows, as a workbook or CSV."""
    if form not in {"xlsx", "csv"} or tab not in TABS:
        raise Http404
    now = timezone.now()
    asked = _asked(request, tab, now)
    freshen(request.account, now=now)
    if asked.by == "campaign" and is_too_long(_found(request, asked.wanted), MOST_EXPORTED):
        sentence = _("More than %(most)s campaigns match. Choose a shorter period.")
        messages.warning(request, sentence % {"most": number(MOST_EXPORTED)})
        return redirect(f"{_address(tab)}?{request.GET.urlencode()}")
    header, rows = _rows(request, asked, tab)
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    if form == "xlsx":
        write_xlsx(file, header, rows, rtl=get_language_bidi())
    else:
        write_csv(file, header, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{tab}-{asked.by}.{form}")


def _rows(request: HttpRequest, asked: Asked, tab: str) -> tuple[list[str], list[list]]:
    if asked.by == "campaign":
        return _campaign_rows(request, asked.wanted)
    table = _table(request, asked, tab)
    return table.header, [[cell.value for cell in row] for row in table.rows]


def _table(request: HttpRequest, asked: Asked, tab: str) -> Table:
    if tab == "received":
        return received_table(request.account, received(request.account, asked.wanted, by=asked.by), by=asked.by)
    return sent_table(request.account, breakdown(request.account, asked.wanted, by=asked.by), by=asked.by)


def _total(request: HttpRequest, wanted: Wanted) -> Row:
    return total_of(breakdown(request.account, wanted, by="status"))


def _found(request: HttpRequest, wanted: Wanted):
    found = campaigns(request.account).filter(confirmed_at__isnull=False, is_test=False)
    since, until = wanted.bounds
    found = found.filter(confirmed_at__gte=since, confirmed_at__lt=until)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    return found.filter(line=wanted.line) if wanted.line else found


def _campaigns(request: HttpRequest, wanted: Wanted) -> Page:
    page = page_of(_found(request, wanted), request.GET)
    counts = progress_of(page.rows)
    for campaign in page.rows:
        campaign.counts = counts[campaign.pk]
    return page


def _campaign_rows(request: HttpRequest, wanted: Wanted) -> tuple[list[str], list[list]]:
    header = [_("Campaign"), _("Line"), _("Recipients"), _("Sent"), _("Delivered"), _("Undelivered"), _("Failed")]
    return [*header, _("Price (rials)"), _("Time")], _each_campaign(_found(request, wanted))


def _each_campaign(found):
    batch: list[Campaign] = []
    for campaign in found.iterator(chunk_size=500):
        batch.append(campaign)
        if len(batch) == 500:
            yield from _written(batch)
            batch = []
    yield from _written(batch)


def _written(batch: list[Campaign]):
    counts = progress_of(batch)
    for campaign in batch:
        done = counts[campaign.pk]
        numbers = [campaign.recipients, done.sent, done.delivered, done.undelivered, done.failed, campaign.price]
        yield [str(campaign), campaign.line.number, *numbers, campaign.confirmed_at]


def _query(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    return query.urlencode()


def _address(tab: str) -> str:
    return reverse("reports:reports") if tab == "sent" else reverse(f"reports:{tab}")


def _tab_word(tab: str) -> str:
    return {"sent": _("Sent"), "received": _("Received"), "bulk": _("Bulk sends")}[tab]


def _by_word(by: str) -> str:
    return {
        "day": _("By day"), "line": _("By line"), "operator": _("By operator"), "kind": _("By kind"),
        "status": _("By status"), "error": _("By error"), "campaign": _("By campaign"),
    }[by]  # fmt: skip
