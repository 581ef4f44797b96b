"""One bind at work: the session on the network in one thread, the keeper of the books on the database in another.

The keeper leases chunks, loads them, marks a slice as handed over (the chunk's cursor, committed) and only then arms
its PDUs for the session. What the session reports it writes in batches, one transaction each, and only after the commit
are deliveries acknowledged. So at any moment a crash leaves: rows above the cursor untouched, rows up to it answered in
the table or unknown, deliveries acknowledged only if stored.
"""

import logging
import os
import random
import socket
import threading
import time
from collections import Counter, deque

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from redis import Redis

from common import context
from messaging.delivery import inbound, receipts, writer
from messaging.delivery.binding import bind_config, settings_of, take_number
from messaging.delivery.clerk import Clerk, Page
from messaging.delivery.figures import Figures
from messaging.delivery.hand import Armed, Closing, HeldChunk, Item
from messaging.delivery.intake import Intake
from messaging.delivery.shares import Shares
from messaging.delivery.slices import Slice
from messaging.dispatch import LEASE, is_open
from messaging.failover import others_may_take
from messaging.models import Bind, Gateway, MessageClass
from messaging.smpp.bind import BindState, ConfigurationError
from messaging.smpp.errors import Action, action
from messaging.smpp.session import Session
from messaging.smpp.throttle import SharedRate

log = logging.getLogger(__name__)

RENEW_SECONDS = 5.0
LOOK_SECONDS = 0.3  # how soon a pause or a cancel is noticed
REPORT_SECONDS = 1.0
IDLE_SECONDS = 0.5
STRANGERS_SECONDS = 30.0  # for so long a bind looks for the messages of receipts that nobody knew; then beat does
UNBOUND_SECONDS = 5.0  # without a bind for so long, others may have what we hold
ARMED_SECONDS = 0.1  # of the measured rate: what may be lost sight of in a crash, beside the window
MOST_ARMED = 4000
MOST_SHARES = 64  # accounts of which a bind holds something at a time
MOST_UNWRITTEN = 5000  # answers and receipts that wait for the clerk before nothing more is handed over


class BindEngine:
    """Delivers for one bind of ``gateway`` until ``stop``. ``start`` returns at once."""

    def __init__(self, gateway: Gateway):
        self.gateway = gateway
        self.number = 0
        self.session: Session | None = None
        self._token = random.getrandbits(62)
        self._armed = Armed()
        self._intake = Intake()
        self._figures = Figures(gateway.name)
        self._events: deque[tuple] = deque()
        self._signal = threading.Event()
        self._clerk = Clerk(gateway.name, token=self._token, gateway_id=gateway.id, tell=self._signal.set)
        self._stopping = threading.Event()
        self._is_asked_to_stop = False
        self._drain_seconds = 10.0
        self._nudged = True
        self._ask_again_at = 0.0  # an empty queue is not asked at every turn
        self._held: dict[int, HeldChunk] = {}
        self._deciding: Slice | None = None
        self._doubtful: dict[int, int] = {}  # chunk → cursor, of leases whose commit we did not hear of
        self._shares = Shares()
        self._templates: dict[int, object] = {}
        self._retries: list[tuple[float, Item]] = []
        self._lease_good_until = 0.0
        self._rate_limit = None
        self._rate = 0.0
        self._chunk_size = 1000.0
        self._due = dict.fromkeys(("renew", "look", "report", "poll", "match"), 0.0)
        self._strangers_until = 0.0
        self._last_submitted = 0
        self._session_thread: threading.Thread | None = None
        self._session_is_ending = False
        self._soon: float | None = None
        self._bound_last = time.monotonic()
        self._keeper = threading.Thread(target=self._keep, name=f"keeper-{gateway.name}", daemon=True)

    # --- from outside -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._keeper.start()

    def nudge(self) -> None:
        """There may be something to send, or to stop sending."""
        self._nudged = True
        self._due["look"] = 0.0
        self._signal.set()

    def stop(self, drain_seconds: float = 10.0) -> None:
        """Hand back what is not on the wire, wait for answers to what is, unbind. Returns at once; then ``join``."""
        self._drain_seconds = drain_seconds
        self._stopping.set()
        self._signal.set()

    def ask_to_stop(self, drain_seconds: float = 10.0) -> None:
        """`stop` for a signal's handler, noticed within half a second: it takes no lock. What the signal interrupted, a
        nudge for one, may hold that lock, and the handler would wait for it for ever and the keeper with it."""
        self._drain_seconds = drain_seconds
        self._is_asked_to_stop = True

    def join(self, timeout: float | None = None) -> bool:
        self._keeper.join(timeout)
        return not self._keeper.is_alive()

    # --- the session's handler (its thread) -------------------------------------------------------------------------

    def pull(self, room: int) -> list[tuple]:
        waiting = self._armed.count
        if not waiting or time.monotonic() > self._lease_good_until:
            self._signal.set()
            return []
        wanted = min(room, waiting)
        granted = self._rate_limit.take(wanted)
        if granted < wanted:
            self.session.wake_at(time.monotonic() + max(self._rate_limit.wait_seconds(), 0.001))
        pdus = self._armed.take(granted) if granted else []
        if self._armed.count < room:
            self._signal.set()
        return pdus

    def answered(self, answers: list) -> None:
        self._report("answered", answers)

    def delivered(self, deliveries: list) -> None:
        self._report("delivered", deliveries)

    def timed_out(self, tokens: list) -> None:
        self._report("uncertain", tokens)

    def lost(self, maybe_sent: list, not_sent: list) -> None:
        self._report("uncertain", maybe_sent)
        self._report("not_sent", not_sent)

    def state(self, state: BindState, error: str) -> None:
        log.info("%s/%s is %s %s", self.gateway.name, self.number, state.value, error)
        self._due["report"] = 0.0
        self._report("state", (state, error))

    def _report(self, kind: str, what) -> None:
        if what:
            self._events.append((kind, what))
            self._signal.set()

    # --- the keeper (its own thread) --------------------------------------------------------------------------------

    def _keep(self) -> None:
        pause = 0.5
        while True:
            self._hear_signals()
            try:
                if not self._has_number() and not self._take_number():
                    if self._stopping.wait(2.0):
                        return
                    continue
                if self._turn():
                    return
                pause = 0.5
            except (OperationalError, InterfaceError) as error:
                log.warning("%s/%s: the database is away (%s); trying again", self.gateway.name, self.number, error)
                connection.close()
                self._stopping.wait(pause)
                pause = min(pause * 2, 5.0)
                if self._stopping.is_set() and pause >= 5.0:
                    return
            except Exception:
                log.exception("%s/%s: an unexpected failure; trying again", self.gateway.name, self.number)
                connection.close()
                time.sleep(pause)

    def _hear_signals(self) -> None:
        if self._is_asked_to_stop:
            self._stopping.set()

    def _has_number(self) -> bool:
        return bool(self.number) and connection.connection is not None and not connection.connection.closed

    def _take_number(self) -> bool:
        self.number = take_number(self.gateway, self.number) or self.number
        context.remember(gateway=self.gateway.name, bind=self.number)
        return bool(self.number)

    def _turn(self) -> bool:
        """One round of the books; True when the bind has ended."""
        self._poll_gateway()
        self._wait()
        self._hear_signals()
        self._take_events()
        if self._stopping.is_set():
            self._begin_to_stop()
        self._look()
        self._keep_books()
        self._renew()
        self._match_late()
        self._report_bind()
        return self._stopping.is_set() and self._has_ended()

    def _wait(self) -> None:
        if self._is_behind():
            self._signal.wait(LOOK_SECONDS)
        elif not self._events and not self._nudged and not self._stopping.is_set():
            self._signal.wait(self._patience())
        self._signal.clear()

    def _is_behind(self) -> bool:
        """Too much waits for the clerk: first let him write."""
        batch = self._intake.batch
        return self._clerk.busy and len(batch.submissions) + len(batch.receipts) >= MOST_UNWRITTEN

    def _patience(self) -> float:
        soonest = min((at for at, _ in self._retries), default=None)
        patience = LOOK_SECONDS if self._held else IDLE_SECONDS
        if soonest is not None:
            patience = min(patience, max(soonest - time.monotonic(), 0.001))
        return min(patience, self._soon or patience)

    def _take_events(self) -> None:
        now = timezone.now()
        for _ in range(len(self._events)):
            if self._is_behind():
                break
            kind, what = self._events.popleft()
            if kind == "answered":
                self._intake.answered(what, now)
            elif kind == "delivered":
                self._intake.delivered(what, now)
            elif kind == "uncertain":
                self._intake.uncertain(what, now)
            elif kind == "not_sent":
                self._rearm(what)
            elif kind == "state" and what[0] is not BindState.BOUND and what[1]:
                Bind.objects.filter(gateway=self.gateway, number=self.number).update(
                    last_error=what[1][:300], last_error_at=now
                )
        self._soon = self._intake.take_strangers()

    def _rearm(self, tokens: list) -> None:
        """Back to the head of the queue: these never left our buffer."""
        by_class: dict[int, list] = {}
        parts_back = Counter(item for item, _ in tokens)
        for item, part in tokens:
            if item.chunk.closing is not None:
                self._drop(item, part, whole=parts_back[item] == item.waiting)
                continue
            bodies = dict(item.chunk.templates.bodies(item))
            by_class.setdefault(item.chunk.message_class, []).append(((item, part), bodies[part]))
        for message_class, pdus in by_class.items():
            self._armed.put_back(pdus, message_class)

    def _drop(self, item: Item, part: int, *, whole: bool) -> None:
        """A part that never left, of a chunk that is being put down: its message stays in the table for the next."""
        if not whole:
            self._intake.uncertain([(item, part)], timezone.now())
        elif item.attempts:
            self._intake.batch.requeued[item.id] = item
        elif part == item.todo[0]:
            item.chunk.open -= 1
            item.chunk.cursor = min(item.chunk.cursor, item.id - 1)

    # --- the books: what leaves next first, so that the wire is busy while the rest is written down -------------------

    def _keep_books(self) -> None:
        """Hand over what leaves next, and have written down what came: a page at a time, by the clerk."""
        if (page := self._clerk.written()) is not None:
            self._page_stands(page)
        self._hand_over()
        if self._clerk.busy:
            return
        ended = [chunk for chunk in self._held.values() if chunk.open <= 0 and not chunk.unmarked]
        if self._intake.batch or ended:
            self._clerk.give(Page(self._intake.batch, ended), bind_number=self.number)
            self._intake.next_batch()
            for chunk in ended:
                self._held.pop(chunk.id, None)

    def _page_stands(self, page: Page) -> None:
        batch = page.batch
        if any(row.message_id is None for row in batch.receipts):
            self._strangers_until = time.monotonic() + STRANGERS_SECONDS
        self._plan_retries(batch.requeued.values())
        if batch.deliveries:
            self.session.acknowledge(batch.deliveries)
            if page.inbound_parts:
                inbound.acknowledged(page.inbound_parts, now=timezone.now())
        self._figures.written(batch, number=self.number)

    def _hand_over(self) -> None:
        if self._doubtful:
            writer.let_go(self._doubtful, self._token, now=timezone.now())
            self._doubtful.clear()
        if self._is_behind():
            return
        room = self._room()
        if self._may_take() and (room or self._nudged or self._retries):
            try:
                with transaction.atomic():
                    slice_ = self._next_slice(room, timezone.now())
            except (OperationalError, InterfaceError):
                self._doubtful.update(self._deciding.claimed_cursors())
                raise
            slice_.arm()
        if self._armed.count and self.session is not None:
            self.session.wake()

    def _plan_retries(self, items) -> None:
        now = time.monotonic()
        for item in items:
            item.attempts += 1
            item.waiting = len(item.todo)
            item.chunk.moves_on |= item.moves_on
            if item.moves_on or item.chunk.closing is not None:
                item.chunk.open -= 1
                continue
            throttled = item.error is not None and action(int(item.error.partition(":")[2])) is Action.THROTTLE
            wait = 0.0 if throttled or item.error is None else min(2.0**item.attempts, 60.0)
            self._retries.append((now + wait, item))

    def _may_take(self) -> bool:
        return (
            not self._stopping.is_set()
            and not self._session_is_ending
            and self.session is not None
            and self.session.state is BindState.BOUND
            and self.session.config.bind_type.can_submit
        )

    def _room(self) -> int:
        """PDUs that may be armed now: a tenth of a second's worth, so that little is in doubt after a crash."""
        if not self._may_take():
            return 0
        return max(self._target() - self._armed.count, 0)

    def _target(self) -> int:
        target = max(self.gateway.window, min(int(self._rate * ARMED_SECONDS), MOST_ARMED))
        if self.gateway.throughput:
            target = max(1, min(target, int(self.gateway.throughput * ARMED_SECONDS)))
        return target

    def _next_slice(self, room: int, now) -> Slice:
        """Decide, and commit with the caller, what is handed over next."""
        slice_ = self._deciding = Slice(self)
        slice_.take_retries(time.monotonic())
        loaded = sum(len(chunk.unmarked) for chunk in self._held.values())
        urgent = self._nudged
        self._nudged = False
        if room > loaded and (urgent or time.monotonic() >= self._ask_again_at):
            most = max(1, min(int((room - loaded) / self._chunk_size) + 1, 100))
            if slice_.claim(most, now) < most:
                self._ask_again_at = time.monotonic() + LOOK_SECONDS
        elif urgent and self._held:
            shares = len({chunk.share for chunk in self._held.values() if chunk.unmarked})
            most_class = None if shares < MOST_SHARES else MessageClass.TRANSACTIONAL
            slice_.claim(20, now, only_others=True, most_class=most_class)
        slice_.choose(room, now)
        slice_.commit(now)
        return slice_

    # --- people's pauses and cancels, hours, the end ----------------------------------------------------------------

    def _look(self) -> None:
        if self.session is not None and self.session.state is BindState.BOUND:
            self._bound_last = time.monotonic()
        elif time.monotonic() - self._bound_last > UNBOUND_SECONDS:
            self._hand_back()
        if time.monotonic() < self._due["look"] or not self._held:
            return
        self._nudged = True  # a lost nudge only delays
        self._due["look"] = time.monotonic() + LOOK_SECONDS
        now = timezone.now()
        campaigns = writer.held_up({chunk.campaign_id for chunk in self._held.values()})
        for reason, chunks in (
            (Closing.HELD_UP, [chunk for chunk in self._held.values() if chunk.campaign_id in campaigns]),
            (Closing.EXPIRED, [c for c in self._held.values() if c.expires_at and c.expires_at <= now]),
            (Closing.HANDED_BACK, [c for c in self._held.values() if not is_open(c.opens, c.closes, now)]),
        ):
            self._put_down([chunk for chunk in chunks if chunk.closing is None], reason)

    def _put_down(self, chunks: list[HeldChunk], reason: Closing) -> None:
        """Take back everything of these chunks that is not on the wire."""
        if not chunks:
            return
        removed = self._armed.remove(set(chunks))
        waiting = [item for _, item in self._retries if item.chunk in chunks]
        self._retries = [(at, item) for at, item in self._retries if item.chunk not in chunks]
        for chunk in chunks:
            untouched = [item.id for item in removed if item.chunk is chunk and not item.attempts]
            chunk.cursor = min(untouched) - 1 if untouched else chunk.cursor
            chunk.open -= len(chunk.unmarked)
            chunk.unmarked.clear()
            chunk.closing = reason
        for item in [*removed, *waiting]:
            item.chunk.open -= 1
        with transaction.atomic():
            writer.requeue_items([item for item in removed if item.attempts])
            for chunk in chunks:
                writer.lower(chunk, self._token, now=timezone.now())

    def _begin_to_stop(self) -> None:
        self._hand_back()
        if not self._session_is_ending:
            self._session_is_ending = True
            if self.session is not None:
                self.session.stop(self._drain_seconds)

    def _hand_back(self) -> None:
        self._put_down([chunk for chunk in self._held.values() if chunk.closing is None], Closing.HANDED_BACK)

    def _has_ended(self) -> bool:
        if self._session_thread is not None and self._session_thread.is_alive():
            self._session_thread.join(0.05)
            return False
        if self._events or self._intake.batch or self._held or self._soon or self._clerk.busy:
            return False
        self._clerk.end()
        Bind.objects.filter(gateway=self.gateway, number=self.number).update(
            state=Bind.State.STOPPED, window_in_flight=0, rate=0, armed=0, unwritten=0, heartbeat_at=None
        )
        connection.close()
        return True

    def _renew(self) -> None:
        began = time.monotonic()
        if began < self._due["renew"]:
            return
        self._due["renew"] = began + RENEW_SECONDS
        holds = self._held or self._clerk.busy
        ours = writer.renew(self._token, now=timezone.now()) if holds else set()
        self._lease_good_until = began + LEASE.total_seconds() - RENEW_SECONDS
        taken_away = [chunk for chunk in self._held.values() if chunk.id not in ours]
        if taken_away:
            log.warning("%s/%s lost its lease of %d chunks", self.gateway.name, self.number, len(taken_away))
            self._armed.remove(set(taken_away))
            self._retries = [(at, item) for at, item in self._retries if item.chunk not in taken_away]
            for chunk in taken_away:
                self._held.pop(chunk.id, None)

    def _match_late(self) -> None:
        """Receipts that came before another bind had committed what they are for."""
        if not self._due["match"] <= time.monotonic() < self._strangers_until:
            return
        self._due["match"] = time.monotonic() + REPORT_SECONDS
        receipts.match_waiting(now=timezone.now(), gateway_id=self.gateway.id)

    # --- the session's life -----------------------------------------------------------------------------------------

    def _poll_gateway(self) -> None:
        """Begin, end or begin anew as the gateway's row says."""
        if time.monotonic() < self._due["poll"] or self._stopping.is_set():
            return
        self._due["poll"] = time.monotonic() + 2.0
        gateway = Gateway.objects.get(pk=self.gateway.pk)
        self._intake.failover_statuses = others_may_take(gateway)
        self._intake.failover_tries = gateway.failover_tries
        running = self._session_thread is not None and self._session_thread.is_alive()
        wanted = gateway.is_enabled and self.number <= gateway.binds
        changed = settings_of(gateway) != settings_of(self.gateway)
        if running and (changed or not wanted):
            self._session_is_ending = True
            self._hand_back()
            self.session.stop(self._drain_seconds)
        elif not running and wanted and not self._held and not self._events and not self._clerk.busy:
            self.gateway = gateway
            self._begin_session()

    def _begin_session(self) -> None:
        try:
            config = bind_config(self.gateway)
        except ConfigurationError as error:
            self.state(BindState.REFUSED, str(error))
            return
        self._rate_limit = SharedRate(
            Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1),
            f"gateway:{self.gateway.pk}",
            self.gateway.throughput,
            binds=self.gateway.binds,
        )
        self.session = Session(config, self)
        self._session_is_ending = False
        self._last_submitted = 0
        self._templates.clear()
        self._lease_good_until = time.monotonic() + LEASE.total_seconds() - RENEW_SECONDS
        self._session_thread = threading.Thread(
            target=self._run_session, name=f"smpp-{self.gateway.name}-{self.number}", daemon=True
        )
        self._session_thread.start()

    def _run_session(self) -> None:
        context.remember(gateway=self.gateway.name, bind=self.number)
        try:
            self.session.run()
        except Exception:
            log.exception("%s/%s: the session broke", self.gateway.name, self.number)

    def _report_bind(self) -> None:
        now = time.monotonic()
        if now < self._due["report"] or self.session is None:
            return
        since = now - (self._due["report"] - REPORT_SECONDS) if self._due["report"] else REPORT_SECONDS
        self._due["report"] = now + REPORT_SECONDS
        session = self.session
        submitted = session.stats.submitted
        rate = (submitted - self._last_submitted) / max(since, 0.1)
        self._rate = max(rate, self._rate * 0.5)
        self._last_submitted = submitted
        state = {BindState.STOPPED: Bind.State.STOPPED}.get(session.state, session.state.value)
        moment = timezone.now()
        values = {
            "state": state,
            "window_in_flight": session.window_in_flight,
            "window_limit": session.flow.limit,
            "rate": round(rate, 1),
            "armed": self._armed.count,
            "unwritten": len(self._intake.batch.submissions) + len(self._intake.batch.receipts),
            "submitted_total": submitted,
            "process": f"{socket.gethostname()}:{os.getpid()}",
            "heartbeat_at": moment,
        }
        row = Bind.objects.filter(gateway=self.gateway, number=self.number)
        if state == Bind.State.BOUND:
            row.exclude(state=Bind.State.BOUND).update(bound_at=moment)
        row.update(**values)
        self._figures.session(session.stats, number=self.number)
