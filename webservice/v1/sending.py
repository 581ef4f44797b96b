"""From a checked body to a campaign, and from a campaign to the answer with one row for each recipient asked for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.utils.translation import gettext as _

from common.phones import e164, normalise
from messaging.models import Campaign, Message, MessageClass
from messaging.services import SendRefused, quote
from numbers.selectors import operators
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode, FieldError, Problem
from webservice.sandbox import refuse_agreed
from webservice.v1.words import CLASS_OF, CLASSES, CURRENCY, ENCODINGS, STATES, moment

_FIELDS = {"validity_minutes": "validity", "typed": "to", "line_id": "line", "counted": "target"}
_ROW = ("id", "msisdn", "status", "parts", "price", "operator_id", "encoding", "error", "text")


def plan(*, key: ApiKey, fields: dict, now: datetime) -> Campaign:
    """A campaign in review: priced, its rows written, nothing charged.

    Raises Problem when it is refused or nobody is left to send to, and credit.pricing.NoTariff; the caller's
    transaction must then be rolled back, so that nothing of it is stored.
    """
    refuse_agreed(key, fields["to"])
    texts = fields["text"]
    many = isinstance(texts, list)
    try:
        campaign = quote(
            account=key.account,
            created_by=key.created_by,
            line=fields["line"],
            text="" if many else texts,
            texts=texts if many else None,
            recipients=fields["to"],
            kind=Campaign.Kind.API,
            message_class=CLASS_OF[fields["class"]],
            send_at=fields.get("send_at"),
            validity_minutes=fields.get("validity"),
            reference=fields["reference"],
            tags=fields["tags"],
            is_test=key.is_test,
            wire_text=fields.get("wire_text"),
            now=now,
        )
    except SendRefused as error:
        if error.code == "no_recipients":
            raise _nothing_to_send([_unreadable(raw) for raw in fields["to"]]) from error
        raise _refused(error) from error
    if campaign.state != Campaign.State.REVIEW:
        raise _nothing_to_send(list(rows(campaign, fields["to"], texts)))
    return campaign


@contextmanager
def refused_fields():
    """What messaging refuses, as a Problem that names the fields as the API does."""
    try:
        yield
    except SendRefused as error:
        raise _refused(error) from error


def _refused(error: SendRefused) -> Problem:
    field = _FIELDS.get(error.field, error.field)
    return Problem(Code.SEND_REFUSED, errors=[FieldError(field, error.code, error.message)])


def quoted(*, key: ApiKey, quote_id: int) -> Campaign:
    """The campaign of a quote that this account asked for and has not sent. Raises Problem. Locked."""
    campaign = (
        Campaign.objects.of(key.account)
        .select_for_update()
        .filter(pk=quote_id, kind=Campaign.Kind.API, is_test=key.is_test)
        .exclude(state=Campaign.State.FAILED)
        .first()
    )
    if campaign is None:
        error = FieldError("quote", FieldCode.NOT_FOUND, _("There is no such quote."))
        raise Problem(Code.VALIDATION_FAILED, errors=[error])
    if campaign.state == Campaign.State.DISCARDED:
        raise Problem(Code.QUOTE_EXPIRED)
    if campaign.state != Campaign.State.REVIEW:
        raise Problem(Code.QUOTE_USED)
    return campaign


def summary(campaign: Campaign) -> dict:
    """The figures that sends and quotes share."""
    return {
        "test": campaign.is_test,
        "state": campaign.state,
        "line": campaign.line.number,
        "class": CLASSES[MessageClass(campaign.message_class)],
        "send_at": moment(campaign.send_at),
        "validity": campaign.validity_minutes,
        "reference": campaign.reference,
        "tags": campaign.tags,
        "recipients": campaign.recipients,
        "parts": campaign.parts,
        "price": campaign.price,
        "currency": CURRENCY,
    }


def sent(campaign: Campaign, messages: Sequence[dict], *, balance: int) -> dict:
    """The answer of a send; ``balance`` is what is left, in rials."""
    return {
        "campaign": campaign.pk,
        **summary(campaign),
        "balance": balance,
        "messages": messages,
    }


def priced(campaign: Campaign, messages: Sequence[dict], *, balance: int) -> dict:
    """The answer of a quote; ``balance`` is what there is, in rials."""
    return {
        "quote": campaign.pk,
        "expires_at": moment(campaign.quote_expires_at),
        **summary(campaign),
        "balance": balance,
        "messages": messages,
    }


def rows(campaign: Campaign, recipients: Sequence[str], texts: str | Sequence[str]) -> Iterator[dict]:
    """One row for each recipient asked for, in that order: its message, or why it is skipped."""
    waiting = {(row["msisdn"], row["text"]): row for row in planned(campaign)}
    done = set()
    for place, raw in enumerate(recipients):
        number = normalise(raw)
        if number is None:
            yield _unreadable(raw)
            continue
        key = (number, texts[place] if isinstance(texts, list) else None)
        if key in done or key not in waiting:
            yield _skipped(e164(number), "duplicate")
            continue
        done.add(key)
        yield row_of(waiting[key])


def planned(campaign: Campaign) -> list[dict]:
    """The stored rows of a campaign of the web service, in the order of their ids."""
    if campaign.first_id is None:
        return []
    mine = Message.objects.filter(id__range=(campaign.first_id, campaign.last_id), campaign=campaign)
    return list(mine.order_by("id").values(*_ROW))


def row_of(row: dict) -> dict:
    """A stored row as the API shows it. One that was blocked in planning is skipped and costs nothing."""
    operator = operators().get(row["operator_id"])
    return {
        "id": row["id"],
        "to": e164(row["msisdn"]),
        "state": STATES[row["status"]],
        "skipped": row["error"] if STATES[row["status"]] == "blocked" else None,
        "parts": row["parts"],
        "price": row["price"],
        "operator": operator.code if operator else None,
        "encoding": ENCODINGS[row["encoding"]],
    }


def _skipped(to: str, reason: str) -> dict:
    return {
        "id": None,
        "to": to,
        "state": None,
        "skipped": reason,
        "parts": 0,
        "price": 0,
        "operator": None,
        "encoding": None,
    }


def _unreadable(raw: str) -> dict:
    return _skipped(raw, "invalid")


def _nothing_to_send(messages: list[dict]) -> Problem:
    for row in messages:
        row["id"] = None
    return Problem(Code.NOTHING_TO_SEND, more={"messages": messages})
