"""Rows and envelopes exactly as Kavenegar's clients decode them: numbers are integers, ``localid`` is text."""

import json
from datetime import datetime

from django.http import HttpResponse

from common.phones import national
from messaging.models import InboundMessage, Message
from messaging.selectors import message_text, national_recipient
from webservice.dialects.kavenegar.codes import FATE_WORDS, WORDS, Code, Fate, fate_of


def answer(entries, *, code: Code = Code.OK, words: str = "", metadata: dict | None = None) -> HttpResponse:
    """The envelope. The HTTP status is the code's."""
    document = {"return": {"status": int(code), "message": words or WORDS[code]}, "entries": entries}
    if metadata is not None:
        document["metadata"] = {name: str(value) for name, value in metadata.items()}
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(body, content_type="application/json; charset=utf-8", status=code.http_status)
    response["Content-Language"] = "fa"
    response["Cache-Control"] = "no-store"
    return response


def sent_row(message: Message) -> dict:
    """A message as every sending method shows it; ``cost`` is rials for the whole message."""
    return {
        "messageid": message.pk,
        "message": message_text(message),
        **fate_row(fate_of(message)),
        "sender": message.line.number,
        "receptor": national_recipient(message),
        "date": seconds(message.campaign.send_at or message.created_at),
        "cost": message.price,
    }


def status_row(message_id: int, fate: Fate) -> dict:
    return {"messageid": message_id, **fate_row(fate)}


def fate_row(fate: Fate) -> dict:
    return {"status": int(fate), "statustext": FATE_WORDS[fate]}


def received_row(message: InboundMessage) -> dict:
    """A received message; its sender as 09… where it is a mobile."""
    return {
        "messageid": message.pk,
        "message": message.text,
        "sender": national(message.msisdn) if message.msisdn else message.sender,
        "receptor": message.line.number if message.line else message.destination,
        "date": seconds(message.received_at),
    }


def seconds(at: datetime) -> int:
    """Unix time, whole seconds."""
    return int(at.timestamp())


def pages(total: int, page: int, size: int) -> dict:
    """``metadata`` of a paged method; ``answer`` makes its values text."""
    return {"totalcount": total, "currentpage": page, "totalpages": max(1, -(-total // size)), "pagesize": size}
