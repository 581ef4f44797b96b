"""What a bind holds in memory: leased chunks, their items, and the queues from which the session pulls."""

import threading
from collections import Counter, deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import Enum

from common.text import encode, measure
from messaging.models import Chunk, Gateway
from messaging.smpp.pdu import SubmitTemplate

CLASSES = (0, 1, 2)
_UDH_INDICATOR = 0x40


class Closing(Enum):
    """Why a chunk is being put down before its end."""

    HELD_UP = "held up"  # people paused or cancelled the campaign
    EXPIRED = "expired"
    HANDED_BACK = "handed back"  # outside its hours, or the worker stops


class HeldChunk:
    """A leased chunk. ``unmarked`` items are loaded but not yet behind the cursor; ``open`` counts the unsettled. A
    chunk that was not ``moved`` takes what the operator did not accept to the next route once all else is settled:
    then it ``moves_on``."""

    __slots__ = (
        "campaign_id", "closes", "closing", "cursor", "expires_at", "id", "message_class", "moved", "moves_on", "open",
        "opens", "share", "size", "templates", "unmarked",
    )  # fmt: skip

    def __init__(self, row: tuple, templates: "Templates"):
        self.id, self.campaign_id, self.message_class, account_id, self.size, self.cursor = row[:6]
        self.expires_at, self.opens, self.closes, moved_from = row[6:]
        self.moved = moved_from is not None
        self.moves_on = False
        self.share = (self.message_class, account_id)
        self.templates = templates
        self.unmarked: deque[Item] = deque()
        self.open = 0
        self.closing: Closing | None = None

    @property
    def first_id(self) -> int:
        return self.id * Chunk.SIZE

    @property
    def last_id(self) -> int:
        return self.first_id + self.size - 1


class Item:
    """One message on its way. ``todo`` are the parts (from 0) still to be accepted by the operator."""

    __slots__ = (
        "attempts",
        "chunk",
        "error",
        "id",
        "moves_on",
        "msisdn",
        "parts",
        "rejected",
        "text",
        "todo",
        "unknown",
        "waiting",
    )

    def __init__(self, chunk: HeldChunk, message_id: int, msisdn: int, parts: int, attempts: int, text: str | None):
        self.chunk = chunk
        self.id = message_id
        self.msisdn = msisdn
        self.parts = parts
        self.attempts = attempts
        self.text = text
        self.todo = list(range(parts)) if parts > 1 else (0,)
        self.waiting = len(self.todo)  # answers still due in this attempt
        self.rejected = self.unknown = 0
        self.error: str | None = None
        self.moves_on = False  # to the next route: this operator did not take it


class Templates:
    """The submit_sm bodies of one campaign on one gateway, but for the recipient; made once for each text."""

    def __init__(self, gateway: Gateway, source: str, text: str, validity_period: str):
        self._gateway = gateway
        self._source = source
        self._text = text
        self._validity_period = validity_period
        self._made: dict[tuple[str, int], list[SubmitTemplate]] = {}
        self._is_national = gateway.address_form == Gateway.AddressForm.NATIONAL

    def bodies(self, item: Item) -> list[tuple[int, bytes]]:
        """(part, body of its submit_sm) for every part still to be sent."""
        text = self._text if item.text is None else item.text
        key = (text, item.id & 0xFF if item.parts > 1 else 0)
        templates = self._made.get(key)
        if templates is None:
            if len(self._made) > 512:
                self._made.clear()
            templates = self._made[key] = self._make(*key)
        destination = f"0{item.msisdn - 980_000_000_000}" if self._is_national else str(item.msisdn)
        destination = destination.encode()
        return [(part, templates[part].body(destination)) for part in item.todo]

    def _make(self, text: str, reference: int) -> list[SubmitTemplate]:
        gateway = self._gateway
        payloads = encode(text, reference=reference)
        encoding = measure(text).encoding
        return [
            SubmitTemplate(
                source=self._source,
                message=payload,
                source_ton=gateway.source_ton,
                source_npi=gateway.source_npi,
                destination_ton=gateway.destination_ton,
                destination_npi=gateway.destination_npi,
                esm_class=_UDH_INDICATOR if len(payloads) > 1 else 0,
                validity_period=self._validity_period,
                registered_delivery=1,
                data_coding=int(encoding),
            )
            for payload in payloads
        ]


def validity_period(expires_at: datetime | None, now: datetime) -> str:
    """SMPP's absolute time (7.1.1), in UTC; empty for the operator's own default."""
    if expires_at is None:
        return ""
    moment = max(expires_at, now + timedelta(minutes=1)).astimezone(UTC)
    return moment.strftime("%y%m%d%H%M%S") + "000+"


class Armed:
    """PDUs that are marked in the database and may be written at any moment, by class. Safe from two threads."""

    def __init__(self) -> None:
        self._queues = {message_class: deque() for message_class in CLASSES}
        self._lock = threading.Lock()
        self.count = 0

    def add(self, pdus: Iterable[tuple], message_class: int) -> None:
        """``pdus`` are ((item, part), body)."""
        pdus = list(pdus)
        with self._lock:
            self._queues[message_class].extend(pdus)
            self.count += len(pdus)

    def put_back(self, pdus: Iterable[tuple], message_class: int) -> None:
        """To the head, in their order."""
        pdus = list(pdus)
        with self._lock:
            self._queues[message_class].extendleft(reversed(pdus))
            self.count += len(pdus)

    def waiting(self, message_class: int) -> int:
        """PDUs of one class."""
        return len(self._queues[message_class])

    def take(self, most: int) -> list[tuple]:
        with self._lock:
            taken = []
            for message_class in CLASSES:
                queue = self._queues[message_class]
                while queue and len(taken) < most:
                    taken.append(queue.popleft())
            self.count -= len(taken)
            return taken

    def remove(self, chunks: set[HeldChunk]) -> list["Item"]:
        """Take out every item of these chunks of which no part was taken yet; in order. The rest must go its way."""
        removed = []
        with self._lock:
            for message_class, queue in self._queues.items():
                left = Counter(pdu[0][0] for pdu in queue if pdu[0][0].chunk in chunks)
                whole = {item for item, count in left.items() if count >= item.waiting}
                removed += [item for item in left if item in whole]
                self._queues[message_class] = deque(pdu for pdu in queue if pdu[0][0] not in whole)
            self.count = sum(len(queue) for queue in self._queues.values())
        return removed
