"""Personal data stays out of the logs: the mobile numbers in every record are masked."""

import logging
import re
import traceback

from common.phones import mask, normalise

_MOBILE = re.compile(r"(?<!\d)(?<!\d\.)(?:(?:\+|00|0)?[9۹٩][8۸٨][ -]?)?[0۰٠]?[9۹٩]\d{2}[ -]?\d{3}[ -]?\d{4}(?!\d)")


def mask_numbers(text: str) -> str:
    """The text with each Iranian mobile number as 0912***4567."""
    return _MOBILE.sub(_masked, text)


def _masked(found: re.Match) -> str:
    number = normalise(found[0])
    return found[0] if number is None else mask(number)


class MaskNumbers(logging.Filter):
    """Masks message, arguments and traceback. Sits on handlers, so that no logger slips past it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask_numbers(_message(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        if record.exc_text:
            record.exc_text = mask_numbers(record.exc_text)
        if record.stack_info:
            record.stack_info = mask_numbers(record.stack_info)
        return True


def _message(record: logging.LogRecord) -> str:
    """A record whose arguments do not fit is still a record: logging alone would print them bare to stderr."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args!r}"
