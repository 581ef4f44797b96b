"""What happened to one message, step by step: its parts, the operator's answers, the receipts."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from common.showing import number
from messaging.errors import code_of, describe
from messaging.models import Gateway, Message, Receipt, Status, Submission
from messaging.smpp.receipts import MessageState


@dataclass(frozen=True, slots=True)
class Event:
    """``tone`` is ok, run, wait, bad or mute; ``part`` 1… where the message has several."""

    at: datetime
    title: str
    detail: str = ""
    code: str = ""
    tone: str = "mute"
    part: int | None = None


def story(message: Message) -> list[Event]:
    """The message's life in the order of time. Three queries at most; ``message`` comes with its campaign."""
    events = [Event(message.created_at, _("Prepared and priced"))]
    if message.campaign.confirmed_at:
        events.append(Event(message.campaign.confirmed_at, _("Confirmed and paid for")))
    events += _submissions(message)
    events += _receipts(message) if message.parts > 1 else []
    if message.final_at:
        events.append(_end(message))
    return sorted(events, key=lambda event: event.at)


def _submissions(message: Message) -> list[Event]:
    rows = list(Submission.objects.filter(message_id=message.pk).order_by("answered_at", "part"))
    names = Gateway.objects.in_bulk({row.gateway_id for row in rows}) if rows else {}
    return [_submission(message, row, names.get(row.gateway_id)) for row in rows]


def _submission(message: Message, row: Submission, gateway: Gateway | None) -> Event:
    part = row.part + 1 if message.parts > 1 else None
    way = _("Gateway %(gateway)s, connection %(number)s.") % {
        "gateway": gateway.name if gateway else f"#{row.gateway_id}",
        "number": number(row.bind_number),
    }
    if row.command_status == 0:
        id_words = _("The operator's id: %(id)s.") % {"id": row.smsc_id} if row.smsc_id else ""
        return Event(row.answered_at, _("Accepted by the operator"), f"{way} {id_words}".strip(), "", "run", part)
    error = f"smpp:{row.command_status}"
    return Event(row.answered_at, _("Refused by the operator"), f"{describe(error)} {way}", code_of(error), "bad", part)


def _receipts(message: Message) -> list[Event]:
    """Receipts of the parts. That of a message of one part is its end, which stands on the message itself."""
    rows = Receipt.objects.filter(message_id=message.pk, parts__gt=1).order_by("id")
    return [_receipt(row) for row in rows]


def _receipt(row: Receipt) -> Event:
    state = MessageState(row.state) if row.state in set(MessageState) else MessageState.UNKNOWN
    good = state is MessageState.DELIVERED
    error = f"receipt:{row.error or state.name.lower()}"
    tone = "ok" if good else "bad" if state.is_final else "run"
    detail = describe(f"receipt:{state.name.lower()}" if good or not state.is_final else error)
    part = row.part + 1 if row.part is not None else None
    return Event(row.received_at, _("Delivery receipt"), detail, "" if good else code_of(error), tone, part)


def _end(message: Message) -> Event:
    status = Status(message.status)
    tone = "ok" if status is Status.DELIVERED else "mute" if status is Status.CANCELLED else "bad"
    return Event(message.final_at, status.label, describe(message.error), code_of(message.error), tone)
