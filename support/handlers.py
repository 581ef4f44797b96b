"""Who answers a notice gets one explanation a day (SUP-5.2)."""

from django.conf import settings
from django.dispatch import receiver
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.jalali import in_tehran
from common.notify import notify
from messaging.models import InboundMessage
from messaging.signals import messages_received


@receiver(messages_received, dispatch_uid="support.notices-are-not-read")
def explain(sender, messages, **kwargs) -> None:
    """Nobody reads what comes in on the line of the notices."""
    for message in messages:
        if message.line is not None and message.line.carries_notices and message.msisdn is not None:
            _explain_to(message)


def _explain_to(message: InboundMessage) -> None:
    with override(settings.LANGUAGE_CODE):
        text = _("Messages to this number are not read. Please write to support in the panel: %(link)s")
        text %= {"link": settings.PUBLIC_URL}
    key = f"notice.reply:{message.msisdn}:{in_tehran(message.received_at).date()}"
    notify(kind="notice.reply", key=key, subject="", text=text, mobile=message.msisdn)
