"""What became of each received message, and why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import panel_page
from autoreply import selectors
from autoreply.forms import AnswersFilter
from autoreply.models import Answer, Forward, Outcome
from autoreply.models.answers import ANSWERED
from common.paging import page_of
from messaging.selectors import names_of

_TONES = {Outcome.WAITING: "wait", **dict.fromkeys(ANSWERED, "ok")}
_BAD = {Outcome.NO_CREDIT, Outcome.REFUSED, Outcome.FAILED}


@require_GET
@panel_page("view")
def log(request: HttpRequest) -> HttpResponse:
    """The log by sender, outcome, line or day, the newest first."""
    form = AnswersFilter(request.GET or None, account=request.account)
    wanted = form.wanted() if form.is_bound else {}
    page = page_of(selectors.answers(request.account, **wanted), request.GET, key="message_id")
    _for_reading(request, page.rows)
    return render(request, "autoreply/log.html", {"form": form, "page": page})


def _for_reading(request: HttpRequest, rows: list[Answer]) -> None:
    names = names_of(request.account, (answer.msisdn for answer in rows))
    forwards = Forward.objects.of(request.account).in_bulk([answer.pk for answer in rows])
    for answer in rows:
        answer.forward = forwards.get(answer.pk)
        answer.contact_name = names.get(answer.msisdn, "")
        answer.tone = "bad" if answer.outcome in _BAD else _TONES.get(answer.outcome, "mute")
