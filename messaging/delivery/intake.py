"""What the session reports, turned into a `Batch`: the rows to write and the news to apply, in memory only."""

import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime

from messaging.delivery.hand import Item
from messaging.lifecycle import News
from messaging.models import MessageClass, Status
from messaging.smpp.bind import Delivery
from messaging.smpp.errors import Action, action
from messaging.smpp.receipts import MessageState

MOST_RETRIES = 6  # of a message that the operator answers with a passing error; throttling is not counted
STRANGER_SECONDS = 0.06
REMEMBERED = 100_000  # submitted parts whose receipt is matched without asking the database

FINAL_STATUS = {
    MessageState.DELIVERED: Status.DELIVERED,
    MessageState.EXPIRED: Status.EXPIRED,
    MessageState.DELETED: Status.UNDELIVERED,
    MessageState.UNDELIVERABLE: Status.UNDELIVERED,
    MessageState.UNKNOWN: Status.UNDELIVERED,
    MessageState.SKIPPED: Status.UNDELIVERED,
    MessageState.REJECTED: Status.REJECTED,
}
"""What a receipt's state makes of a one-part message; ENROUTE and ACCEPTED are news of the way only."""


@dataclass(slots=True)
class ReceiptRow:
    smsc_id: str
    state: int
    error: str
    source: str
    destination: str
    raw: str
    at: datetime
    message_id: int | None = None
    part: int | None = None
    parts: int = 1
    answered_at: datetime | None = None


@dataclass(slots=True)
class Batch:
    """Everything that one transaction will make durable. Kept until it is committed, so a failed one is tried again."""

    news: dict[int, News] = field(default_factory=dict)
    submissions: list[tuple] = field(default_factory=list)  # message, part, attempt, command_status, smsc_id, at
    requeued: dict[int, Item] = field(default_factory=dict)
    receipts: list[ReceiptRow] = field(default_factory=list)
    inbound: list[Delivery] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.news or self.submissions or self.requeued or self.receipts or self.deliveries)

    def tell(self, news: News) -> None:
        known = self.news.get(news.message_id)
        if known is None or known.status < news.status:
            self.news[news.message_id] = news


class Intake:
    """Keeps the score of items in memory and writes the outcome into a `Batch`. Only the engine's keeper calls it."""

    def __init__(self) -> None:
        self.batch = Batch()
        self._awaiting: OrderedDict[str, tuple[int, int, int, datetime] | None] = OrderedDict()
        self._strangers: deque[tuple[float, datetime, Delivery]] = deque()
        self.failover_statuses: frozenset[int] = frozenset()  # none where there is no other gateway
        self.failover_tries = 1

    def next_batch(self) -> None:
        self.batch = Batch()

    # --- submit_sm_resp ---------------------------------------------------------------------------------------------

    def answered(self, answers: list[tuple], now: datetime) -> None:
        submissions = self.batch.submissions
        awaiting = self._awaiting
        for (item, part), status, smsc_id in answers:
            submissions.append((item.id, part, item.attempts, status, smsc_id, now))
            if status == 0:
                # An id that an earlier message still waits with: the database tells the two apart, by the number.
                awaiting[smsc_id] = None if smsc_id in awaiting else (item.id, part, item.parts, now)
            if not item.waiting or (item.parts > 1 and part not in item.todo):
                self._answered_late(item, status, now)
                continue
            if status == 0:
                if item.parts == 1:
                    self.batch.tell(News(item.id, Status.SUBMITTED, now))
                    item.waiting = 0
                    item.chunk.open -= 1
                    continue
                item.todo.remove(part)
            else:
                self._refused(item, part, status)
            item.waiting -= 1
            if item.waiting == 0:
                self._attempt_over(item, now)
        while len(awaiting) > REMEMBERED:
            awaiting.popitem(last=False)

    def _answered_late(self, item: Item, status: int, now: datetime) -> None:
        """An answer to what was given up as unknown: news of the message, but its chunk waits for it no more."""
        if item.parts > 1:
            return  # its parts' receipts settle it
        if status == 0:
            self.batch.tell(News(item.id, Status.SUBMITTED, now))
            if self.batch.requeued.pop(item.id, None):  # a one-time password that was to leave once more
                item.chunk.open -= 1
        elif action(status) is Action.REJECT:
            self.batch.tell(News(item.id, Status.REJECTED, now, f"smpp:{status}"))

    def _refused(self, item: Item, part: int, status: int) -> None:
        item.error = f"smpp:{status}"
        verdict = action(status)
        if verdict is Action.REJECT or (verdict is not Action.THROTTLE and item.attempts >= MOST_RETRIES):
            item.rejected += 1
            if item.parts > 1:
                item.todo.remove(part)

    def uncertain(self, tokens: list[tuple], now: datetime) -> None:
        """Parts perhaps sent and never answered: unknown, not sent again but for a one-time password (once)."""
        for item, part in tokens:
            item.unknown += 1
            if item.parts > 1 and part in item.todo:
                item.todo.remove(part)
            item.waiting -= 1
            if item.waiting == 0:
                self._attempt_over(item, now)

    def _attempt_over(self, item: Item, now: datetime) -> None:
        """Every part of this attempt has its answer, or will never have one."""
        if item.unknown:
            resend = item.chunk.message_class == MessageClass.OTP and item.attempts == 0 and item.parts == 1
            if resend and item.chunk.closing is None:
                self._again(item)
            else:
                self.batch.tell(News(item.id, Status.UNKNOWN, now, "unknown"))
                item.chunk.open -= 1
        elif self._takes_next_route(item):
            item.moves_on = True
            item.rejected = 0
            item.todo = list(range(item.parts)) if item.parts > 1 else (0,)
            self._again(item)
        elif item.rejected == item.parts or (item.rejected and not item.todo):
            self.batch.tell(News(item.id, Status.REJECTED, now, item.error, item.rejected))
            item.chunk.open -= 1
        elif item.parts > 1 and not item.todo:
            self.batch.tell(News(item.id, Status.SUBMITTED, now))
            item.chunk.open -= 1
        else:
            self._again(item)

    def _takes_next_route(self, item: Item) -> bool:
        """No part of it was accepted, and what the operator said last leaves it to another."""
        accepted = item.parts - item.rejected - len(item.todo) if item.parts > 1 else 0
        if item.chunk.moved or accepted or 0 < item.rejected < item.parts:
            return False
        if int(item.error.partition(":")[2]) not in self.failover_statuses:
            return False
        return bool(item.rejected) or item.attempts + 1 >= self.failover_tries

    def _again(self, item: Item) -> None:
        item.unknown = 0
        self.batch.requeued[item.id] = item

    # --- deliver_sm -------------------------------------------------------------------------------------------------

    def delivered(self, deliveries: list[Delivery], now: datetime) -> None:
        batch = self.batch
        for delivery in deliveries:
            if delivery.receipt is None:
                batch.deliveries.append(delivery)
                if not delivery.is_receipt:
                    batch.inbound.append(delivery)
            elif delivery.receipt.smsc_id in self._awaiting:
                self._receipt(delivery, now)
            else:
                self._strangers.append((time.monotonic(), now, delivery))

    def take_strangers(self) -> float | None:
        """Receipts of messages that this bind did not submit, or not yet: they wait a moment, unacknowledged, for the
        answer, or for the bind that has it to commit. Seconds until the next has waited long enough."""
        strangers = self._strangers
        latest = time.monotonic() - STRANGER_SECONDS  # the wall clock may be set back meanwhile
        while strangers and strangers[0][0] <= latest:
            _, came_at, delivery = strangers.popleft()
            self._receipt(delivery, came_at)
        return STRANGER_SECONDS if strangers else None

    def _receipt(self, delivery: Delivery, now: datetime) -> None:
        self.batch.deliveries.append(delivery)
        receipt, sm = delivery.receipt, delivery.sm
        row = ReceiptRow(
            receipt.smsc_id, int(receipt.state), receipt.error[:20], sm.source, sm.destination,
            sm.message[:300].decode("latin-1").replace("\x00", ""), now,
        )  # fmt: skip
        self.batch.receipts.append(row)
        known = self._awaiting.get(receipt.smsc_id)
        if known is None:
            return
        row.message_id, row.part, row.parts, row.answered_at = known
        if not receipt.state.is_final:
            return
        del self._awaiting[receipt.smsc_id]
        if row.parts == 1:
            self.batch.tell(news_of(row.message_id, receipt.state, row.error, now))


def news_of(message_id: int, state: MessageState, error: str, at: datetime) -> News:
    """The news that a final receipt brings for a message of one part."""
    status = FINAL_STATUS[state]
    code = None if status == Status.DELIVERED else f"receipt:{error or state.name.lower()}"
    return News(message_id, status, at, code)
