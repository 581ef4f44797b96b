"""Gateways and their binds as they stand this moment, and what may be changed while they run."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common import showing
from messaging.models import Gateway
from messaging.services.gateways import NotTested, change_flow, send_by, switch_gateway
from messaging.smpp.bind import ConfigurationError
from staff.access import may_change, staff_page
from staff.gateway_forms import FlowForm, TestForm
from staff.selectors.gateways import standing

THING = "messaging.gateway"


@require_safe
@staff_page(THING)
def gateway_list(request: HttpRequest) -> HttpResponse:
    """Every gateway with its binds; the page asks for itself every few seconds."""
    return render(request, "staff/gateways.html", {"gateways": standing(now=timezone.now())})


@require_safe
@staff_page(THING)
def gateway(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(pk))


def _found(pk: int) -> Gateway:
    return get_object_or_404(Gateway, pk=pk)


def _page(request: HttpRequest, found: Gateway, status: int = 200, **forms) -> HttpResponse:
    context = {
        "found": found,
        "now_standing": standing(now=timezone.now(), only=found)[0],
        "routes": found.routes.select_related("operator", "line").order_by("priority", "id"),
        "may_change": may_change(request.user, THING),
        "flow_form": FlowForm.of(found),
        "test_form": TestForm(),
    }
    return render(request, "staff/gateway.html", context | forms, status=status)


@require_POST
@staff_page(THING)
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause or resume."""
    found, is_enabled = _found(pk), request.POST.get("to") == "on"
    switch_gateway(gateway=found, is_enabled=is_enabled, by=request.user)
    said = _("The gateway carries messages again.") if is_enabled else _("The gateway is paused: what waits, waits.")
    messages.success(request, said)
    return redirect("staff:gateway", pk)


@require_POST
@staff_page(THING)
def flow(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _found(pk), FlowForm(request.POST)
    if form.is_valid():
        try:
            change_flow(gateway=found, by=request.user, **form.cleaned_data)
        except (ValidationError, ConfigurationError) as error:
            form.add_error(None, getattr(error, "messages", None) or str(error))
        else:
            messages.success(request, _("Saved. The binds begin anew within seconds; nothing is lost."))
            return redirect("staff:gateway", pk)
    return _page(request, found, 422, flow_form=form)


@require_POST
@staff_page(THING)
def test_send(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _found(pk), TestForm(request.POST)
    if form.is_valid():
        try:
            campaign = send_by(gateway=found, by=request.user, now=timezone.now(), **form.cleaned_data)
        except NotTested as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("The test message %(number)s is on its way by this gateway.")
            messages.success(request, said % {"number": showing.digits(campaign.first_id)})
            return redirect("staff:gateway", pk)
    return _page(request, found, 422, test_form=form)


test_send.__test__ = False
