"""Keys stay out of the logs: Kavenegar's clients put them into the path, which Django logs with every refusal."""

import logging
import re

_IN_PATH = re.compile(r"(?<!/api)/v1/[^/\s]+/", re.IGNORECASE)
_SECRET = re.compile(r"\b(live|test)_[A-Za-z0-9_-]{20,}")


def mask_keys(text: str) -> str:
    """The text with every key as ``***``."""
    return _SECRET.sub(r"\1_***", _IN_PATH.sub("/v1/***/", text))


class MaskKeys(logging.Filter):
    """Stands on handlers after common.logs.MaskNumbers, which has put arguments into the message."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask_keys(record.getMessage()), None
        if record.exc_text:
            record.exc_text = mask_keys(record.exc_text)
        return True
