"""How a bind shares its parts between accounts: to whom it has given least is next.

Start-time fair queueing in memory, for each bind alone: nothing to lock, nothing to lose. An account that comes, or
comes back, starts level with the one that is being served, so resting saves nothing up and a newcomer waits for nobody.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from messaging.dispatch import Standing

if TYPE_CHECKING:
    from messaging.delivery.hand import HeldChunk, Item

CLASSES = 3


class Shares:
    """Parts given to each account, by class. Only the engine's keeper calls it."""

    def __init__(self) -> None:
        self._floors = [0.0] * CLASSES
        self._given: dict[tuple[int, int], float] = {}

    def given(self, chunk: "HeldChunk") -> float:
        return max(self._given.get(chunk.share, 0.0), self._floors[chunk.message_class])

    def add(self, chunk: "HeldChunk", parts: int) -> None:
        self._given[chunk.share] = self.given(chunk) + parts

    def level(self, held: Iterable["HeldChunk"]) -> None:
        """Raise each class's floor to the account that has least of those still waiting, and forget who is below."""
        least: dict[int, float] = {}
        for chunk in held:
            if chunk.unmarked:
                given = self.given(chunk)
                least[chunk.message_class] = min(given, least.get(chunk.message_class, given))
        for message_class in range(CLASSES):
            ahead = [given for (of, _), given in self._given.items() if of == message_class]
            floor = least.get(message_class, min(ahead, default=0.0))
            self._floors[message_class] = max(self._floors[message_class], floor)
        self._given = {key: given for key, given in self._given.items() if given > self._floors[key[0]]}

    def standing(self, held: Iterable["HeldChunk"]) -> Standing:
        """For a claim: what is held counts as given."""
        accounts = {key: (given, False) for key, given in self._given.items()}
        for chunk in held:
            if chunk.unmarked and chunk.closing is None:
                given = accounts[chunk.share][0] if chunk.share in accounts else self._floors[chunk.message_class]
                accounts[chunk.share] = (given + sum(item.waiting for item in chunk.unmarked), True)
        return Standing(tuple(self._floors), accounts)

    def divide(
        self, waiting: "list[tuple[HeldChunk, Iterable[Item]]]", room: int
    ) -> "list[tuple[HeldChunk, list[Item]]]":
        """Of chunks of one class, the items that fit into ``room`` parts, always to whoever has least; an
        account's chunks in the order given. Changes nothing: ``add`` what was committed."""
        queues: dict[tuple[int, int], list] = {}
        taken = []
        for chunk, items in waiting:
            mine: list = []
            taken.append((chunk, mine))
            queues.setdefault(chunk.share, []).append((iter(items), mine))
        given = {chunk.share: self.given(chunk) for chunk, _ in waiting}
        slab = room // (4 * len(queues)) if queues else 0  # a large room is given in four rounds, not part by part
        while room > 0 and queues:
            share = min(queues, key=given.__getitem__) if len(queues) > 1 else next(iter(queues))
            others = [given[other] for other in queues if other != share]
            until = min(others) + slab if others else float("inf")
            room = _fill(queues, share, given, until, room)
        return [(chunk, items) for chunk, items in taken if items]


def _fill(queues: dict, share: tuple, given: dict, until: float, room: int) -> int:
    """Give to one account until it is past ``until``, the room is full or it has no more; the room that is left."""
    queue = queues[share]
    while room > 0 and given[share] <= until:
        items, mine = queue[0]
        item = next(items, None)
        if item is None:
            queue.pop(0)
            if not queue:
                del queues[share]
                break
            continue
        mine.append(item)
        given[share] += item.waiting
        room -= item.waiting
    return room
