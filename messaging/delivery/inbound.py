"""Subscribers' messages: stored once before they are acknowledged, parts joined in whatever order (4.1, 4.5)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.dispatch import Signal

from common.phones import normalise, normalise_line
from common.text import DefaultAlphabet, decode
from messaging.models import InboundMessage, InboundPart
from messaging.smpp.bind import Delivery
from numbers.models import Line

message_received = Signal()
"""Sent after the commit with ``message`` (an InboundMessage, whole) for every message that reached a line."""

REPEATED_WITHIN = timedelta(hours=1)
JOINED_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Part:
    digest: str
    sender: str
    destination: str
    text: str
    reference: int | None
    total: int
    sequence: int


def store(gateway_id: int, deliveries: Sequence[Delivery], *, now: datetime) -> list[int]:
    """Store what subscribers sent, in the caller's transaction; ids of the parts, to be marked by ``acknowledged``.

    One whose acknowledgement the operator did not see comes again and is recognised, not stored twice.
    """
    ids = []
    for delivery in deliveries:
        part = _read(delivery)
        known = InboundPart.objects.filter(
            gateway_id=gateway_id,
            digest=part.digest,
            acknowledged_at__isnull=True,
            received_at__gt=now - REPEATED_WITHIN,
        ).first()
        if known is None:
            known = InboundPart.objects.create(
                gateway_id=gateway_id,
                received_at=now,
                **{name: getattr(part, name) for name in _Part.__slots__},
            )
            _join(known, now=now)
        ids.append(known.pk)
    return ids


def acknowledged(part_ids: Sequence[int], *, now: datetime) -> None:
    """The operator was told that these are safe, so the same octets again are a new message."""
    InboundPart.objects.filter(pk__in=part_ids).update(acknowledged_at=now)


def _read(delivery: Delivery) -> _Part:
    sm = delivery.sm
    decoded = decode(sm.message, sm.data_coding, bool(sm.esm_class & 0x40), default_alphabet=DefaultAlphabet.GSM7)
    reference, total, sequence = decoded.reference, decoded.total, decoded.sequence
    return _Part(
        digest=hashlib.sha256(delivery.body).hexdigest(),
        sender=sm.source[:21],
        destination=sm.destination[:21],
        text=decoded.text.replace("\x00", ""),
        reference=reference,
        total=max(total or 1, 1),
        sequence=max(sequence or 1, 1),
    )


def _join(part: InboundPart, *, now: datetime) -> None:
    """Make a message of this part, or of it and its siblings once all are there."""
    if part.total <= 1:
        _receive([part], now=now)
        return
    siblings = (
        InboundPart.objects.select_for_update()
        .filter(
            gateway_id=part.gateway_id,
            sender=part.sender,
            destination=part.destination,
            reference=part.reference,
            total=part.total,
            message__isnull=True,
            received_at__gt=now - JOINED_WITHIN,
        )
        .order_by("id")
    )
    by_sequence = {sibling.sequence: sibling for sibling in siblings}
    if len(by_sequence) == part.total:
        _receive([by_sequence[sequence] for sequence in sorted(by_sequence)], now=now)


def _receive(parts: list[InboundPart], *, now: datetime) -> None:
    first = parts[0]
    number = normalise_line(first.destination) or first.destination
    line = Line.objects.filter(number__in=[number, number.removeprefix("98")]).order_by("-number").first()
    message = InboundMessage.objects.create(
        account_id=line.account_id if line else None,
        line=line,
        gateway_id=first.gateway_id,
        sender=first.sender,
        msisdn=normalise(first.sender),
        destination=first.destination,
        text="".join(part.text for part in parts),
        received_at=now,
    )
    InboundPart.objects.filter(pk__in=[part.pk for part in parts]).update(message=message)
    transaction.on_commit(lambda: message_received.send(sender=InboundMessage, message=message))
