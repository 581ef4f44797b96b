"""The scheduled box (5.3): paid for, not yet sent; cancelling returns the credit."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import panel_page
from common.showing import number
from messaging import services
from messaging.forms.fields import IdsField
from messaging.models import Campaign
from messaging.selectors import scheduled
from messaging.services import WrongState

SIZE = 50


@require_http_methods(["GET", "POST"])
@panel_page("view")
def scheduled_list(request: HttpRequest) -> HttpResponse:
    return _cancel_chosen(request) if request.method == "POST" else _list(request)


def _list(request: HttpRequest) -> HttpResponse:
    page = Paginator(scheduled(request.account), SIZE).get_page(request.GET.get("page"))
    return render(request, "messaging/scheduled.html", {"page": page})


@panel_page("send")
def _cancel_chosen(request: HttpRequest) -> HttpResponse:
    chosen: QuerySet[Campaign] = scheduled(request.account).filter(
        pk__in=IdsField().clean(request.POST.getlist("campaign"))
    )
    cancelled = late = 0
    for campaign in chosen:
        try:
            services.cancel(campaign=campaign, by=request.user, now=timezone.now())
            cancelled += 1
        except WrongState:
            late += 1
    if cancelled:
        sentence = ngettext(
            "%(count)s campaign was cancelled; its price is back in your credit.",
            "%(count)s campaigns were cancelled; their price is back in your credit.",
            cancelled,
        )
        messages.success(request, sentence % {"count": number(cancelled)})
    if late:
        messages.warning(request, _("Some had left meanwhile and were not cancelled."))
    return redirect("messaging:scheduled")
