"""sms/send, sms/sendarray, sms/cancel, verify/lookup."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from messaging.models import Message, MessageClass, Template
from messaging.selectors import line_for, lines_for, templates
from messaging.services import cancel_messages
from numbers.models import Line
from webservice.dialects.kavenegar import local_ids
from webservice.dialects.kavenegar import parameters as read
from webservice.dialects.kavenegar.answers import sent_row, status_row
from webservice.dialects.kavenegar.codes import Code, Fate, Refused, fate_of
from webservice.dialects.sending import Wish, send_wishes, withdraw
from webservice.dialects.wire import Parameters, number
from webservice.models import ApiKey, DialectSettings

LOCAL_IDS = ("localmessageids", "localmessageid", "localid", "localids")
LONGEST_TOKEN = 100
SPACES_ALLOWED = {"token": 0, "token2": 0, "token3": 0, "token10": 5, "token20": 8}


def send(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    """One text to at most 200 receptors."""
    items = read.required_items(parameters, "receptor", most=read.MOST_RECEPTORS)
    if not parameters.text("message") and "message" not in parameters:
        raise Refused(Code.INCOMPLETE)
    text = read.check_message(parameters.text("message"))
    numbers = read.receptors(items)
    written = parameters.text("sender")
    line = read.sender(key, written) if written else default_line(key)
    read.check_kinds(parameters.items("type"))
    wishes = [Wish(line, number, text) for number in numbers]
    return [sent_row(message) for message in send_once(key, wishes, parameters, now)]


def send_array(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    """A receptor, a sender and a text for each message; rows in the order asked for."""
    items = read.required_items(parameters, "receptor", most=read.MOST_RECEPTORS)
    senders = read.required_items(parameters, "sender", most=read.MOST_RECEPTORS)
    texts = parameters.texts("message")
    if not texts:
        raise Refused(Code.INCOMPLETE)
    if not len(items) == len(senders) == len(texts):
        raise Refused(Code.LENGTHS_DIFFER)
    kinds = parameters.items("type")
    if len(kinds) not in {0, 1, len(items)}:
        raise Refused(Code.LENGTHS_DIFFER)
    read.check_kinds(kinds)
    for text in texts:
        read.check_message(text)
    lines = {written: read.sender(key, written) for written in dict.fromkeys(senders)}
    numbers = read.receptors(items)
    wishes = [Wish(lines[sender], n, text) for sender, n, text in zip(senders, numbers, texts, strict=True)]
    return [sent_row(message) for message in send_once(key, wishes, parameters, now)]


def send_once(key: ApiKey, wishes: Sequence[Wish], parameters: Parameters, now: datetime) -> list[Message]:
    """The message of each wish; one whose local id was seen before is the old message, and nothing is sent for it."""
    send_at = read.send_time(parameters, now)
    tags = read.tags(parameters)
    ids = parameters.items(*LOCAL_IDS)
    if ids and len(ids) != len(wishes):
        raise Refused(Code.LENGTHS_DIFFER)
    if any(number(local_id) is None for local_id in ids):
        raise Refused(Code.INCOMPLETE, "localid باید عدد باشد")
    with transaction.atomic():
        known = local_ids.claim(key, ids, now)
        fresh = [place for place in range(len(wishes)) if not ids or ids[place] not in known]
        if len(set(ids)) != len(ids):
            fresh = _first_of_each(fresh, ids)
        sent = {}
        if fresh:
            chosen = [wishes[place] for place in fresh]
            messages = send_wishes(key=key, wishes=chosen, send_at=send_at, tags=tags, now=now)
            messages = held_back(key, messages, now)
            sent = dict(zip(fresh, messages, strict=True))
        if ids:
            local_ids.settle(key, {ids[place]: message.pk for place, message in sent.items()})
            by_id = known | {ids[place]: message for place, message in sent.items()}
            return [by_id[local_id] for local_id in ids]
    return [sent[place] for place in range(len(wishes))]


def _first_of_each(places: list[int], ids: list[str]) -> list[int]:
    seen: set[str] = set()
    return [place for place in places if not (ids[place] in seen or seen.add(ids[place]))]


def held_back(key: ApiKey, messages: list[Message], now: datetime) -> list[Message]:
    """With debugmode on, what was just accepted is cancelled again."""
    if not DialectSettings.objects.of(key.account).filter(is_debugging=True).exists():
        return messages
    withdraw(messages, now=now)
    return messages


def default_line(key: ApiKey) -> Line:
    """The line chosen by account/config while it may be sent from, else the account's first."""
    usable = lines_for(key.account)
    chosen = DialectSettings.objects.of(key.account).values_list("default_line", flat=True).first()
    line = (chosen and usable.filter(pk=chosen).first()) or usable.first()
    if line is None:
        raise Refused(Code.BAD_SENDER)
    return line


def cancel(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    """Messages that wait for their time are cancelled and paid back; others come as they stand."""
    ids = read.message_ids(parameters)
    mine = read.messages(key, ids)
    cancel_messages(account=key.account, ids=mine, by=key.created_by, now=now, only_scheduled=True)
    found = read.messages(key, ids)
    return [status_row(pk, fate_of(found[pk]) if pk in found else Fate.UNKNOWN_ID) for pk in ids]


def lookup(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    """An approved template filled in, as a one-time password goes out: before everything else."""
    items = parameters.items("receptor")
    if not items:
        read.required(parameters, "receptor")
    if len(items) != 1:
        raise Refused(Code.BAD_RECEPTOR)
    read.required(parameters, "token")
    template = _template(key, read.required(parameters, "template"))
    tokens = _tokens(parameters)
    numbers = read.receptors(items)
    if parameters.word("type") == "call":
        raise Refused(Code.NO_CALL)
    if parameters.word("type") not in {"", "sms"}:
        raise Refused(Code.INCOMPLETE)
    text = _filled(template, tokens)
    line = line_for(template)
    if line is None:
        raise Refused(Code.BAD_SENDER)
    wish = Wish(line, numbers[0], read.check_message(text))
    with transaction.atomic():
        messages = send_wishes(
            key=key, wishes=[wish], message_class=MessageClass.OTP, tags=read.tags(parameters), now=now
        )
        return [sent_row(message) for message in held_back(key, messages, now)]


def _template(key: ApiKey, name: str) -> Template:
    found = templates(key.account).filter(name__iexact=name.strip(), state=Template.State.APPROVED).first()
    if found is None:
        raise Refused(Code.NO_TEMPLATE)
    return found


def _tokens(parameters: Parameters) -> dict[str, str]:
    tokens = {name: parameters.text(name) for name in SPACES_ALLOWED}
    for name, value in tokens.items():
        if len(value) > LONGEST_TOKEN or not _is_well_formed(value, SPACES_ALLOWED[name]):
            raise Refused(Code.BAD_TOKEN)
    return {name: value for name, value in tokens.items() if value}


def _is_well_formed(token: str, spaces: int) -> bool:
    """A token is one word without underscore; token10 and token20 may hold some spaces, none other white space."""
    if spaces:
        return token.count(" ") <= spaces and not any(mark.isspace() for mark in token.replace(" ", ""))
    return not any(mark.isspace() or mark == "_" for mark in token)


def _filled(template: Template, tokens: dict[str, str]) -> str:
    places = template.places
    if "token" not in places:
        raise Refused(Code.TOKEN_NOT_IN_TEMPLATE)
    if any(place not in tokens for place in places):
        raise Refused(Code.INCOMPLETE)
    return template.filled(tokens)
