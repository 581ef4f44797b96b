"""An account's webhooks in the panel: where events go, what was answered, and what can be done about it (W11, S3)."""

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import panel_page
from common import showing
from common.paging import page_of
from webservice.webhooks import services
from webservice.webhooks.forms import AttemptFilter, EndpointForm
from webservice.webhooks.models import Attempt, Delivery, Endpoint, Event
from webservice.webhooks.services import EndpointRefused

_SUCCEEDED = Q(status__gte=200, status__lt=300)
_WAITING = Count("deliveries", filter=Q(deliveries__state=Delivery.State.PENDING))


@panel_page("manage")
@require_safe
def endpoints(request: HttpRequest) -> HttpResponse:
    """Every webhook of the account with its state and what still waits for it."""
    listed = Endpoint.objects.of(request.account).annotate(waiting=_WAITING)
    return render(request, "webservice/webhooks/list.html", {"endpoints": listed})


@panel_page("manage")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_variables("endpoint")
def create(request: HttpRequest) -> HttpResponse:
    """The form; then, once, the secret."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint = services.create_endpoint(
                account=request.account, by=request.user, request=request, now=timezone.now(), **form.cleaned_data
            )
        except EndpointRefused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            return _secret_page(request, endpoint)
    return render(request, "webservice/webhooks/form.html", {"form": form})


@panel_page("manage")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _own(request, pk)
    current = {name: getattr(endpoint, name) for name in ("url", "name", "events", "batch_size")}
    form = EndpointForm(request.POST or None, initial=current)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_endpoint(endpoint=endpoint, by=request.user, request=request, **form.cleaned_data)
        except EndpointRefused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("webservice:webhook", pk)
    return render(request, "webservice/webhooks/form.html", {"form": form, "endpoint": endpoint})


@panel_page("manage")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One webhook: what it gets, what waits, and each attempt with what was answered."""
    endpoint = _own(request, pk)
    form = AttemptFilter(request.GET or None)
    page = page_of(_attempts(endpoint, form), request.GET)
    _name_events(page.rows)
    counts = Delivery.objects.filter(endpoint=endpoint).aggregate(
        waiting=Count("id", filter=Q(state=Delivery.State.PENDING)),
        given_up=Count("id", filter=Q(state=Delivery.State.GIVEN_UP)),
    )
    context = {"endpoint": endpoint, "form": form, "page": page, "now": timezone.now(), **counts}
    return render(request, "webservice/webhooks/detail.html", context)


def _attempts(endpoint: Endpoint, form: AttemptFilter) -> QuerySet[Attempt]:
    attempts = endpoint.attempts.all()
    outcome = form.cleaned_data["outcome"] if form.is_bound and form.is_valid() else ""
    if outcome == "succeeded":
        return attempts.filter(_SUCCEEDED)
    return attempts.exclude(_SUCCEEDED) if outcome == "failed" else attempts


def _name_events(attempts: list[Attempt]) -> None:
    firsts = {attempt.events[0] for attempt in attempts}
    types = {event.pk: event.get_type_display() for event in Event.objects.filter(pk__in=firsts)}
    for attempt in attempts:
        attempt.first = attempt.events[0]
        attempt.what = types.get(attempt.first, "")
        attempt.more = len(attempt.events) - 1


@panel_page("manage")
@require_POST
@never_cache
@sensitive_variables("endpoint")
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret, shown once; the old one signs as well for a day."""
    endpoint = services.rotate_secret(endpoint=_own(request, pk), by=request.user, request=request, now=timezone.now())
    return _secret_page(request, endpoint)


@panel_page("manage")
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    services.pause_endpoint(endpoint=_own(request, pk), by=request.user, request=request, now=timezone.now())
    messages.success(request, _("Paused. Events are kept for a week and delivered when you resume."))
    return redirect("webservice:webhook", pk)


@panel_page("manage")
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    services.resume_endpoint(endpoint=_own(request, pk), by=request.user, request=request, now=timezone.now())
    messages.success(request, _("Resumed. What waited is delivered now."))
    return redirect("webservice:webhook", pk)


@panel_page("manage")
@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _own(request, pk)
    services.send_test_event(endpoint=endpoint, by=request.user, request=request, now=timezone.now())
    if endpoint.paused_at:
        messages.warning(request, _("The test event waits until you resume the webhook."))
    else:
        messages.success(request, _("A test event is on its way; its attempt shows here within seconds."))
    return redirect("webservice:webhook", pk)


@panel_page("manage")
@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """The events of one attempt once more, or, without one, all that were given up."""
    endpoint = _own(request, pk)
    who = {"by": request.user, "request": request, "now": timezone.now()}
    if attempt_id := request.POST.get("attempt", ""):
        attempt = get_object_or_404(endpoint.attempts, pk=attempt_id if attempt_id.isdecimal() else 0)
        count = services.replay(endpoint=endpoint, events=attempt.events, **who)
    else:
        count = services.replay_given_up(endpoint=endpoint, **who)
    if count:
        sentence = ngettext("%(count)s event is delivered again.", "%(count)s events are delivered again.", count)
        messages.success(request, sentence % {"count": showing.number(count)})
    else:
        messages.warning(request, _("These events are no longer kept, so they cannot be delivered again."))
    return redirect("webservice:webhook", pk)


@panel_page("manage")
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    services.delete_endpoint(endpoint=_own(request, pk), by=request.user, request=request)
    messages.success(request, _("Deleted."))
    return redirect("webservice:webhooks")


def _own(request: HttpRequest, pk: int) -> Endpoint:
    return get_object_or_404(Endpoint.objects.of(request.account).select_related("account"), pk=pk)


def _secret_page(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    return render(request, "webservice/webhooks/secret.html", {"endpoint": endpoint})
