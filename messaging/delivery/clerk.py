"""Writes down what a bind has heard, page after page, on a connection of its own, while the keeper goes on.

Half of a keeper's time went by waiting for PostgreSQL to commit answers and receipts; meanwhile nothing was handed
over. Pages are written in the order in which they are given, one transaction each, and never two at a time, so nothing
that depends on an earlier page is written before it.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from common import context
from messaging import failover
from messaging.delivery import writer
from messaging.delivery.binding import look_up_by_ids
from messaging.delivery.hand import HeldChunk
from messaging.delivery.intake import Batch

log = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 5.0


@dataclass(slots=True)
class Page:
    """A batch, and the chunks of which nothing is under way once it is written. Then ``inbound_parts`` are the ids of
    what subscribers sent."""

    batch: Batch
    ended: Sequence[HeldChunk]
    inbound_parts: list[int] = field(default_factory=list)


class Clerk:
    """One thread. ``give`` a page when it is not ``busy``; ``written`` gives it back once it is committed."""

    def __init__(self, name: str, *, token: int, gateway_id: int, tell: Callable[[], None]):
        self._token = token
        self._gateway_id = gateway_id
        self._name = name
        self._tell = tell
        self._bind_number = 0
        self._page: Page | None = None
        self._written: Page | None = None
        self._given = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"clerk-{name}", daemon=True)

    @property
    def busy(self) -> bool:
        """Whether a page was given and not yet taken back."""
        return self._page is not None

    def give(self, page: Page, *, bind_number: int) -> None:
        """Have it written. Only when not busy."""
        self._bind_number = bind_number
        self._page = page
        if not self._thread.is_alive():
            self._thread.start()
        self._given.set()

    def written(self) -> Page | None:
        """The page that has been committed meanwhile; the clerk is free then."""
        page, self._written = self._written, None
        if page is not None:
            self._page = None
        return page

    def end(self) -> None:
        """Only when not busy."""
        self._ending.set()
        self._given.set()

    def _work(self) -> None:
        context.remember(gateway=self._name, bind=self._bind_number)
        while True:
            self._given.wait()
            self._given.clear()
            if self._ending.is_set():
                connection.close()
                return
            page = self._page
            self._try_until_it_stands(lambda is_repeat, page=page: self._write(page, is_repeat))
            moving = [chunk for chunk in page.ended if chunk.closing is None and chunk.moves_on]
            if moving:  # campaigns are locked before messages and wallets, so after those of the page were let go
                self._try_until_it_stands(lambda _, moving=moving: self._send_on(moving))
            self._written = self._page
            self._tell()

    def _try_until_it_stands(self, write: Callable[[bool], None]) -> None:
        """However often the database goes away: what the operator told us must not be lost."""
        pause = 0.1
        is_repeat = False
        while True:
            try:
                if connection.connection is None:
                    connection.ensure_connection()
                    look_up_by_ids()
                write(is_repeat)
                return
            except (OperationalError, InterfaceError) as error:
                log.warning("%s: the database is away (%s); trying again", self._name, error)
            except Exception:
                log.exception("%s: an unexpected failure; trying again", self._name)
            connection.close()
            is_repeat = True  # the commit may have stood although we did not hear of it
            self._ending.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _send_on(self, chunks: list[HeldChunk]) -> None:
        failover.send_on(chunks, gateway_id=self._gateway_id, token=self._token, now=timezone.now())

    def _write(self, page: Page, is_repeat: bool) -> None:
        now = timezone.now()
        with transaction.atomic():
            if page.batch:
                page.inbound_parts = writer.write(
                    page.batch,
                    gateway_id=self._gateway_id,
                    bind_number=self._bind_number,
                    now=now,
                    is_repeat=is_repeat,
                )
            whole = [chunk for chunk in page.ended if chunk.closing is None and not chunk.moves_on]
            writer.finish(whole, self._token, now=now)
            for chunk in page.ended:
                if chunk.closing is not None:
                    writer.seal(chunk, self._token, now=now)
