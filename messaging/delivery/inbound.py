"""Subscribers' messages: stored once before they are acknowledged, parts joined in whatever order (4.1, 4.5)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from common.bulk import copy_in, new_keys
from common.phones import normalise, normalise_line
from common.text import Decoded, DefaultAlphabet, decode
from messaging.delivery import joining
from messaging.models import InboundMessage, InboundPart
from messaging.signals import messages_received
from messaging.smpp.bind import Delivery
from messaging.smpp.pdu import ShortMessage, Tag
from numbers.models import Line

REPEATED_WITHIN = timedelta(hours=1)


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

    One whose acknowledgement the operator did not see comes again and is recognised, not stored twice. However many
    come at once, they take the same few statements; only a long message's last part takes some of its own.
    """
    if not deliveries:
        return []
    parts = {part.digest: part for part in map(_read, deliveries)}
    known = _known(gateway_id, parts, now=now)
    rows = [
        InboundPart(gateway_id=gateway_id, received_at=now, **{name: getattr(part, name) for name in _Part.__slots__})
        for digest, part in parts.items()
        if digest not in known
    ]
    long_ones = [row for row in rows if row.total > 1]
    InboundPart.objects.bulk_create(long_ones)
    last_of = {joining.key_of(row): row for row in long_ones}
    _take_turns(last_of)
    whole = [joined for row in rows if (joined := _joined(row, last_of, now=now))]
    _receive(whole, now=now)
    short_ones = [row for row in rows if row.total <= 1]
    for row, key in zip(short_ones, new_keys(InboundPart, len(short_ones)), strict=True):
        row.pk = key
    copy_in(short_ones)
    return [*known.values(), *(row.pk for row in rows)]


def acknowledged(part_ids: Sequence[int], *, now: datetime) -> None:
    """The operator was told that these are safe, so the same octets again are a new message."""
    InboundPart.objects.filter(pk__in=part_ids).update(acknowledged_at=now)


def _read(delivery: Delivery) -> _Part:
    sm = delivery.sm
    has_header = bool(sm.esm_class & 0x40)
    decoded = decode(sm.message, sm.data_coding, has_header, default_alphabet=DefaultAlphabet.GSM7, keeps_halves=True)
    reference, total, sequence = _place_of(sm, decoded)
    return _Part(
        digest=hashlib.sha256(delivery.body).hexdigest(),
        sender=sm.source[:21],
        destination=sm.destination[:21],
        text=decoded.text.replace("\x00", ""),
        reference=reference,
        total=max(total or 1, 1),
        sequence=max(sequence or 1, 1),
    )


def _place_of(sm: ShortMessage, decoded: Decoded) -> tuple[int | None, int, int]:
    """(reference, total, sequence): of the user data header, else of the sar_ parameters (5.3.2.22 to 5.3.2.24)."""
    sar = [sm.tlvs.get(tag, b"") for tag in (Tag.SAR_MSG_REF_NUM, Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM)]
    reference, total, sequence = (int.from_bytes(value, "big") for value in sar)
    if decoded.total == 1 and all(sar) and 1 <= sequence <= total <= 255:
        return reference, total, sequence
    return decoded.reference, decoded.total, decoded.sequence


def _known(gateway_id: int, digests: Iterable[str], *, now: datetime) -> dict[str, int]:
    """Digest → id of those that are stored but not yet acknowledged."""
    rows = InboundPart.objects.filter(
        gateway_id=gateway_id,
        digest__in=list(digests),
        acknowledged_at__isnull=True,
        received_at__gt=now - REPEATED_WITHIN,
    )
    return dict(rows.order_by("-pk").values_list("digest", "pk"))


def _take_turns(sets: Iterable[tuple]) -> None:
    """Two binds that store the last two parts of one message at once would not see each other's; the second waits here
    until the first has committed, and then sees it."""
    keys = sorted(_lock_key(one) for one in sets)
    if keys:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS n(key)", [keys])


def _lock_key(one: tuple) -> int:
    return int.from_bytes(hashlib.sha256(repr(one).encode()).digest()[:8], "big", signed=True)


def _joined(part: InboundPart, last_of: dict[tuple, InboundPart], *, now: datetime) -> list[InboundPart]:
    """The parts of a whole message, in order: this one alone, or with its siblings once all are there; else none."""
    if part.total <= 1:
        return [part]
    return joining.complete(part, now=now) if last_of[joining.key_of(part)] is part else []


def _receive(whole: Sequence[list[InboundPart]], *, now: datetime) -> None:
    """Make messages of whole sets of parts, tell the parts whose they are, and announce the messages."""
    if not whole:
        return
    lines = _lines({parts[0].destination for parts in whole})
    messages = [_message(parts, lines[parts[0].destination], now) for parts in whole]
    for message, key in zip(messages, new_keys(InboundMessage, len(messages)), strict=True):
        message.pk = key
    copy_in(messages)
    for message, parts in zip(messages, whole, strict=True):
        for part in parts:
            part.message = message
        if parts[0].total > 1:
            InboundPart.objects.filter(pk__in=[part.pk for part in parts]).update(message=message)
            joining.adopt_repeats(message, parts, now=now)
    messages_received.send(sender=InboundMessage, messages=messages)


def _message(parts: list[InboundPart], line: Line | None, now: datetime) -> InboundMessage:
    first = parts[0]
    return InboundMessage(
        account_id=line.account_id if line else None,
        line=line,
        gateway_id=first.gateway_id,
        sender=first.sender,
        msisdn=normalise(first.sender),
        destination=first.destination,
        text=joining.text_of(parts),
        missing_parts=first.total - len(parts),
        received_at=now,
    )


def _lines(destinations: Iterable[str]) -> dict[str, Line | None]:
    """The line that each destination names, with the country's code or without."""
    wanted = {}
    for destination in destinations:
        number = normalise_line(destination) or destination
        wanted[destination] = (number, number.removeprefix("98"))
    found = Line.objects.in_bulk([number for pair in wanted.values() for number in pair], field_name="number")
    return {destination: found.get(number) or found.get(bare) for destination, (number, bare) in wanted.items()}


def show_incomplete(*, now: datetime) -> int:
    """Make messages of sets whose missing parts did not come within settings.INBOUND_PARTS_WAIT_MINUTES; how many.

    Safe to run beside itself and beside binds that store parts.
    """
    latest = now - timedelta(minutes=settings.INBOUND_PARTS_WAIT_MINUTES)
    late = InboundPart.objects.filter(message=None, total__gt=1).values_list(*joining.KEY)
    shown = 0
    for *key, _newest in late.annotate(newest=Max("received_at")).filter(newest__lt=latest).order_by():
        with transaction.atomic():
            _take_turns([tuple(key)])
            waiting = InboundPart.objects.filter(**dict(zip(joining.KEY, key, strict=True)), message=None)
            parts = list(waiting.select_for_update().order_by("id"))
            if not parts or max(part.received_at for part in parts) >= latest:
                continue
            by_sequence = {part.sequence: part for part in parts}
            _receive([[by_sequence[sequence] for sequence in sorted(by_sequence)]], now=now)
            shown += 1
    return shown
