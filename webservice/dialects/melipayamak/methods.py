"""Melipayamak's methods. Each takes the key, the parameters and the time; it returns ``Value``, or that and rows."""

from datetime import datetime
from itertools import islice

from common.jalali import TEHRAN
from common.phones import national, normalise
from messaging.models import InboundMessage, Message, MessageClass, Template
from messaging.selectors import (
    SentFilter,
    inbox,
    line_for,
    lines_for,
    message_text,
    national_recipient,
    sent_messages,
    templates,
)
from messaging.services import SendRefused
from numbers.models import Line
from webservice.dialects.melipayamak.codes import Code, Fate, Refused, fate_of
from webservice.dialects.sending import (
    Wish,
    affordable,
    check_texts,
    dearest_part,
    line_of,
    messages_by_id,
    send_wishes,
)
from webservice.dialects.wire import Parameters, line_numbers, number, truth
from webservice.models import ApiKey

MOST_RECIPIENTS = 100
MOST_ROWS = 100
MOST_SKIPPED = 100_000
MOST_IDS = 100
BASE = 10**15  # clients know an id from a code by its length: 16 digits, while our ids stay below 8e15
INBOX, OUTBOX, BOTH = "1", "2", "-1"


def send(key: ApiKey, parameters: Parameters, now: datetime) -> str:
    """One text to at most 100; an id for each recipient, joined by commas."""
    items = parameters.items("to")
    if len(items) > MOST_RECIPIENTS:
        raise Refused(Code.VOLUME_LIMIT)
    numbers = [normalise(item) for item in items]
    text = parameters.text("text")
    is_flash = truth(parameters.text("isflash"), False)
    if not numbers or None in numbers or not text.strip() or is_flash is None:
        raise Refused(Code.INVALID_DATA)
    if is_flash:
        raise Refused(Code.NOT_SENT)  # shown at once and not kept: not offered
    written = parameters.text("from")
    line = line_of(key.account, written) if written else None
    if line is None:
        raise Refused(Code.BAD_SENDER)
    sent = send_wishes(key=key, wishes=[Wish(line, one, text) for one in numbers], now=now)
    return ",".join(rec_id(message.pk) for message in sent)


def send_by_base_number(key: ApiKey, parameters: Parameters, now: datetime) -> str:
    """An approved template with the values of ``text``, which semicolons part, to one number."""
    items = parameters.items("to")
    if len(items) > 1:
        raise Refused(Code.MORE_THAN_ONE_NUMBER)
    msisdn = normalise(items[0]) if items else None
    if msisdn is None:
        raise Refused(Code.INVALID_DATA)
    pk = number(parameters.text("bodyid"))
    found = templates(key.account).filter(pk=pk, state=Template.State.APPROVED).first() if pk else None
    if found is None:
        raise Refused(Code.NO_TEMPLATE)
    line = line_for(found)
    if line is None:
        raise Refused(Code.LINE_UNKNOWN)
    try:
        text = found.filled([value.strip() for value in ";".join(parameters.texts("text")).split(";")])
        check_texts([Wish(line, msisdn, text)])
    except (ValueError, SendRefused) as error:
        raise Refused(Code.TEXT_DOES_NOT_FIT) from error
    wish = Wish(line, msisdn, text)
    [message] = send_wishes(key=key, wishes=[wish], message_class=MessageClass.OTP, now=now)
    return rec_id(message.pk)


def deliveries(key: ApiKey, parameters: Parameters, now: datetime) -> str:
    """What became of a message; of several, joined by commas."""
    items = parameters.items("recid", "recids")
    if not 1 <= len(items) <= MOST_IDS:
        raise Refused(Code.INVALID_DATA)
    ids = [(number(item) or 0) - BASE for item in items]
    found = messages_by_id(key, [pk for pk in ids if pk > 0])
    return ",".join(str(int(fate_of(found[pk]) if pk in found else Fate.UNKNOWN)) for pk in ids)


def messages(key: ApiKey, parameters: Parameters, now: datetime) -> tuple[str, list[dict]]:
    """Rows of the inbox, the outbox or both, the newest first; ``index`` of them are skipped."""
    count, index = number(parameters.text("count") or "100"), number(parameters.text("index") or "0")
    location = parameters.word("location") or INBOX
    if count is None or not 1 <= count <= MOST_ROWS or index is None or index > MOST_SKIPPED:
        raise Refused(Code.INVALID_DATA)
    if location not in {INBOX, OUTBOX, BOTH}:
        raise Refused(Code.INVALID_DATA)
    line = _own_line(key, parameters.text("from"))
    needed = index + count
    rows: list[tuple[datetime, dict]] = []
    if location in {INBOX, BOTH}:
        rows += [(row.received_at, _received_row(row)) for row in inbox(key.account, line=line)[:needed]]
    if location in {OUTBOX, BOTH}:
        found = sent_messages(key.account, SentFilter(line=line, is_test=key.is_test))[:needed]
        rows += [(row.created_at, _sent_row(row)) for row in found]
    rows.sort(key=lambda row: row[0], reverse=True)
    return "", [row for _at, row in islice(rows, index, needed)]


def credit(key: ApiKey, parameters: Parameters, now: datetime) -> str:
    """Messages that the credit pays for: Persian, one part, at the dearest operator."""
    return str(affordable(key.account))


def base_price(key: ApiKey, parameters: Parameters, now: datetime) -> str:
    """Rials for one Persian part at the dearest operator."""
    return str(dearest_part(key.account))


def numbers(key: ApiKey, parameters: Parameters, now: datetime) -> tuple[str, list[dict]]:
    return "", [{"Number": line.number} for line in lines_for(key.account)]


def rec_id(message_id: int) -> str:
    return str(BASE + message_id)


def _own_line(key: ApiKey, written: str) -> Line | None:
    """The account's line that is asked for; None for every line."""
    if not written:
        return None
    line = Line.objects.of(key.account).filter(number__in=line_numbers(written)).first()
    if line is None:
        raise Refused(Code.BAD_SENDER)
    return line


def _received_row(row: InboundMessage) -> dict:
    sender = national(row.msisdn) if row.msisdn else row.sender
    return _row(row.pk, row.text, row.received_at, sender, row.destination, is_read=row.read_at is not None)


def _sent_row(row: Message) -> dict:
    to = national_recipient(row)
    at = row.submitted_at or row.created_at
    return _row(BASE + row.pk, message_text(row), at, row.line.number, to, is_read=True)


def _row(pk: int, body: str, at: datetime, sender: str, receiver: str, *, is_read: bool) -> dict:
    return {
        "MsgID": pk,
        "Body": body,
        "SendDate": at.astimezone(TEHRAN).strftime("%Y-%m-%dT%H:%M:%S"),
        "Sender": sender,
        "Receiver": receiver,
        "IsRead": is_read,
    }
