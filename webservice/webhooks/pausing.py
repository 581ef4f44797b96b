"""An endpoint that keeps failing is paused, and the account is told (W11)."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.audit import record
from accounts.models import Membership
from common.notify import notify
from webservice.webhooks.models import Endpoint, EventType
from webservice.webhooks.publishing import publish_own


def pause_failing(endpoint: Endpoint, reason: Endpoint.PauseReason, *, now: datetime) -> None:
    """Pause it (the caller saves it) and tell the account: audit trail, GET /events, and a notice to its people."""
    endpoint.paused_at, endpoint.pause_reason = now, reason
    account = endpoint.account
    details = {"url": endpoint.url, "reason": str(reason)}
    record(action="webhook.paused", account=account, target=f"webhook:{endpoint.pk}", details=details)
    data = {"webhook": endpoint.pk, "url": endpoint.url, "reason": str(reason)}
    publish_own(account_id=account.pk, kind=EventType.PAUSED, data=data, now=now)
    owner = (
        Membership.objects.filter(account=account, role=Membership.Role.OWNER).select_related("user").order_by("id")
    ).first()
    with override(owner.user.language if owner else settings.LANGUAGE_CODE):
        notify(
            kind="webhook.paused",
            key=f"webhook.paused:{endpoint.pk}:{int(now.timestamp())}",
            subject=_("Your webhook was paused"),
            text=_("Calls to %(url)s are paused: %(reason)s. Events are kept for a week. Mend it and resume: %(link)s")
            % {
                "url": endpoint.url[:60],
                "reason": endpoint.get_pause_reason_display(),
                "link": settings.PUBLIC_URL + reverse("webservice:webhook", args=[endpoint.pk]),
            },
            account_id=account.pk,
            mobile=account.mobile or None,
            email=account.email or None,
        )
