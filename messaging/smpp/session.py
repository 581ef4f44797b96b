"""One bind to an operator, kept alive: the pull-driven SMPP client.

A `Session` owns one thread, the caller's, for as long as `Session.run` lasts. It connects, binds, submits what its
handler gives it within the window, reports answers and deliveries in batches, keeps the line alive, and comes back
after every break with growing pauses. See `messaging.smpp.bind` for the settings and for what the handler is told.

Safe from any thread: ``wake``, ``wake_at``, ``acknowledge``, ``pause_submitting``, ``resume_submitting``, ``stop``, and
the reading of ``window_in_flight``, ``state``, ``last_error``, ``last_status`` and ``stats``.

    session = Session(BindConfig(host="127.0.0.1", port=2775, system_id="demo", password="demo"), handler)
    threading.Thread(target=session.run).start()
    session.wake()                       # there is something to pull
    session.stop(drain_seconds=10)       # then join the thread
"""

import logging
import random
import selectors
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from messaging.smpp.bind import BindConfig, BindState, BindType, ConfigurationError, Delivery, Handler, Stats
from messaging.smpp.dial import Waker, dial
from messaging.smpp.errors import Action, Status, action, name
from messaging.smpp.flow import AdaptiveWindow, Backoff
from messaging.smpp.link import Link, LinkClosed
from messaging.smpp.pdu import (
    HEADER,
    RESPONSE,
    Command,
    MalformedBody,
    pack,
    read_data_body,
    read_message_body,
    read_message_id,
)
from messaging.smpp.receipts import normalise_id, read_receipt

__all__ = ["BindConfig", "BindState", "BindType", "ConfigurationError", "Delivery", "Handler", "Session", "Stats"]

log = logging.getLogger("messaging.smpp")

_HIGH_WATER = 1_000_000  # bytes waiting for a slow peer before nothing more is pulled
_STABLE_SECONDS = 5.0  # a bind that lived this long, or took a message, starts again with the shortest pause
_ACKNOWLEDGE_SECONDS = 1.0  # how long we, about to unbind, acknowledge what comes once everything of ours is answered
_UNBIND_GRACE_SECONDS = 2.0  # how long the peer's unbind waits for outstanding answers and acknowledgements
_NO_ANSWER = frozenset((Command.ALERT_NOTIFICATION, Command.OUTBIND))


class _Refused(Exception):
    """The operator answered our bind with an error."""


class Session:
    def __init__(
        self,
        config: BindConfig,
        handler: Handler,
        *,
        clock: Callable[[], float] = time.monotonic,
        rng: Callable[[], float] = random.random,
    ):
        self.config = config
        self.handler = handler
        self.stats = Stats()
        self.state = BindState.DISCONNECTED
        self.last_error = ""
        self.last_status = 0
        self.flow = AdaptiveWindow(config.window)
        self._clock = clock
        self._reconnect = Backoff(config.reconnect_min_seconds, config.reconnect_max_seconds, rng)
        self._refused = Backoff(config.refused_min_seconds, config.refused_max_seconds, rng)
        self._link: Link | None = None
        self._lock = threading.Lock()
        self._acknowledgements: deque[tuple[list[Delivery], int]] = deque()
        self._work = True
        self._wake_at = float("inf")
        self._paused = False
        self._stop_by: float | None = None
        self._waker = Waker()
        self._begin_connection()

    # --- from any thread --------------------------------------------------------------------------------------------

    def wake(self) -> None:
        """There is something to pull."""
        self._work = True
        self._waker.poke()

    def wake_at(self, when: float) -> None:
        """Pull again at ``when``, on the session's clock (time.monotonic): for an owner that waits for its rate."""
        with self._lock:
            self._wake_at = min(self._wake_at, when)
        self._waker.poke()

    def acknowledge(self, deliveries: list[Delivery], status: int = 0) -> None:
        """Answer deliveries, once they are durable. Those of a connection that is gone are left to come again."""
        self._acknowledgements.append((deliveries, status))
        self._waker.poke()

    def pause_submitting(self) -> None:
        self._paused = True

    def resume_submitting(self) -> None:
        self._paused = False
        self.wake()

    def stop(self, drain_seconds: float = 10.0) -> None:
        """Submit nothing more, wait at most ``drain_seconds`` for outstanding answers and acknowledgements, unbind, and
        let ``run`` return. Returns at once."""
        self._stop_by = self._clock() + drain_seconds
        self._waker.poke()

    @property
    def window_in_flight(self) -> int:
        link = self._link
        return len(link.in_flight) if link else 0

    # --- life -------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Blocks until `stop`. What the handler raises ends it."""
        try:
            while self._stop_by is None:
                pause = self._live_once()
                self._waker.sleep(pause, self._stopping, self._clock)
        finally:
            self._tell(BindState.STOPPED)
            self._waker.close()

    def _live_once(self) -> float:
        """One connection from its first to its last byte; the pause before the next."""
        self._begin_connection()
        self._tell(BindState.CONNECTING)
        try:
            sock = dial(
                self.config.host,
                self.config.port,
                timeout=self.config.connect_timeout_seconds,
                waker=self._waker,
                stopping=self._stopping,
                clock=self._clock,
            )
            self.stats.connections += 1
            self._serve(Link(sock, self.stats.connections))
        except _Refused as refusal:
            self._tell(BindState.REFUSED, str(refusal))
            return self._refused.next()
        except LinkClosed as error:
            self._tell(BindState.DISCONNECTED, "" if self._stopping() else str(error))  # asked for
        else:
            self._tell(BindState.DISCONNECTED)
        if self._bound_at is not None:
            self._refused.reset()
            if self._took_a_message or self._clock() - self._bound_at >= _STABLE_SECONDS:
                self._reconnect.reset()
        return self._reconnect.next()

    def _begin_connection(self):
        self._bound_at = None
        self._took_a_message = False
        self._unacknowledged = 0
        self._heard_at = self._clock()
        self._enquired_at = None
        self._peer_unbound_at = None
        self._peer_unbind_sequence = None
        self._answered_at = None
        self._unbound_at = None
        self._unbind_answered = False
        self._over = False

    # --- one connection ---------------------------------------------------------------------------------------------

    def _serve(self, link):
        self._link = link
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._waker.socket, selectors.EVENT_READ)
                selector.register(link.sock, selectors.EVENT_READ)
                self._bind_sequence = link.request(self.config.bind_type.command, self.config.bind_body())
                self._bind_by = self._clock() + self.config.connect_timeout_seconds
                self._loop(link, selector)
        finally:
            link.close()
            self._link = None
            maybe_sent, not_sent = link.settle()
            if maybe_sent or not_sent:
                self.handler.lost(maybe_sent, not_sent)

    def _loop(self, link, selector):
        interest = selectors.EVENT_READ
        while not self._over:
            now = self._clock()
            self._check_timers(link, now)
            self._send_acknowledgements(link)
            self._pull(link, now)
            self._flush(link)
            if self._over:
                return
            reading = self._unacknowledged <= self.config.max_unacknowledged
            wanted = (selectors.EVENT_READ if reading else 0) | (selectors.EVENT_WRITE if link.out else 0)
            if wanted != interest:
                self._set_interest(selector, link, wanted, interest)
                interest = wanted
            for key, events in selector.select(self._patience(link)):
                if key.fileobj is self._waker.socket:
                    self._waker.drain()
                elif events & selectors.EVENT_READ:
                    self._read(link)

    def _flush(self, link):
        try:
            link.flush()
        except LinkClosed:
            # The peer may have answered before it closed; what it said is still in the socket.
            with suppress(LinkClosed):
                while self._read(link):
                    pass
            raise

    @staticmethod
    def _set_interest(selector, link, wanted, interest):
        if not wanted:
            selector.unregister(link.sock)
        elif not interest:
            selector.register(link.sock, wanted)
        else:
            selector.modify(link.sock, wanted)

    def _pull(self, link, now):
        if not self._may_submit(link):
            return
        if now >= self._wake_at:
            with self._lock:
                self._wake_at = float("inf")
            self._work = True
        if not self._work or now < self.flow.not_before:
            return
        room = self.flow.limit - len(link.in_flight)
        if room <= 0:
            return
        self._work = False  # before the pull, so that a wake during it is not missed
        batch = self.handler.pull(room)
        if batch:
            link.submit(batch, now)
            self.stats.submitted += len(batch)
            if len(batch) >= room:
                self._work = True

    def _may_submit(self, link):
        return (
            self.state is BindState.BOUND
            and not self._paused
            and self._stop_by is None
            and self.config.bind_type.can_submit
            and len(link.out) < _HIGH_WATER
        )

    def _send_acknowledgements(self, link):
        queue = self._acknowledgements
        while queue:
            deliveries, status = queue.popleft()
            answers = [
                HEADER.pack(17, delivery.command | RESPONSE, status, delivery.sequence) + b"\0"
                for delivery in deliveries
                if delivery.connection == link.number
            ]
            self._unacknowledged -= len(answers)
            link.put(b"".join(answers))

    # --- reading ----------------------------------------------------------------------------------------------------

    def _read(self, link):
        """Handles what has arrived; False when that was no whole PDU."""
        frames = link.read()
        if frames:
            self._heard_at = self._clock()
            self._enquired_at = None
        answers, deliveries = [], []
        base = self.config.id_base.response
        submit_resp, deliver = Command.SUBMIT_SM_RESP.value, Command.DELIVER_SM.value
        for command, status, sequence, body in frames:
            if command == submit_resp:
                self._answer(link, answers, sequence, status, body, base)
            elif command == deliver:
                self._delivery(link, deliveries, Command.DELIVER_SM, sequence, body, read_message_body)
            elif command == Command.DATA_SM:
                self._delivery(link, deliveries, Command.DATA_SM, sequence, body, read_data_body)
            elif command == Command.GENERIC_NACK and sequence in link.in_flight:
                self._answer(link, answers, sequence, status or Status.ESME_RUNKNOWNERR, b"", base)
            else:
                self._other(link, command, status, sequence)
        if answers:
            self.handler.answered(answers)
        if deliveries:
            self.handler.delivered(deliveries)
        if link.framer.fault:
            raise LinkClosed(f"the operator sent bytes that are not SMPP: {link.framer.fault}")
        return bool(frames)

    def _answer(self, link, answers, sequence, status, body, base):
        known = link.answer(sequence)
        stats = self.stats
        if known is None:
            stats.ignored += 1
            return
        token, sent_at = known
        stats.answered += 1
        if status == 0:
            stats.accepted += 1
            self._took_a_message = True
            self.flow.on_accepted(1)
            answers.append((token, 0, normalise_id(read_message_id(body), base)))
            return
        if action(status) is Action.THROTTLE:
            stats.throttled += 1
            self.flow.on_throttled(sent_at, self._clock())
        answers.append((token, status, ""))

    def _delivery(self, link, deliveries, command, sequence, body, reader):
        try:
            sm = reader(body)
        except MalformedBody as error:
            # Refused for good: an operator that is asked to try again would send the same bytes for ever.
            self.stats.malformed += 1
            log.warning("%s: a %s of %d octets was refused: %s", self.config.system_id, command.name, len(body), error)
            link.put(pack(command | RESPONSE, Status.ESME_RX_P_APPN, sequence, b"\0"))
            return
        delivery = Delivery(link.number, command, sequence, body, sm)
        if delivery.is_receipt:
            delivery.receipt = read_receipt(sm, self.config.id_base)
        deliveries.append(delivery)
        self.stats.delivered += 1
        self._unacknowledged += 1

    def _other(self, link, command, status, sequence):
        if command == self.config.bind_type.command | RESPONSE or (
            command == Command.GENERIC_NACK and self._bound_at is None and sequence in (self._bind_sequence, 0)
        ):
            self._bind_answered(status if command != Command.GENERIC_NACK else status or Status.ESME_RBINDFAIL)
        elif command == Command.ENQUIRE_LINK:
            link.put(pack(Command.ENQUIRE_LINK_RESP, 0, sequence))
        elif command == Command.UNBIND:
            self._peer_unbind_sequence = sequence
            self._peer_unbound_at = self._clock()
            self._tell(BindState.UNBINDING, "the operator ends the bind")
        elif command == Command.UNBIND_RESP and self._unbound_at is not None:
            self._unbind_answered = True
        elif command & RESPONSE or command in _NO_ANSWER:
            self.stats.ignored += 1
        else:
            self.stats.ignored += 1
            link.put(pack(Command.GENERIC_NACK, Status.ESME_RINVCMDID, sequence))

    def _bind_answered(self, status):
        self.last_status = status
        if self._bound_at is not None:
            return
        if status == 0:
            self._bound_at = self._clock()
            self._work = True
            self._tell(BindState.BOUND)
        elif action(status) in (Action.RETRY, Action.THROTTLE):
            raise LinkClosed(f"the operator did not bind us: {name(status)}")
        else:
            raise _Refused(f"the operator refused the bind: {name(status)}")

    # --- time -------------------------------------------------------------------------------------------------------

    def _check_timers(self, link, now):
        if self._bound_at is None:
            self._check_bind(now)
            return
        self._check_life(link, now)
        oldest = link.oldest_sent_at()
        if oldest is not None and now - oldest >= self.config.response_timeout_seconds:
            tokens = link.overdue(now - self.config.response_timeout_seconds)
            if tokens:
                self.handler.timed_out(tokens)
        if self._peer_unbound_at is not None:
            self._end_for_peer(link, now)
        elif self._stop_by is not None:
            self._end_for_us(link, now)

    def _check_bind(self, now):
        if self._stop_by is not None:
            self._over = True
        elif now >= self._bind_by:
            raise LinkClosed("the operator did not answer the bind")

    def _check_life(self, link, now):
        if self._unacknowledged > self.config.max_unacknowledged:
            self._heard_at = now  # we are the ones who do not listen
        elif self._enquired_at is not None:
            if now - self._enquired_at >= self.config.enquire_link_timeout_seconds:
                raise LinkClosed("the operator does not answer enquire_link")
        elif now - self._heard_at >= self.config.enquire_link_seconds:
            link.request(Command.ENQUIRE_LINK)
            self._enquired_at = now

    def _settled(self, link):
        return not link.in_flight and self._unacknowledged <= 0

    def _end_for_peer(self, link, now):
        """The peer's unbind is answered when nothing is outstanding, or after a grace; then the peer closes."""
        waited = now - self._peer_unbound_at
        if self._peer_unbind_sequence is not None:
            if self._settled(link) or waited >= _UNBIND_GRACE_SECONDS:
                link.put(pack(Command.UNBIND_RESP, 0, self._peer_unbind_sequence))
                self._peer_unbind_sequence = None
        elif waited >= 2 * _UNBIND_GRACE_SECONDS:
            self._over = True

    def _end_for_us(self, link, now):
        if self._unbound_at is None:
            if self._answered_at is None and not link.in_flight:
                self._answered_at = now
            # Beside other binds receipts never cease, so there is always one to be acknowledged.
            if self._settled(link) or now >= self._unbind_by():
                link.request(Command.UNBIND)
                self._unbound_at = now
                self._tell(BindState.UNBINDING)
        else:
            agreed = self._unbind_answered and self._unacknowledged <= 0
            self._over = agreed or now - self._unbound_at >= self.config.unbind_timeout_seconds

    def _unbind_by(self):
        if self._answered_at is None:
            return self._stop_by
        return min(self._stop_by, self._answered_at + _ACKNOWLEDGE_SECONDS)

    def _patience(self, link):
        """Seconds until the next thing that happens by itself."""
        now = self._clock()
        if self._bound_at is None:
            return max(0.0, self._bind_by - now)
        moments = [
            self._enquired_at + self.config.enquire_link_timeout_seconds
            if self._enquired_at is not None
            else self._heard_at + self.config.enquire_link_seconds
        ]
        oldest = link.oldest_sent_at()
        if oldest is not None:
            moments.append(oldest + self.config.response_timeout_seconds)
        if self._may_submit(link):
            moments.append(self._wake_at)
            if self._work and len(link.in_flight) < self.flow.limit:
                moments.append(self.flow.not_before)
        if self._peer_unbound_at is not None:
            grace = 1 if self._peer_unbind_sequence is not None else 2
            moments.append(self._peer_unbound_at + grace * _UNBIND_GRACE_SECONDS)
        elif self._unbound_at is not None:
            moments.append(self._unbound_at + self.config.unbind_timeout_seconds)
        elif self._stop_by is not None:
            moments.append(self._unbind_by())
        return max(0.0, min(moments) - now)

    # --- small things -----------------------------------------------------------------------------------------------

    def _stopping(self):
        return self._stop_by is not None

    def _tell(self, state, error=""):
        if error:
            self.last_error = error
        self.state = state
        self.handler.state(state, error)
