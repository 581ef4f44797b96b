"""Subscribers who leave or rejoin a line by a keyword (9.7): the phonebook keeps who, messaging hears and confirms."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from billing.services import InsufficientCredit
from credit.pricing import NoTariff
from messaging.models import Campaign, InboundMessage, MessageClass
from messaging.services import SendRefused, send
from phonebook.models import OptOutReply
from phonebook.opt_outs import Heard, hear

AT_ONCE = 100


def on_messages_received(sender, messages: Sequence[InboundMessage], **_) -> None:
    """The receiver of messaging.signals.messages_received: in the transaction that stores the messages."""
    heard = [
        Heard(message.account_id, message.line_id, message.msisdn, message.text)
        for message in messages
        if message.line_id and message.msisdn
    ]
    if heard:
        hear(heard, now=messages[0].received_at)


def send_confirmations(*, now: datetime) -> int:
    """Send what is owed to those who left or came back, each with its mark in one transaction: once, whatever is
    killed. Charged as usual; what cannot be sent is noted and not tried again. How many were settled."""
    settled = 0
    while settled < AT_ONCE and _send_next(now=now):
        settled += 1
    return settled


def _send_next(*, now: datetime) -> bool:
    with transaction.atomic():
        reply = (
            OptOutReply.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("account", "line")
            .filter(done_at=None)
            .order_by("id")
            .first()
        )
        if reply is None:
            return False
        try:
            campaign = send(
                account=reply.account,
                line=reply.line,
                text=reply.text,
                recipients=[reply.msisdn],
                kind=Campaign.Kind.REPLY,
                message_class=MessageClass.TRANSACTIONAL,
                confirms_opt_out=True,
                now=now,
            )
            reply.problem = "" if campaign.confirmed_at else str(campaign.summary)[:200]
        except (SendRefused, InsufficientCredit, NoTariff) as refusal:
            reply.problem = str(refusal)[:200]
        reply.done_at = now
        reply.save(update_fields=["done_at", "problem"])
    return True
