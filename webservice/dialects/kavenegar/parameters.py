"""Kavenegar's parameters, read and checked. Everything here raises Refused."""

from datetime import UTC, datetime, timedelta

from common.phones import normalise
from common.text.folding import clean
from messaging.models import Message
from numbers.models import Line
from webservice.dialects.kavenegar.codes import Code, Refused
from webservice.dialects.sending import line_of, messages_by_id
from webservice.dialects.wire import Parameters, line_numbers, number
from webservice.models import ApiKey

MOST_RECEPTORS = 200
MOST_IDS = 500
LONGEST_MESSAGE = 900
LONGEST_TAG = 40

_LAST_SECOND = 253_402_300_799  # the last of the year 9999


def required(parameters: Parameters, *names: str) -> str:
    """The text of a parameter: 400 where it was not sent, 406 where it is empty."""
    value = parameters.text(*names)
    if value.strip():
        return value
    raise Refused(Code.EMPTY_PARAMETER if any(name in parameters for name in names) else Code.INCOMPLETE)


def required_items(parameters: Parameters, *names: str, most: int) -> list[str]:
    items = parameters.items(*names)
    if not items:
        raise Refused(Code.EMPTY_PARAMETER if any(name in parameters for name in names) else Code.INCOMPLETE)
    if len(items) > most:
        raise Refused(Code.TOO_MANY)
    return items


def receptors(items: list[str]) -> list[int]:
    """Mobile numbers; one that is none refuses the whole request."""
    numbers = [normalise(item) for item in items]
    if None in numbers:
        raise Refused(Code.BAD_RECEPTOR)
    return numbers


def check_message(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_MESSAGE:
        raise Refused(Code.BAD_MESSAGE)
    return text


def sender(key: ApiKey, written: str) -> Line:
    line = line_of(key.account, written)
    if line is None:
        raise Refused(Code.BAD_SENDER)
    return line


def own_line(key: ApiKey, written: str) -> Line:
    """A line of the account itself, whatever its state: what was received on it stays readable."""
    likeliest = line_numbers(written)
    lines = {line.number: line for line in Line.objects.of(key.account).filter(number__in=likeliest)}
    line = next((lines[one] for one in likeliest if one in lines), None)
    if line is None:
        raise Refused(Code.BAD_SENDER)
    return line


def check_kinds(items: list[str]) -> None:
    """``type``: 1–3 say where the handset keeps a message. 0, shown at once and not kept, is not offered."""
    for item in items:
        if item == "0":
            raise Refused(Code.FAILED, "ارسال پیام فلش (type=0) ارائه نمی‌شود")
        if item not in {"1", "2", "3"}:
            raise Refused(Code.INCOMPLETE)


def send_time(parameters: Parameters, now: datetime) -> datetime | None:
    """``date``: absent and 0 mean now; a past time is refused."""
    at = moment(parameters.text("date"))
    if at is not None and at <= now:
        raise Refused(Code.BAD_DATE)
    return at


def moment(written: str) -> datetime | None:
    """Unix seconds; None for absent and 0."""
    if written.strip() in {"", "0"}:
        return None
    seconds = number(written)
    if seconds is None or seconds > _LAST_SECOND:
        raise Refused(Code.BAD_DATE)
    return datetime.fromtimestamp(seconds, UTC)


def period(
    parameters: Parameters, now: datetime, *, longest: timedelta, oldest: timedelta | None = None
) -> tuple[datetime, datetime]:
    """``startdate`` and ``enddate``; an end that is absent, 0 or absurdly far is now."""
    begin = moment(required(parameters, "startdate"))
    written = parameters.text("enddate", "endate").strip()
    seconds = number(written)
    is_now = written in {"", "0"} or (seconds is None and written.lstrip("-").isdecimal())
    end = now if is_now or (seconds or 0) > _LAST_SECOND else moment(written)
    end = min(end, now)
    if begin is None or end < begin or end - begin > longest:
        raise Refused(Code.BAD_DATE)
    if oldest is not None and now - begin > oldest:
        raise Refused(Code.BAD_DATE)
    return begin, end


def tags(parameters: Parameters) -> list[str]:
    tag = clean(parameters.text("tag")).strip()
    if len(tag) > LONGEST_TAG:
        raise Refused(Code.BAD_TAG)
    return [tag] if tag else []


def message_ids(parameters: Parameters) -> list[int]:
    """``messageid``, at most 500. What is no number is the id of no message."""
    items = required_items(parameters, "messageid", most=MOST_IDS)
    return [number(item) or 0 for item in items]


def messages(key: ApiKey, ids: list[int]) -> dict[int, Message]:
    return messages_by_id(key, ids)


def whole(parameters: Parameters, name: str, default: int) -> int:
    """A whole number; ``default`` where it is absent."""
    written = parameters.word(name)
    return whole_of(written) if written else default


def whole_of(written: str) -> int:
    value = number(written)
    if value is None:
        raise Refused(Code.INCOMPLETE)
    return value
