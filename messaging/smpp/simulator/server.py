"""The SMSC itself: asyncio protocols that answer binds and submits and send receipts back.

Everything runs in one event loop. What happens for one read of a socket is written as one piece, so that a message
costs microseconds. A receipt that is not acknowledged when its connection goes is sent again on the next, as operators
do.
"""

import asyncio
import itertools
import random
import time
from array import array
from collections import Counter, defaultdict, deque
from typing import NamedTuple

import numpy

from messaging.smpp.errors import Status
from messaging.smpp.pdu import Command, pack, read_message_body
from messaging.smpp.simulator import receipts
from messaging.smpp.simulator.connection import Connection
from messaging.smpp.simulator.options import DELIVERED, FATES, UNDELIVERED, Fate, Options

RECENT = 20_000  # accepted submits kept whole for `Smsc.recent`
_THROTTLED = Fate(status=Status.ESME_RTHROTTLED)


class Submit(NamedTuple):
    """One accepted submit_sm, for tests."""

    source: str
    destination: str
    message: bytes
    data_coding: int
    esm_class: int
    tlvs: dict[int, bytes]
    message_id: str


class Smsc:
    """One simulated operator. Use it inside a running event loop: ``await start()``."""

    def __init__(self, options: Options | None = None, *, seed: int | None = None):
        self.options = options or Options()
        self.random = random.Random(seed)
        self.counts: Counter = Counter()
        self.connections: set[Connection] = set()
        self.stamp = receipts.Stamp()
        self.port = 0
        self._recent: deque[tuple[bytes, bytes]] = deque(maxlen=RECENT)
        self.watched: deque[tuple[str, float]] = deque(maxlen=RECENT)  # number, seconds since 1970
        self._seen = array("q")  # a hash of every accepted body: 8 bytes a message, whatever their number
        self._refused_once: set[bytes] = set()
        self._waiting: dict[str, deque[tuple[int, bytes]]] = defaultdict(deque)  # customer → (command, body)
        self._later: dict[object, tuple[list[tuple[int, bytes]], str]] = {}
        self._turn = 0
        # Of this start's own, so that a restart never gives an id that an earlier message has.
        self._next_id = itertools.count(int(time.time() * 1000) % 10**11 * 10**6)
        self._tokens = 0.0
        self._tokens_at = time.monotonic()
        self._mo_reference = itertools.count(1)
        self._server = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listens; the port, which the system chose when 0 was asked for."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self, loop), host, port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def close(self) -> None:
        self._server.close()
        self.cut()
        while self.connections:
            await asyncio.sleep(0)  # what they had not acknowledged comes back to wait

    # --- for tests and the control port -----------------------------------------------------------------------------

    def recent(self) -> list[Submit]:
        """The last accepted submits, oldest first, at most `RECENT`."""
        return [_read_submit(body, identity) for body, identity in list(self._recent)]

    def stats(self) -> dict[str, int]:
        """Counts since the start. ``duplicates`` are accepted submits whose whole body had been accepted before."""
        accepted = len(self._seen)
        distinct = int(numpy.unique(numpy.frombuffer(self._seen[:], dtype="q")).size) if accepted else 0
        names = "submits throttled refused unanswered receipts receipts_acknowledged mo enquire_links connections"
        return {name: self.counts[name] for name in names.split()} | {
            "accepted": accepted,
            "distinct": distinct,
            "duplicates": accepted - distinct,
            "bound": sum(connection.bound is not None for connection in self.connections),
            "waiting": sum(len(waiting) for waiting in self._waiting.values()),
            "unacknowledged": sum(len(connection.unacknowledged) for connection in self.connections),
        }

    def send_mo(self, source: str, destination: str, text: str) -> int:
        """A subscriber's message to whichever receiver is bound, or is next; the number of its parts."""
        bodies = receipts.mo_bodies(source, destination, text, next(self._mo_reference))
        self.counts["mo"] += len(bodies)
        self.deliver([(Command.DELIVER_SM, body) for body in bodies])
        return len(bodies)

    def cut(self) -> None:
        """Cuts every connection at once, without unbind."""
        for connection in list(self.connections):
            connection.transport.abort()

    def unbind(self) -> None:
        """Asks every bound peer to unbind, and closes when it agrees."""
        for connection in self.connections:
            if connection.bound is not None:
                connection.send(pack(Command.UNBIND, 0, next(connection.sequences)))

    def send_raw(self, data: bytes) -> None:
        """Bytes of any kind to every connection."""
        for connection in self.connections:
            connection.send(data)

    # --- the operator's inside --------------------------------------------------------------------------------------

    def deliver(self, batch: list[tuple[int, bytes]], customer: str = "") -> None:
        """To whichever receiver of the customer (system_id) is bound, or is next; "" is any customer."""
        self._waiting[customer].extend(batch)
        self.pump()

    def deliver_later(self, delay: float, batch: list[tuple[int, bytes]], customer: str) -> None:
        """As ``deliver``, after ``delay`` seconds."""
        key = object()
        self._later[key] = (batch, customer)
        asyncio.get_running_loop().call_later(delay, self._due, key)

    def _due(self, key):
        self.deliver(*self._later.pop(key))

    def undelivered(self) -> list[tuple[str, int, bytes]]:
        """What nobody has acknowledged yet, as (customer, command, body): to be kept over a restart."""
        batches = [*self._later.values(), *((list(waiting), customer) for customer, waiting in self._waiting.items())]
        return [(customer, int(command), body) for batch, customer in batches for command, body in batch]

    def deliver_first(self, batch: list[tuple[int, bytes]], customer: str) -> None:
        """What a broken connection left unacknowledged goes before the rest."""
        self._waiting[customer].extendleft(reversed(batch))
        self.pump()

    def pump(self) -> None:
        """Sends what waits, as far as the receivers' windows allow, to each in turn."""
        for customer, waiting in list(self._waiting.items()):
            if waiting:
                self._pump(customer, waiting)

    def _pump(self, customer, waiting):
        able = [connection for connection in self.connections if connection.receives]
        receivers = [connection for connection in able if customer in ("", connection.customer)]
        for _ in receivers:
            self._turn += 1
            receivers[self._turn % len(receivers)].take(waiting)
            if not waiting:
                return

    def may_bind(self, fields: dict) -> int:
        """The command_status that answers a bind."""
        options = self.options
        if options.system_id:
            if fields["system_id"] != options.system_id:
                return Status.ESME_RINVSYSID
            if fields["password"] != options.password:
                return Status.ESME_RINVPASWD
        bound = sum(connection.bound is not None for connection in self.connections)
        if options.max_binds and bound >= options.max_binds:
            return Status.ESME_RALYBND
        return Status.ESME_ROK

    def fate(self, destination: bytes, by_chance: bool) -> Fate:
        """What becomes of a message to ``destination``."""
        options = self.options
        if options.throughput and not self._within_throughput(options.throughput):
            return _THROTTLED
        if options.fates:
            fate = FATES.get(destination[-4:])
            if fate is not None:
                if not fate.once:
                    return fate
                if destination not in self._refused_once:
                    self._refused_once.add(destination)
                    return fate
        return self._chance(options) if by_chance else DELIVERED

    def _chance(self, options):
        roll = self.random.random
        if options.throttle_rate and roll() < options.throttle_rate:
            return _THROTTLED
        if options.error_rate and roll() < options.error_rate:
            return Fate(status=options.error_status)
        failed = bool(options.undelivered_rate) and roll() < options.undelivered_rate
        states = UNDELIVERED.states if failed else DELIVERED.states
        if options.drop_receipts and roll() < options.drop_receipts:
            states = ()
        return Fate(
            answered=not (options.drop_answers and roll() < options.drop_answers),
            states=states,
            error=UNDELIVERED.error if failed else DELIVERED.error,
            early=bool(options.early_receipts) and roll() < options.early_receipts,
            late=bool(options.late_receipts) and roll() < options.late_receipts,
            copies=2 if options.duplicate_receipts and roll() < options.duplicate_receipts else 1,
        )

    def _within_throughput(self, rate):
        """A bucket of a quarter of a second."""
        now = time.monotonic()
        self._tokens = min(max(1.0, rate / 4), self._tokens + (now - self._tokens_at) * rate)
        self._tokens_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def accept(self, body: bytes) -> tuple[bytes, bytes]:
        """Takes note of an accepted submit; its id for the answer and for the receipt."""
        number = next(self._next_id)
        options = self.options
        answer = b"%x" % number if options.id_format == "hex" else b"%d" % number
        self._seen.append(hash(body))
        self._recent.append((body, answer))
        if options.receipt_id_format == "same":
            return answer, answer
        return answer, b"%X" % number if options.receipt_id_format == "hex" else b"%d" % number

    def watch(self, destination: bytes) -> None:
        """Takes note of when an accepted submit came, if its number is one that is watched."""
        if destination.startswith(self.options.watch.encode()):
            self.watched.append((destination.decode(), time.time()))


def _read_submit(body, identity):
    sm = read_message_body(body)
    return Submit(sm.source, sm.destination, sm.message, sm.data_coding, sm.esm_class, sm.tlvs, identity.decode())
