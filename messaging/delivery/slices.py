"""What a bind hands over next: chosen and committed in one transaction, armed only after the commit."""

from typing import TYPE_CHECKING

from messaging.delivery import writer
from messaging.delivery.hand import HeldChunk, Item
from messaging.dispatch import claim
from messaging.lifecycle import News, move
from messaging.models import MessageClass, Status

if TYPE_CHECKING:
    from messaging.delivery.engine import BindEngine


class Slice:
    """What will be armed once the transaction that marks it is committed. Changes nothing in memory before ``arm``."""

    def __init__(self, engine: "BindEngine"):
        self._engine = engine
        self._retries: list[Item] = []
        self._claimed: list[HeldChunk] = []
        self._chosen: list[tuple[HeldChunk, list[Item]]] = []
        self._loaded: dict[int, list[Item]] = {}
        self._kept: set[int] = set()
        self._templates: dict = {}
        self.is_full = False  # the last claim found as much as it asked for

    def take_retries(self, now: float) -> None:
        self._retries = sorted(
            (item for at, item in self._engine._retries if at <= now and item.chunk.closing is None),
            key=lambda item: item.id,
        )

    def claim(self, most: int, now, *, only_others: bool = False, most_class: int | None = None) -> int:
        """Lease at most ``most`` chunks; how many there were."""
        engine = self._engine
        rows = claim(
            gateway_id=engine.gateway.id, bind_number=engine.number, token=engine._token, most=most, now=now,
            standing=engine._shares.standing(engine._held.values()), only_others=only_others, most_class=most_class,
            enough=engine._target() if only_others else float("inf"),
        )  # fmt: skip
        self.is_full = only_others and len(rows) == most
        if not rows:
            return 0
        campaign_ids = {row[1] for row in rows}
        self._templates = writer.templates_for(engine.gateway, campaign_ids - engine._templates.keys(), rows, now=now)
        writer.begin_campaigns(campaign_ids, now=now)
        known = engine._templates | self._templates
        for row in rows:
            chunk = HeldChunk(row, known[row[1]])
            self._loaded[chunk.id] = writer.load(chunk)
            self._claimed.append(chunk)
        mean = sum(len(items) for items in self._loaded.values()) / len(rows)
        engine._chunk_size = max(1.0, (engine._chunk_size + mean) / 2)
        return len(rows)

    def claimed_cursors(self) -> dict[int, int]:
        """Chunk → the cursor that it was claimed with."""
        return {chunk.id: chunk.cursor for chunk in self._claimed}

    def choose(self, room: int, now) -> None:
        """Items to mark: by class, then shared between accounts, then in the order in which the chunks were leased.
        One-time passwords are not held to the room, and what is armed of a later class takes none from an earlier."""
        engine = self._engine
        waiting: dict[int, list] = {message_class: [] for message_class in MessageClass.values}
        for chunk in [*engine._held.values(), *self._claimed]:
            if chunk.closing is None and not (chunk.expires_at and chunk.expires_at <= now):
                waiting[chunk.message_class].append((chunk, self._loaded.get(chunk.id, chunk.unmarked)))
        self._chosen = [(chunk, list(items)) for chunk, items in waiting[MessageClass.OTP] if items]
        used = sum(len(items) for _, items in self._chosen)
        for message_class in (MessageClass.TRANSACTIONAL, MessageClass.BULK):
            free = room - used
            if message_class == MessageClass.TRANSACTIONAL:
                free += engine._armed.waiting(MessageClass.BULK)
            chosen = engine._shares.divide(waiting[message_class], free)
            used += sum(item.waiting for _, items in chosen for item in items)
            self._chosen += chosen

    def commit(self, now) -> None:
        cursors = {}
        again = list(self._retries)
        for chunk, items in self._chosen:
            fresh = [item.id for item in items if not item.attempts]
            cursors[chunk.id] = max(chunk.cursor, max(fresh, default=chunk.cursor))
            again += [item for item in items if item.attempts]
        self._kept = writer.advance(cursors, self._engine._token) if cursors else set()
        move([News(item.id, Status.SUBMITTING, now) for item in again])
        self._cursors = cursors

    def arm(self) -> None:
        engine = self._engine
        engine._templates.update(self._templates)
        if len(engine._templates) > 1000:
            used = {chunk.campaign_id for chunk in engine._held.values()} | self._templates.keys()
            engine._templates = {pk: made for pk, made in engine._templates.items() if pk in used}
        for chunk in self._claimed:
            chunk.unmarked.extend(self._loaded[chunk.id])
            chunk.open = len(chunk.unmarked)
            engine._held[chunk.id] = chunk
        if self._retries:
            again = set(self._retries)
            engine._retries = [(at, item) for at, item in engine._retries if item not in again]
            for message_class in (0, 1, 2):
                items = [item for item in self._retries if item.chunk.message_class == message_class]
                engine._armed.put_back(_pdus(items), message_class)
        for chunk, items in self._chosen:
            if chunk.id not in self._kept:
                continue
            chunk.cursor = self._cursors[chunk.id]
            for _ in items:
                chunk.unmarked.popleft()
            engine._armed.add(_pdus(items), chunk.message_class)
            engine._shares.add(chunk, sum(item.waiting for item in items))
        waiting = {chunk.share for chunk in engine._held.values() if chunk.unmarked}
        if self.is_full or (waiting and not waiting.issuperset(chunk.share for chunk, _ in self._chosen)):
            engine._nudged = True  # somebody has nothing more loaded while others have: look for more of his at once
        engine._shares.level(engine._held.values())


def _pdus(items: list[Item]) -> list[tuple]:
    return [((item, part), body) for item in items for part, body in item.chunk.templates.bodies(item)]
