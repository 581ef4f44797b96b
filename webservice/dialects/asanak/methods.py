"""Asanak's methods. Each takes the key, the parameters and the time, and returns ``data``."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from billing.selectors import spendable
from common.jalali import TEHRAN
from common.phones import normalise
from messaging.models import Message, MessageClass, Status, Template
from messaging.selectors import line_for, templates
from numbers.models import Line
from phonebook.selectors import blocked
from webservice.dialects.asanak.codes import Code, Fate, Refused, fate_of
from webservice.dialects.sending import Wish, affordable, line_of, messages_by_id, send_wishes
from webservice.dialects.wire import Parameters, as_text, listed, number, structure, truth
from webservice.models import ApiKey

MOST_DESTINATIONS = 1000
MOST_IDS = 1000
SPELLINGS = ("send_to_black_list", "send_to_blacklist")
NOT_YET = "0000-00-00 00:00:00"
STATE_WORDS = {
    Template.State.PENDING: "pending",
    Template.State.APPROVED: "approved",
    Template.State.REFUSED: "rejected",
}


def send_sms(key: ApiKey, parameters: Parameters, now: datetime) -> list[int]:
    """One text to one or many; ids in the order of the destinations."""
    line = _source(key, parameters.text("source"))
    numbers = _destinations(parameters.items("destination"))
    _check_blacklist(parameters, line, numbers)
    text = parameters.text("message")
    if not text.strip():
        raise Refused(Code.INVALID, "متن پیام خالی است")
    return _send(key, [Wish(line, one, text) for one in numbers], now)


def send_p2p(key: ApiKey, parameters: Parameters, now: datetime) -> list[int]:
    """Rows of {source, destination, message}; all of them or none."""
    rows = [item for value in parameters.raw("data") for item in (listed(value) or [])]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise Refused(Code.INVALID)
    if len(rows) > MOST_DESTINATIONS:
        raise Refused(Code.INVALID, f"هر درخواست حداکثر {MOST_DESTINATIONS} پیام دارد")
    given = [Parameters({name.lower(): [value] for name, value in row.items()}) for row in rows]
    lines = {row.text("source"): None for row in given}
    lines = {source: _source(key, source) for source in lines}
    written = [row.text("destination") for row in given]
    numbers = _destinations(written)
    texts = [row.text("message") for row in given]
    if not all(text.strip() for text in texts):
        raise Refused(Code.INVALID, "متن پیام خالی است")
    wishes = []
    for row, msisdn, text in zip(given, numbers, texts, strict=True):
        line = lines[row.text("source")]
        _check_blacklist(row, line, [msisdn])
        wishes.append(Wish(line, msisdn, text))
    return _send(key, wishes, now)


def send_template(key: ApiKey, parameters: Parameters, now: datetime) -> list[int]:
    """An approved template, filled in, from the template's own line."""
    template = _template(key, parameters.text("template_id"))
    line = line_for(template)
    if line is None:
        raise Refused(Code.SOURCE)
    numbers = _destinations(parameters.items("destination"))
    _check_blacklist(parameters, line, numbers)
    text = _filled(template, parameters.raw("parameters"))
    return _send(key, [Wish(line, one, text) for one in numbers], now, MessageClass.OTP)


def message_status(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    """A row for each id asked for, in that order."""
    asked = parameters.items("msgid")
    if not asked:
        raise Refused(Code.INVALID, "شناسهٔ پیام (msgid) داده نشده است")
    if len(asked) > MOST_IDS:
        raise Refused(Code.INVALID, f"هر درخواست حداکثر {MOST_IDS} شناسه دارد")
    ids = [number(one) for one in asked]
    found = messages_by_id(key, [pk for pk in ids if pk])
    return [_status_row(one, pk, found.get(pk)) for one, pk in zip(asked, ids, strict=True)]


def credit(key: ApiKey, parameters: Parameters, now: datetime) -> dict:
    """Messages that the credit pays for: Persian, one part, at the dearest operator."""
    return {"credit": affordable(key.account)}


def rial_credit(key: ApiKey, parameters: Parameters, now: datetime) -> dict:
    return {"credit": spendable(key.account)}


def template_list(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    return [
        {
            "template_id": row.pk,
            "title": row.name,
            "text": row.text,
            "parameters": row.places,
            "status": STATE_WORDS[Template.State(row.state)],
        }
        for row in templates(key.account)
    ]


def _send(key: ApiKey, wishes: Sequence[Wish], now: datetime, message_class: MessageClass | None = None) -> list[int]:
    sent = send_wishes(key=key, wishes=wishes, message_class=message_class, now=now)
    return [message.pk for message in sent]


def _source(key: ApiKey, written: str) -> Line:
    line = line_of(key.account, written) if written else None
    if line is None:
        raise Refused(Code.SOURCE)
    return line


def _destinations(items: list[str]) -> list[int]:
    """Every destination's number, or a refusal that lists those that are none."""
    numbers = [normalise(item) for item in items]
    wrong = [item for item, found in zip(items, numbers, strict=True) if found is None]
    if wrong or not numbers:
        raise Refused(Code.DESTINATION, invalids=wrong)
    if len(numbers) > MOST_DESTINATIONS:
        raise Refused(Code.DESTINATION, f"هر درخواست حداکثر {MOST_DESTINATIONS} گیرنده دارد")
    return numbers


def _check_blacklist(parameters: Parameters, line: Line, numbers: list[int]) -> None:
    """``send_to_blacklist`` 0: nothing to those on the operators' list, from a service line either (from an advertising
    line they are never sent to). They are refused like destinations that are no numbers."""
    given = [value for name in SPELLINGS for value in parameters.raw(name)]
    wanted = truth(given[0] if given else None, True)
    if wanted is None:
        raise Refused(Code.INVALID, "send_to_blacklist باید 0 یا 1 باشد")
    if wanted or line.kind == Line.Kind.ADVERTISING:
        return
    refused = np.array(numbers)[blocked(np.array(numbers, np.int64))].tolist()
    if refused:
        raise Refused(Code.DESTINATION, invalids=[f"0{one - 980_000_000_000}" for one in refused])


def _template(key: ApiKey, written: str) -> Template:
    pk = number(written)
    if pk is None:
        raise Refused(Code.INVALID, "template_id باید عدد باشد")
    found = templates(key.account).filter(pk=pk, state=Template.State.APPROVED).first()
    if found is None:
        raise Refused(Code.TEMPLATE)
    return found


def _filled(template: Template, given: list) -> str:
    """``parameters`` is an object by name or a list by place; JSON, or JSON text in a form."""
    values = structure(given[0]) if given else {}
    if isinstance(values, list):
        values = [as_text(value) for value in values]
    elif isinstance(values, dict):
        values = {name: as_text(value) for name, value in values.items()}
    else:
        raise Refused(Code.INVALID, "parameters باید شیء یا فهرست باشد")
    try:
        return template.filled(values)
    except (KeyError, ValueError) as error:
        raise Refused(Code.INVALID, "مقدار همهٔ پارامترهای قالب داده نشده است") from error


def _status_row(asked: str, pk: int | None, message: Message | None) -> dict:
    if message is None:
        fate = Fate.NO_SUCH_ID if pk is None else Fate.NOT_FOUND
        return {"MsgID": asked, "Status": str(int(fate)), "SendTime": NOT_YET, "DeliverTime": NOT_YET}
    delivered = message.final_at if message.status == Status.DELIVERED else None
    return {
        "MsgID": asked,
        "Status": str(int(fate_of(message))),
        "SendTime": _clock(message.submitted_at or message.created_at),
        "DeliverTime": _clock(delivered),
    }


def _clock(at: datetime | None) -> str:
    return at.astimezone(TEHRAN).strftime("%Y-%m-%d %H:%M:%S") if at else NOT_YET
