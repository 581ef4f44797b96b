"""Between composing and paying: what will be sent, to whom, for how much; then pay, edit, or throw away."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import panel_page
from billing.selectors import balance, spendable
from billing.services import InsufficientCredit
from messaging import services
from messaging.models import Campaign
from messaging.p2p import moment_of
from messaging.planning import rejects_path
from messaging.selectors import text_samples
from messaging.selectors.campaigns import UNCONFIRMED
from messaging.services import QuoteExpired, SendRefused, WrongState
from messaging.views.bulk import form_url as bulk_form_url
from messaging.views.words import hours_sentence, target_words, whose_hours


@require_GET
@panel_page("view")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The quote; while the recipients are still being read, how far that is. It asks for itself again until then."""
    campaign = _own(request, pk)
    if campaign.state == Campaign.State.DISCARDED:
        messages.info(request, _("This campaign was discarded. Nothing was charged."))
        return redirect("messaging:campaigns")
    if campaign.state not in UNCONFIRMED:
        return redirect("messaging:campaign", campaign.pk)
    after = spendable(request.account) - campaign.price
    now = timezone.now()
    context = {
        "campaign": campaign,
        "balance": balance(request.account),
        "balance_after": balance(request.account) - campaign.price,
        "target_words": target_words(campaign),
        "missing": max(-after, 0),
        "samples": text_samples(campaign),
        "first_due": moment_of(campaign.summary.get("first_due", 0)),
        "last_due": moment_of(campaign.summary.get("last_due", 0)),
        "hours_notice": hours_sentence(campaign.line, campaign.send_at or now, whose_hours(campaign)),
        "is_expired": bool(campaign.quote_expires_at and campaign.quote_expires_at < now),
    }
    return render(request, "messaging/review.html", context)


@require_POST
@panel_page("send")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Pay exactly the price that was shown and let it go. Pressed twice, it pays once."""
    campaign = _own(request, pk)
    try:
        services.confirm(campaign=campaign, by=request.user, now=timezone.now())
    except QuoteExpired:
        return _renewed(request, campaign)
    except WrongState as error:
        campaign.refresh_from_db()
        if campaign.confirmed_at is None:
            messages.error(request, str(error))
        return redirect("messaging:campaign", campaign.pk)
    except InsufficientCredit as error:
        messages.error(request, str(error))
        return redirect("messaging:review", campaign.pk)
    return redirect("messaging:campaign", campaign.pk)


def _renewed(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    try:
        renewed = services.quote_again(campaign=campaign, by=request.user, now=timezone.now())
    except (SendRefused, WrongState) as refusal:
        messages.error(request, str(refusal))
        return redirect(_form_url(campaign))
    messages.warning(request, _("The price had expired, so it was worked out again. Look at it, then pay."))
    return redirect("messaging:review", renewed.pk)


def _form_url(campaign: Campaign) -> str:
    if campaign.kind == Campaign.Kind.BULK:
        return bulk_form_url(campaign)
    form = "messaging:p2p" if campaign.kind == Campaign.Kind.P2P else "messaging:compose"
    return f"{reverse(form)}?again={campaign.pk}"


@require_POST
@panel_page("send")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the form, filled in as it was; the campaign stays until the edited one takes its place."""
    return redirect(_form_url(_own(request, pk)))


@require_POST
@panel_page("send")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away what was not paid for."""
    campaign = _own(request, pk)
    try:
        services.discard(campaign=campaign, by=request.user)
    except WrongState as error:
        messages.error(request, str(error))
        return redirect("messaging:campaign", campaign.pk)
    messages.success(request, _("Discarded. Nothing was charged."))
    return redirect("messaging:compose")


@require_GET
@panel_page("view")
def rejects(request: HttpRequest, pk: int) -> HttpResponse:
    """The cells that are no mobile number, as they were written: CSV, one a line (2.4)."""
    campaign = _own(request, pk)
    path = rejects_path(campaign)
    if not path.is_file():
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=f"rejects-{campaign.pk}.csv", content_type="text/csv"
    )


def _own(request: HttpRequest, pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.of(request.account).select_related("account", "line"), pk=pk)
