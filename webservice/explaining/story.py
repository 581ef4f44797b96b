"""The sections of an explanation. An account's owner reads the same facts without the operator's internals."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.logs import mask_numbers
from common.phones import conceal, mask
from common.showing import clock, phone
from messaging.errors import code_of, describe
from messaging.models import Chunk, Message, MessageClass, Route
from messaging.selectors import is_concealed
from messaging.smpp.receipts import MessageState
from webservice.explaining.facts import Section, fact
from webservice.explaining.reading import Rows, read
from webservice.explaining.wire import fields_of_part


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: staff see the operator's internals, and whole numbers only with the right to them."""

    is_staff: bool
    sees_numbers: bool


def explain(message: Message, reader: Reader) -> list[Section]:
    """The story of a message that comes with account, campaign (and its reservation and author), line and operator.
    A constant number of queries. Numbers of the bank are shown to nobody."""
    rows = read(message)
    recipient = _recipient(message, reader)
    sections = [_message(rows, recipient), _asked(rows), _price(rows), _money(rows)]
    if reader.is_staff:
        sections += [_queue(rows), _route(rows)]
    sections += [_attempts(rows, reader, recipient), _receipts(rows, reader), _answer(rows), _webhooks(rows)]
    sections.append(_calls(rows))
    return [section for section in sections if section.groups or section.note]


def _recipient(message: Message, reader: Reader) -> str:
    if is_concealed(message):
        return conceal(message.msisdn)
    return phone(message.msisdn) if reader.sees_numbers else mask(message.msisdn)


def _yes(is_so: bool) -> str:
    return _("Yes") if is_so else _("No")


def _message(rows: Rows, recipient: str) -> Section:
    message, campaign = rows.message, rows.campaign
    section = Section("message", _("Message"))
    section.add(
        fact("id", _("Id"), message.pk, str(message.pk), is_code=True),
        fact("recipient", _("Recipient"), recipient, is_code=True),
        fact("status", _("Status"), message.get_status_display()),
        fact("error", _("Error"), message.error, f"{describe(message.error)} {code_of(message.error)}".strip()),
        fact("line", _("Line"), message.line.number, is_code=True),
        fact("operator", _("Operator"), str(message.operator)),
        fact("parts", _("Parts"), message.parts),
        fact("encoding", _("Alphabet"), message.get_encoding_display()),
        fact("attempts", _("Tried again"), message.attempts),
        fact("created_at", _("Prepared and priced"), message.created_at),
        fact("confirmed_at", _("Confirmed and paid for"), campaign.confirmed_at),
        fact("send_at", _("Send at"), campaign.send_at),
        fact("submitted_at", _("Submitted"), message.submitted_at),
        fact("final_at", _("Final"), message.final_at),
    )
    return section


def _asked(rows: Rows) -> Section:
    campaign = rows.campaign
    section = Section("asked", _("Who asked"))
    recurring = rows.occurrence.recurring if rows.occurrence else None
    section.add(
        fact("account", _("Account"), rows.message.account_id, str(rows.message.account)),
        fact("user", _("User"), campaign.created_by and str(campaign.created_by)),
        fact("key", _("Web service key"), rows.key and str(rows.key)),
        fact("recurring", _("Recurring send"), recurring and recurring.pk, recurring and str(recurring)),
        fact("kind", _("Kind"), campaign.get_kind_display()),
        fact("class", _("Class"), campaign.get_message_class_display()),
        fact("campaign", _("Campaign"), campaign.pk, f"#{campaign.pk} {campaign.title}".strip()),
        fact("campaign_state", _("State of the campaign"), campaign.get_state_display()),
        fact("reference", _("Reference"), mask_numbers(campaign.reference)),
        fact("is_test", _("Test"), campaign.is_test or None, _yes(True)),
    )
    return section


def _price(rows: Rows) -> Section:
    message = rows.message
    per_part = message.price // message.parts
    section = Section("price", _("Quote and price"))
    tariff = rows.tariffs[0] if rows.tariffs else None
    section.add(
        fact("per_part", _("Price of a part (rials)"), per_part),
        fact("price", _("Price (rials)"), message.price),
        fact("returned", _("Returned (rials)"), message.returned),
        fact("returns_undelivered", _("Undelivered is returned"), message.returns_undelivered,
             _yes(message.returns_undelivered)),
        fact("tariff", _("Row of the price list in force then"), tariff and str(tariff)),
        fact("campaign_price", _("Price of the campaign (rials)"), rows.campaign.price),
        fact("campaign_recipients", _("Recipients of the campaign"), rows.campaign.recipients),
    )  # fmt: skip
    if tariff and tariff.price_per_part != per_part:
        section.note = _(
            "The account pays by another plan now, or the prices began to hold between making and pricing the campaign."
        )
    return section


def _money(rows: Rows) -> Section:
    reservation = rows.campaign.reservation
    section = Section("money", _("Money that moved for the campaign"))
    if reservation:
        section.add(
            fact("reservation", _("Reservation"), reservation.reference, is_code=True),
            fact("charged", _("Charged (rials)"), reservation.charged),
            fact("returned", _("Returned (rials)"), reservation.returned),
        )
    for entry in rows.entries:
        section.add(
            fact("at", _("Time"), entry.created_at),
            fact("kind", _("Kind"), entry.get_kind_display()),
            fact("amount", _("Amount (rials)"), entry.amount),
            fact("balance_after", _("Balance after (rials)"), entry.balance_after),
            fact("reference", _("Reference"), entry.reference, is_code=True),
        )
    return section


def _queue(rows: Rows) -> Section:
    section = Section("chunk", _("Chunk"))
    chunk = rows.chunk
    if chunk is None:
        return section
    gateway = rows.gateways.get(chunk.gateway_id)
    before = rows.gateways.get(chunk.moved_from)
    hours = None
    if chunk.opens_minute is not None and chunk.closes_minute is not None:
        minutes = (chunk.opens_minute, chunk.closes_minute)
        hours = "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in minutes)
    section.add(
        fact("chunk", _("Id"), chunk.pk, str(chunk.pk), is_code=True),
        fact("state", _("State"), Chunk.State(chunk.state).label),
        fact("gateway", _("Gateway"), gateway and gateway.name, is_code=True),
        fact("moved_from", _("Moved away from"), before and before.name, is_code=True),
        fact("class", _("Class"), MessageClass(chunk.message_class).label),
        fact("turn", _("Turn"), chunk.turn),
        fact("due_at", _("Due"), chunk.due_at),
        fact("expires_at", _("Valid until"), chunk.expires_at),
        fact("hours", _("Sending hours"), hours, is_code=True),
        fact("size", _("Messages"), chunk.size),
        fact("is_handed_over", _("Handed to a connection"), rows.message.pk <= chunk.cursor,
             _yes(rows.message.pk <= chunk.cursor)),
        fact("bind", _("Connection"), chunk.bind_number),
        fact("lease_until", _("Leased until"), chunk.lease_until),
    )  # fmt: skip
    return section


def _route(rows: Rows) -> Section:
    section = Section("route", _("Route"))
    chosen = rows.chunk.gateway_id if rows.chunk else None
    if rows.campaign.is_test:
        section.note = _("Tests go to the sandbox, whatever the routes.")
        return section
    for found in rows.routes:
        route = found.route
        section.add(
            fact("gateway", _("Gateway"), route.gateway.name, is_code=True),
            fact("is_chosen", _("The message's gateway"), route.gateway_id == chosen, _yes(route.gateway_id == chosen)),
            fact("fits", _("Holds for"), _holds_for(route)),
            fact("priority", _("Priority"), route.priority),
            fact("now", _("Now"), found.verdict.value, found.sentence),
        )
    section.note = _(
        "These are today's routes that fit the line and the operator, in the order in which they are asked."
    )
    if chosen and not any(found.route.gateway_id == chosen for found in rows.routes):
        section.note = _("No route of today leads to the gateway that was chosen: the routes have changed since.")
    return section


def _holds_for(route: Route) -> str:
    line = route.line.number if route.line else _("any line")
    operator = str(route.operator) if route.operator else _("any operator")
    return _("%(line)s to %(operator)s") % {"line": line, "operator": operator}


def _attempts(rows: Rows, reader: Reader, recipient: str) -> Section:
    section = Section("attempts", _("What was handed over, and the operator's answers"))
    for row in rows.submissions:
        gateway = rows.gateways.get(row.gateway_id)
        error = f"smpp:{row.command_status}"
        way = f"{gateway.name if gateway else row.gateway_id}/{row.bind_number}"
        internals = [fact("bind", _("Connection"), way, is_code=True)]
        if reader.is_staff:
            internals += fields_of_part(
                rows.message, row.part, gateway, recipient=recipient, submitted_at=row.answered_at,
                expires_at=rows.chunk and rows.chunk.expires_at,
            )  # fmt: skip
        section.add(
            fact("at", _("Time"), row.answered_at),
            fact("part", _("Part"), row.part + 1),
            fact("attempt", _("Attempt"), row.attempt + 1),
            fact("answer", _("Answer"), code_of(error), f"{describe(error)} ({code_of(error)})"),
            fact("operator_id", _("The operator's id"), row.smsc_id, is_code=True),
            *(internals if reader.is_staff else ()),
        )
    if section.groups and reader.is_staff:
        section.note = _(
            "What leaves is not stored: the fields from source_addr on are rebuilt from the message, its chunk and the "
            "gateway as it is set now. The text itself is left out."
        )
    return section


def _receipts(rows: Rows, reader: Reader) -> Section:
    section = Section("receipts", _("Delivery receipts"))
    for row in rows.receipts:
        state = MessageState(row.state) if row.state in set(MessageState) else MessageState.UNKNOWN
        is_plain = state is MessageState.DELIVERED or not state.is_final
        error = f"receipt:{state.name.lower()}" if is_plain else f"receipt:{row.error or state.name.lower()}"
        section.add(
            fact("at", _("Time"), row.received_at),
            fact("part", _("Part"), None if row.part is None else row.part + 1),
            fact("state", _("State"), state.name, describe(error)),
            fact("operator_id", _("The operator's id"), row.smsc_id, is_code=True),
            fact("raw", _("As it came"), _raw(rows.message, row.raw) if reader.is_staff else None, is_code=True),
        )
    if not rows.receipts and rows.message.final_at and rows.submissions:
        section.note = _("No receipt was found near the time at which the message became final.")
    return section


def _raw(message: Message, raw: str) -> str:
    """The receipt without the beginning of the text, which operators repeat in it, and without numbers."""
    head, separator, _text = raw.partition("ext:")
    return mask_numbers(head + (f"{separator}…" if separator else ""))


def _answer(rows: Rows) -> Section:
    section = Section("auto_reply", _("The auto-reply that caused it"))
    if answer := rows.answer:
        section.add(
            fact("received", _("Received message"), answer.pk, str(answer.pk), is_code=True),
            fact("received_at", _("Received"), answer.received_at),
            fact("rule", _("Rule"), answer.rule_id, str(answer.rule) if answer.rule else None),
            fact("outcome", _("Outcome"), answer.get_outcome_display()),
            fact("decided_at", _("Answered"), answer.decided_at),
        )
    return section


def _webhooks(rows: Rows) -> Section:
    section = Section("webhooks", _("Events and webhooks"))
    for event in rows.events:
        owed = [row for row in rows.deliveries if row.event_id == event.pk]
        happened = [
            fact("event", _("Event"), event.pk, f"{event.pk} {event.type}", is_code=True),
            fact("at", _("Time"), event.at),
            fact("status", _("Status"), str(event.data.get("status", "")), is_code=True),
        ]
        if not owed:
            section.add(*happened)
        for delivery in owed:
            calls = [a for a in rows.attempts if a.endpoint_id == delivery.endpoint_id and event.pk in a.events]
            section.add(
                *happened,
                fact("webhook", _("Webhook"), delivery.endpoint_id, str(delivery.endpoint)),
                fact("state", _("State"), delivery.get_state_display()),
                fact("attempts", _("Attempts"), [_call(one) for one in calls] or None, " | ".join(map(_call, calls))),
            )
    return section


def _call(attempt) -> str:
    answer = attempt.status or attempt.get_reason_display()
    return f"{clock(attempt.at, seconds=True)} {answer} ({attempt.milliseconds} ms)"


def _calls(rows: Rows) -> Section:
    section = Section("request", _("Call of the web service"))
    for row in rows.calls:
        section.add(
            fact("at", _("Time"), row.at),
            fact("request", _("Request"), f"{row.method} {row.path}", is_code=True),
            fact("status", _("Answer"), row.status, f"{row.status} {row.code}".strip(), is_code=True),
            fact("duration_ms", _("Duration (ms)"), row.duration_ms),
            fact("address", _("From"), row.address, is_code=True),
            fact("request_id", _("Request's id"), row.request_id, is_code=True),
        )
    return section
