"""The words of the native API for the statuses, classes and encodings that the models number."""

from datetime import UTC, datetime

from messaging.models import Encoding, MessageClass, Status

STATES = {status: status.name.lower() for status in Status}
STATUS_OF = {name: status for status, name in STATES.items() if status != Status.DRAFT}  # nothing is sent as a draft
CLASSES = {message_class: message_class.name.lower() for message_class in MessageClass}
CLASS_OF = {name: message_class for message_class, name in CLASSES.items()}
ENCODINGS = {Encoding.GSM7: "gsm7", Encoding.UCS2: "ucs2"}
CURRENCY = "IRR"


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the millisecond."""
    return at and at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
