"""The boxes as tables for files: the same columns whether a page hands them out or the background makes them (8.1)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Account
from common import showing
from common.phones import national
from messaging.errors import describe
from messaging.models import InboundMessage, Message
from messaging.selectors import message_text, names_of, national_recipient


def sent_header() -> list[str]:
    header = [_("Recipient"), _("Text"), _("Line"), _("Status"), _("Error"), _("Sent"), _("Final"), _("Parts")]
    return [*header, _("Price (rials)"), _("Returned (rials)")]


def sent_rows(messages: Iterable[Message]) -> Iterator[list]:
    """A row for each message, which comes with campaign and line; numbers of the bank are concealed (3)."""
    for message in messages:
        yield [
            national_recipient(message),
            message_text(message),
            message.line.number,
            message.get_status_display(),
            describe(message.error),
            written(message.submitted_at),
            written(message.final_at),
            message.parts,
            message.price,
            message.returned,
        ]


def received_header() -> list[str]:
    return [_("Sender"), _("Name"), _("Line"), _("Text"), _("Received"), _("Read"), _("Missing parts")]


def received_rows(account: Account, messages: list[InboundMessage]) -> Iterator[list]:
    """A row for each message, which comes with its line; one query for the names of all."""
    names = names_of(account, (message.msisdn for message in messages))
    for message in messages:
        yield [
            national(message.msisdn) if message.msisdn else message.sender,
            names.get(message.msisdn, ""),
            message.destination,
            message.text,
            written(message.received_at),
            written(message.read_at),
            message.missing_parts or "",
        ]


def written(moment: datetime | None) -> str:
    """A moment as the reader's calendar has it; nothing for none."""
    return f"{showing.day(moment)} {showing.clock(moment)}" if moment else ""
