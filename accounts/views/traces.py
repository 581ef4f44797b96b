"""Doors of what was done: one's own sessions, and the account's activity log (10, Beyond)."""

from collections.abc import Iterator
from tempfile import TemporaryFile

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, selectors, sessions
from accounts.access import login_needed, panel_page
from accounts.forms import ActivityFilter
from accounts.models import AuditEntry
from common import showing
from common.paging import page_of
from common.tables import write_xlsx

MOST_EXPORTED = 100_000


@require_safe
@login_needed
def session_list(request: HttpRequest) -> HttpResponse:
    """Where the user is logged in: this browser, then the last seen."""
    found = list(sessions.sessions_of(request.user))
    for session in found:
        session.device = sessions.device(session.user_agent)
        session.is_this = session.session_key == request.session.session_key
    found.sort(key=lambda session: not session.is_this)
    return render(request, "accounts/sessions.html", {"sessions": found})


@require_POST
@login_needed
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(sessions.sessions_of(request.user), pk=pk)
    if session.session_key == request.session.session_key:
        messages.warning(request, _("This is the browser that you are using; log out instead."))
    else:
        sessions.end(session, by=request.user, request=request)
        messages.success(request, _("That browser is logged out."))
    return redirect("accounts:sessions")


@require_POST
@login_needed
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    sessions.end_all(request.user, but=request.session.session_key, by=request.user, request=request)
    messages.success(request, _("You are logged out everywhere but here."))
    return redirect("accounts:sessions")


@require_safe
@panel_page("manage")
def activity(request: HttpRequest) -> HttpResponse:
    """What the people of the account did, newest first; by person, action and day."""
    form = ActivityFilter(request.GET or None, account=request.account)
    page = page_of(selectors.activity(request.account, **form.wanted()), request.GET)
    for entry in page.rows:
        entry.label = audit.action_label(entry.action)
    return render(request, "accounts/activity.html", {"page": page, "form": form})


@require_safe
@panel_page("manage")
def activity_export(request: HttpRequest) -> FileResponse:
    """The filtered log as a workbook, its newest 100,000 lines."""
    form = ActivityFilter(request.GET or None, account=request.account)
    found = selectors.activity(request.account, **form.wanted())
    header = [_("Time"), _("What"), _("On what"), _("Who"), _("Address")]
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(file, header, _cells(found[:MOST_EXPORTED]), rtl=get_language_bidi())
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="activity.xlsx")


def _cells(found: QuerySet[AuditEntry]) -> Iterator[list]:
    for entry in found.iterator(chunk_size=2_000):
        at = f"{showing.day(entry.at)} {showing.clock(entry.at)}"
        yield [at, audit.action_label(entry.action), entry.target, str(entry.user or ""), entry.address or ""]
