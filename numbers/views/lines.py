"""The account's sender lines (12.1)."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import panel_page
from common.downloads import workbook
from numbers.exporting import line_header, line_rows
from numbers.models import Line
from numbers.selectors import next_opening, sending_hours


@panel_page("view")
def lines(request: HttpRequest) -> HttpResponse:
    """Its own lines in every state, and the shared service lines that everybody may send from."""
    now = timezone.now()
    rows = list(_shown(request))
    for line in rows:
        hours = sending_hours(line, now)
        line.hours = "–".join(f"{minute // 60:02}:{minute % 60:02}" for minute in hours) if hours else ""
        line.is_open = next_opening(line, now) == now
    has_active = any(line.state == Line.State.ACTIVE for line in rows)
    return render(request, "numbers/lines.html", {"lines": rows, "has_active": has_active})


@panel_page("view")
def lines_file(request: HttpRequest) -> HttpResponse:
    """The lines as an Excel file."""
    return workbook("lines", line_header(), line_rows(_shown(request)))


def _shown(request: HttpRequest):
    mine = Q(account=request.account)
    shared = Q(kind=Line.Kind.SHARED_SERVICE, account=None, state=Line.State.ACTIVE)
    return Line.objects.filter(mine | shared).order_by("account_id", "number")
