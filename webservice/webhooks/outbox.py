"""Receivers of the lower apps' signals: they write events down in the transaction of the fact, and do nothing else."""

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from messaging.models import Campaign, InboundMessage, Status
from messaging.signals import StatusMove
from webservice.v1.words import moment
from webservice.webhooks.listening import listening_accounts
from webservice.webhooks.models import EventType, Outgoing

# Sends of one message are told by their message.status alone.
_TOLD_CAMPAIGNS = {Campaign.Kind.SIMPLE, Campaign.Kind.ADVANCED, Campaign.Kind.BULK}

_STATUSES = f"""
INSERT INTO webservice_outgoing (account_id, type, subject, data, at)
SELECT m.account_id, '{EventType.MESSAGE_STATUS}', m.id, jsonb_build_object('status', n.status, 'error', m.error),
       COALESCE(CASE WHEN n.status >= {Status.DELIVERED:d} THEN m.final_at ELSE m.submitted_at END, %s)
FROM unnest(%s::bigint[], %s::smallint[]) AS n(id, status) JOIN messaging_message m USING (id)
ORDER BY m.id
"""  # noqa: S608 - words of our own enums


def statuses_moved(sender, moves: Sequence[StatusMove], **kwargs) -> None:
    """message.status: one statement for thousands of messages."""
    listening = listening_accounts()
    told = [move for move in moves if move.account_id in listening and move.status != Status.SUBMITTING]
    if not told:
        return
    ids = [message_id for move in told for message_id in move.message_ids]
    statuses = [int(move.status) for move in told for _ in move.message_ids]
    with connection.cursor() as cursor:
        cursor.execute(_STATUSES, [timezone.now(), ids, statuses])


def messages_received(sender, messages: Sequence[InboundMessage], **kwargs) -> None:
    """message.received, for lines of accounts."""
    listening = listening_accounts()
    Outgoing.objects.bulk_create(
        Outgoing(
            account_id=message.account_id,
            type=EventType.MESSAGE_RECEIVED,
            at=message.received_at,
            data={
                "received": message.pk,
                "from": f"+{message.msisdn}" if message.msisdn else message.sender,
                "line": message.line.number if message.line else message.destination,
                "text": message.text,
                "received_at": moment(message.received_at),
            },
        )
        for message in messages
        if message.account_id in listening
    )


def campaign_finished(sender, campaign: Campaign, **kwargs) -> None:
    """campaign.finished: handed over to the operators; receipts may still come."""
    is_told = campaign.kind in _TOLD_CAMPAIGNS or (campaign.kind == Campaign.Kind.API and campaign.recipients > 1)
    if is_told and campaign.account_id in listening_accounts():
        _write(
            campaign.account_id,
            EventType.CAMPAIGN_FINISHED,
            {
                "campaign": campaign.pk,
                "title": campaign.title,
                "line": campaign.line.number,
                "reference": campaign.reference,
                "tags": campaign.tags,
                "recipients": campaign.recipients,
                "parts": campaign.parts,
                "price": campaign.price,
                "finished_at": moment(campaign.finished_at),
            },
        )


def credit_low(sender, account_id: int, balance: int, threshold: int, **kwargs) -> None:
    """credit.low: the balance fell below the threshold that the account chose."""
    if account_id in listening_accounts():
        _write(account_id, EventType.CREDIT_LOW, {"balance": balance, "threshold": threshold})


def invoice_paid(sender, invoice, **kwargs) -> None:
    """invoice.paid."""
    if invoice.account_id in listening_accounts():
        data = {"invoice": invoice.pk, "number": invoice.number, "net": invoice.net, "vat": invoice.vat}
        data |= {"total": invoice.total, "issued_at": moment(invoice.issued_at)}
        _write(invoice.account_id, EventType.INVOICE_PAID, data)


def _write(account_id: int, kind: EventType, data: dict) -> None:
    Outgoing.objects.create(account_id=account_id, type=kind, data=data, at=timezone.now())
