"""Events as programs read them, by a call and by GET /events alike."""

import json
from collections.abc import Sequence

from messaging.errors import describe
from messaging.models import Message, Status
from messaging.selectors import recipient_code
from webservice.v1.words import STATES, moment
from webservice.webhooks.models import Event, EventType


def rendered(events: Sequence[Event]) -> list[dict]:
    """The events with id, type, time and data, in the given order. Sentences are English; numbers of the bank stay
    hidden (3)."""
    ids = {event.subject for event in events if event.type == EventType.MESSAGE_STATUS}
    messages = {}
    if ids:
        found = Message.objects.filter(pk__in=ids).select_related("campaign__line")
        messages = {message.pk: message for message in found}
    return [
        {
            "id": event.pk,
            "type": event.type,
            "created_at": moment(event.at),
            "data": _status(event, messages.get(event.subject)) if event.subject in ids else event.data,
        }
        for event in events
    ]


def body_of(events: list[dict], *, batched: bool) -> bytes:
    """The octets of a call: the event itself, or ``{"events": […]}``."""
    content = {"events": events} if batched else events[0]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _status(event: Event, message: Message | None) -> dict:
    error = event.data["error"]
    campaign = message.campaign if message else None
    return {
        "message": event.subject,
        "state": STATES[Status(event.data["status"])],
        "error": {"code": error, "detail": describe(error, "en")} if error else None,
        "to": recipient_code(message) if message else None,
        "line": campaign.line.number if campaign else None,
        "campaign": campaign.pk if campaign else None,
        "reference": campaign.reference if campaign else "",
        "tags": campaign.tags if campaign else [],
        "is_test": campaign.is_test if campaign else False,
    }
