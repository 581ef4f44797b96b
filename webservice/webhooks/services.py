"""What owners and their programs do with webhooks (W11): each is written into the audit trail."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import record
from accounts.models import Account, User
from common import outbound
from webservice.webhooks.listening import forget_listeners
from webservice.webhooks.models import MOST_IN_A_CALL, SUBSCRIBABLE, Delivery, Endpoint, Event, EventType
from webservice.webhooks.publishing import TRIED, publish_own
from webservice.webhooks.signing import new_secret

MOST_ENDPOINTS = 10
BOTH_SECRETS = timedelta(hours=24)
MOST_REPLAYED = 1000


class EndpointRefused(Exception):
    """A webhook cannot be as asked; ``field`` is what to mend, ``code`` is stable, the message says how."""

    def __init__(self, field: str, code: str, message: str):
        super().__init__(message)
        self.field, self.code, self.message = field, code, message


def create_endpoint(
    *,
    account: Account,
    url: str,
    events: Iterable[str],
    batch_size: int = 1,
    name: str = "",
    by: User | None = None,
    request: HttpRequest | None = None,
    now: datetime,
) -> Endpoint:
    """A new webhook; its ``secret`` is shown to its maker now and not again. Raises EndpointRefused."""
    endpoint = Endpoint(account=account, created_by=by, secret=new_secret(), created_at=now)
    _fill(endpoint, url=url, events=events, batch_size=batch_size, name=name)
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if Endpoint.objects.of(account).count() >= MOST_ENDPOINTS:
            sentence = _("The account has %(most)d webhooks, which is all there is room for. Delete one.")
            raise EndpointRefused("url", "too_many", sentence % {"most": MOST_ENDPOINTS})
        endpoint.save()
        _record("webhook.created", endpoint, by, request, url=endpoint.url, events=endpoint.events)
        transaction.on_commit(forget_listeners)
    return endpoint


def change_endpoint(
    *, endpoint: Endpoint, by: User | None = None, request: HttpRequest | None = None, **changes
) -> Endpoint:
    """Another url, events, batch_size or name. What is on its way goes to the new address. Raises EndpointRefused."""
    with transaction.atomic():
        endpoint = _locked(endpoint)
        _fill(endpoint, **changes)
        endpoint.save(update_fields=["url", "events", "batch_size", "name"])
        _record("webhook.changed", endpoint, by, request, **changes)
    return endpoint


def delete_endpoint(*, endpoint: Endpoint, by: User | None = None, request: HttpRequest | None = None) -> None:
    """With its deliveries and attempts; the events stay readable by GET /events."""
    with transaction.atomic():
        _record("webhook.deleted", endpoint, by, request, url=endpoint.url)
        Endpoint.objects.filter(pk=endpoint.pk).delete()


def rotate_secret(
    *, endpoint: Endpoint, by: User | None = None, request: HttpRequest | None = None, now: datetime
) -> Endpoint:
    """A new secret. For 24 hours calls are signed with both, so that receivers can change over in between."""
    with transaction.atomic():
        endpoint = _locked(endpoint)
        endpoint.previous_secret, endpoint.previous_secret_until = endpoint.secret, now + BOTH_SECRETS
        endpoint.secret = new_secret()
        endpoint.save(update_fields=["secret", "previous_secret", "previous_secret_until"])
        _record("webhook.secret_rotated", endpoint, by, request)
    return endpoint


def pause_endpoint(
    *, endpoint: Endpoint, by: User | None = None, request: HttpRequest | None = None, now: datetime
) -> Endpoint:
    """Call it no more until it is resumed; events are kept. Nothing happens to one that is paused already."""
    with transaction.atomic():
        endpoint = _locked(endpoint)
        if endpoint.paused_at is None:
            endpoint.paused_at, endpoint.pause_reason = now, Endpoint.PauseReason.BY_HAND
            endpoint.save(update_fields=["paused_at", "pause_reason"])
            _record("webhook.paused", endpoint, by, request, reason="by_hand")
    return endpoint


def resume_endpoint(
    *, endpoint: Endpoint, by: User | None = None, request: HttpRequest | None = None, now: datetime
) -> Endpoint:
    """Call it again, with what waited first; what waits gets another day."""
    with transaction.atomic():
        endpoint = _locked(endpoint)
        if endpoint.paused_at is not None:
            endpoint.paused_at, endpoint.pause_reason = None, ""
            endpoint.failures, endpoint.failing_since, endpoint.not_before = 0, None, None
            endpoint.save(update_fields=["paused_at", "pause_reason", "failures", "failing_since", "not_before"])
            waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.PENDING)
            waiting.update(next_at=now, give_up_at=now + TRIED, attempts=0)
            _record("webhook.resumed", endpoint, by, request)
    return endpoint


def send_test_event(
    *, endpoint: Endpoint, by: User | None = None, request: HttpRequest | None = None, now: datetime
) -> Event:
    """A webhook.test for this endpoint alone, on the same way as any other event."""
    with transaction.atomic():
        event = publish_own(account_id=endpoint.account_id, kind=EventType.TEST, data={"webhook": endpoint.pk}, now=now)
        Delivery.objects.create(endpoint=endpoint, event=event, next_at=now, give_up_at=now + TRIED)
        _record("webhook.tested", endpoint, by, request)
    return event


def replay(
    *,
    endpoint: Endpoint,
    events: Iterable[int],
    by: User | None = None,
    request: HttpRequest | None = None,
    now: datetime,
) -> int:
    """Deliver these events of the endpoint once more, whatever became of them; how many. Those that are not, or no
    longer, among its deliveries are passed over. At most MOST_REPLAYED: raises EndpointRefused."""
    wanted = set(events)
    if len(wanted) > MOST_REPLAYED:
        sentence = ngettext(
            "At most %(most)d event can be replayed at once.", "At most %(most)d events can be replayed at once.",
            MOST_REPLAYED,
        )  # fmt: skip
        raise EndpointRefused("events", "too_many", sentence % {"most": MOST_REPLAYED})
    with transaction.atomic():
        endpoint = _locked(endpoint)
        count = Delivery.objects.filter(endpoint=endpoint, event__in=wanted).update(
            state=Delivery.State.PENDING, attempts=0, next_at=now, give_up_at=now + TRIED, settled_at=None
        )
        if count:
            Endpoint.objects.filter(pk=endpoint.pk).update(not_before=None)
            _record("webhook.replayed", endpoint, by, request, events=count)
    return count


def replay_given_up(
    *, endpoint: Endpoint, by: User | None = None, request: HttpRequest | None = None, now: datetime
) -> int:
    """Deliver once more what was given up, the oldest MOST_REPLAYED; how many."""
    given_up = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.GIVEN_UP).order_by("id")
    events = list(given_up.values_list("event_id", flat=True)[:MOST_REPLAYED])
    return replay(endpoint=endpoint, events=events, by=by, request=request, now=now)


def _fill(endpoint: Endpoint, **changes) -> None:
    if "url" in changes:
        endpoint.url = changes["url"].strip()
        try:
            outbound.check(endpoint.url)
        except outbound.Refused as refusal:
            raise EndpointRefused("url", str(refusal.reason), str(refusal)) from refusal
    if "events" in changes:
        asked = set(changes["events"])
        unknown = sorted(asked.difference(kind.value for kind in SUBSCRIBABLE))
        if unknown:
            sentence = _("There is no event named %(name)s.") % {"name": unknown[0]}
            raise EndpointRefused("events", "not_a_choice", sentence)
        if not asked:
            raise EndpointRefused("events", "empty", _("Choose at least one event."))
        endpoint.events = [kind.value for kind in SUBSCRIBABLE if kind.value in asked]
    if "batch_size" in changes:
        if not 1 <= changes["batch_size"] <= MOST_IN_A_CALL:
            sentence = _("A call takes between 1 and %(most)d events.") % {"most": MOST_IN_A_CALL}
            raise EndpointRefused("batch_size", "invalid", sentence)
        endpoint.batch_size = changes["batch_size"]
    if "name" in changes:
        endpoint.name = changes["name"].strip()[:80]


def _locked(endpoint: Endpoint) -> Endpoint:
    return Endpoint.objects.select_for_update(no_key=True, of=("self",)).select_related("account").get(pk=endpoint.pk)


def _record(action: str, endpoint: Endpoint, by: User | None, request: HttpRequest | None, **details) -> None:
    record(
        action=action,
        user=by,
        account=endpoint.account,
        target=f"webhook:{endpoint.pk}",
        details=details,
        request=request,
    )
