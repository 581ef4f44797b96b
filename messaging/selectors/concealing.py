"""Numbers of the bank are never shown to a business (3): not on pages, in files, or in the web service."""

from django.db.models import Q

from common.phones import conceal, e164, national
from common.showing import phone
from messaging.models import Campaign, Message

# Searching by number leaves these out too: whoever may ask "is it this one?" finds the number digit by digit.
OPEN_TO_SEARCH = ~Q(campaign__kind=Campaign.Kind.BULK)


def is_concealed(message: Message) -> bool:
    """Whether the account may not know whom this message, which comes with its campaign, went to."""
    return message.campaign.kind == Campaign.Kind.BULK


def shown_recipient(message: Message) -> str:
    """0912 123 4567; of a number of the bank, its prefix alone."""
    return conceal(message.msisdn) if is_concealed(message) else phone(message.msisdn)


def national_recipient(message: Message) -> str:
    """09121234567 for programs and files; of a number of the bank, 0912*******."""
    return f"{national(message.msisdn)[:4]}*******" if is_concealed(message) else national(message.msisdn)


def recipient_code(message: Message) -> str:
    """+989121234567 as the web service writes it; of a number of the bank, +98912*******."""
    return f"{e164(message.msisdn)[:6]}*******" if is_concealed(message) else e164(message.msisdn)
