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

    def take_retries(self, now: float) -> None:
        self._retries = sorted(
            (item for at, item in self._engine._retries if at <= now and item.chunk.closing is None),
            key=lambda item: item.id,
        )

    def claim(self, most: int, most_class: int | None, now) -> None:
        engine = self._engine
        rows = claim(
            gateway_id=engine.gateway.id, bind_number=engine.number, token=engine._token, most=most, now=now,
            most_class=most_class,
        )  # fmt: skip
        if not rows:
            return
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

    def claimed_cursors(self) -> dict[int, int]:
        """Chunk → the cursor that it was claimed with."""
        return {chunk.id: chunk.cursor for chunk in self._claimed}

    def choose(self, room: int, now) -> None:
        """Items to mark: by class, then in the order in which the chunks were leased. Only bulk is held to the room."""
        held = [*self._engine._held.values(), *self._claimed]
        held.sort(key=lambda chunk: chunk.message_class)  # stable
        for chunk in held:
            if chunk.closing is not None or (chunk.expires_at and chunk.expires_at <= now):
                continue
            items = self._loaded.get(chunk.id) if chunk.id in self._loaded else chunk.unmarked
            if chunk.message_class != MessageClass.BULK:
                taken = list(items)
            else:
                taken = []
                for item in items:
                    if room <= 0:
                        break
                    taken.append(item)
                    room -= item.waiting
            if taken:
                self._chosen.append((chunk, taken))
                if chunk.message_class != MessageClass.BULK:
                    room -= len(taken)

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


def _pdus(items: list[Item]) -> list[tuple]:
    return [((item, part), body) for item in items for part, body in item.chunk.templates.bodies(item)]
