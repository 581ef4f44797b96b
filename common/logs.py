"""Personal data stays out of the logs: mobile numbers and the contents of rows are masked in every record."""

import json
import logging
import os
import re
import traceback
from datetime import UTC, datetime

from common.context import FIELDS, known
from common.phones import mask, normalise

_MOBILE = re.compile(r"(?<!\d)(?<!\d\.)(?:(?:\+|00|0)?[9۹٩][8۸٨][ -]?)?[0۰٠]?[9۹٩]\d{2}[ -]?\d{3}[ -]?\d{4}(?!\d)")


# What PostgreSQL tells of a row that it refuses, which may be anybody's text or number.
_ROWS = re.compile(r"(Failing row contains|Key \([^)]*\)=|parameter \$\d+ =|COPY \w+, line \d+(?:, column \w+)?:?).*")


def mask_rows(text: str) -> str:
    """The text without the contents of rows that the database quotes in its errors."""
    return _ROWS.sub(r"\1 ***", text)


def mask_numbers(text: str) -> str:
    """The text with each Iranian mobile number as 0912***4567."""
    return _MOBILE.sub(_masked, text)


def _masked(found: re.Match) -> str:
    number = normalise(found[0])
    return found[0] if number is None else mask(number)


class MaskNumbers(logging.Filter):
    """Masks message, arguments and traceback. Sits on handlers, so that no logger slips past it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _masked_all(_message(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        if record.exc_text:
            record.exc_text = _masked_all(record.exc_text)
        if record.stack_info:
            record.stack_info = _masked_all(record.stack_info)
        return True


def _masked_all(text: str) -> str:
    return mask_numbers(mask_rows(text))


def _message(record: logging.LogRecord) -> str:
    """A record whose arguments do not fit is still a record: logging alone would print them bare to stderr."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args!r}"


class JsonLines(logging.Formatter):
    """A record as one line of JSON (LOG_FORMAT=json): time (RFC 3339, UTC), level, logger, message, process, and what
    is known of its subject: request_id, account, campaign, gateway, bind. A traceback is ``exception``."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": os.environ.get("PROCESS_NAME") or f"pid {record.process}",
        }
        subject = known() or getattr(getattr(record, "request", None), "log_subject", {})
        line |= {name: subject[name] for name in FIELDS if name in subject}
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["exception"] = record.exc_text
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line, ensure_ascii=False, default=str)
