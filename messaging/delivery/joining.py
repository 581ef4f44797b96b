"""Parts of long messages: joined in whatever order they come, shown with a gap when one never does (4.1, 4.5)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from common.text import join_halves
from messaging.models import InboundMessage, InboundPart

JOINED_WITHIN = timedelta(days=1)
TWICE_WITHIN = timedelta(minutes=10)  # a sender's reference comes round again after 256 messages, or by chance
GAP = "[…]"
KEY = ("gateway_id", "sender", "destination", "reference", "total")


def key_of(part: InboundPart) -> tuple:
    """What the parts of one long message have in common."""
    return tuple(getattr(part, name) for name in KEY)


def complete(part: InboundPart, *, now: datetime) -> list[InboundPart]:
    """The parts of the message that this one makes whole, in order; none while others are missing.

    A part that came before, and one whose message is already shown with a gap, find their place in that message. The
    caller holds the turn of the set (``messaging.delivery.inbound``).
    """
    waiting = list(_of_set(key_of(part), now).filter(message=None).select_for_update().order_by("id"))
    by_sequence = {one.sequence: one for one in waiting}
    if len(by_sequence) == part.total:
        return [by_sequence[sequence] for sequence in sorted(by_sequence)]
    _fit_into_known(waiting, now=now)
    return []


def adopt_repeats(message: InboundMessage, parts: Sequence[InboundPart], *, now: datetime) -> None:
    """Copies of the parts that a new message was made of belong to it too, so that they wait for nothing."""
    texts = {part.sequence: part.text for part in parts}
    copies = _of_set(key_of(parts[0]), now).filter(message=None)
    same = [pk for pk, sequence, text in copies.values_list("pk", "sequence", "text") if texts.get(sequence) == text]
    InboundPart.objects.filter(pk__in=same).update(message=message)


def _of_set(key: tuple, now: datetime) -> QuerySet[InboundPart]:
    return InboundPart.objects.filter(**dict(zip(KEY, key, strict=True)), received_at__gt=now - JOINED_WITHIN)


def _fit_into_known(waiting: Sequence[InboundPart], *, now: datetime) -> None:
    """Repeats of parts of a message that is there, and late parts of one that has a gap for them."""
    if not waiting:
        return
    joined = _of_set(key_of(waiting[0]), now).filter(message__isnull=False).select_related("message")
    known: dict[int, list[InboundPart]] = {}
    for part in joined.order_by("-id"):
        known.setdefault(part.message_id, []).append(part)
    for part in waiting:
        for parts in known.values():
            if _is_repeat(part, parts) or _fills_gap(part, parts):
                InboundPart.objects.filter(pk=part.pk).update(message=parts[0].message_id)
                break


def _is_repeat(part: InboundPart, parts: Iterable[InboundPart]) -> bool:
    return any(
        one.sequence == part.sequence and one.text == part.text and part.received_at - one.received_at < TWICE_WITHIN
        for one in parts
    )


def _fills_gap(part: InboundPart, parts: list[InboundPart]) -> bool:
    message = parts[0].message
    if not message.missing_parts or any(one.sequence == part.sequence for one in parts):
        return False
    part.message = message
    parts.append(part)
    message.text = text_of(parts)
    message.missing_parts -= 1
    message.save(update_fields=["text", "search_key", "missing_parts"])
    return True


def text_of(parts: Iterable[InboundPart]) -> str:
    """The text of the parts in order, with a mark where some are missing."""
    by_sequence = {part.sequence: part for part in parts}
    total = next(iter(by_sequence.values())).total
    pieces: list[str] = []
    for sequence in range(1, total + 1):
        piece = by_sequence[sequence].text if sequence in by_sequence else GAP
        if piece != GAP or not pieces or pieces[-1] != GAP:
            pieces.append(piece)
    return join_halves("".join(pieces))
