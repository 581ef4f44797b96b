"""Work that is cheaper together: callers that come at the same time are served by one of them, in one go."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Ticket(Generic[Item, Result]):
    __slots__ = ("called", "error", "item", "leads", "result")

    def __init__(self, item: Item):
        self.item = item
        self.leads = False
        self.result: Result | None = None
        self.error: BaseException | None = None
        self.called = threading.Lock()
        self.called.acquire()


class Combiner(Generic[Item, Result]):
    """``submit(item)`` gives ``work``'s result for it. Whoever finds nobody at work leads: does the work of all who
    wait, at most ``most`` of them, and then calls the next to lead. Nobody waits for others to come: alone, a caller
    is served alone.

    ``work`` takes the items in the order in which they came and gives as many results; what it raises is raised in
    every caller whose item it was given. It runs in the thread of the caller who leads.
    """

    def __init__(self, work: Callable[[list[Item]], list[Result]], *, most: int = 100):
        self._work = work
        self._most = most
        self._lock = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._busy = False

    def submit(self, item: Item) -> Result:
        ticket: _Ticket = _Ticket(item)
        with self._lock:
            self._waiting.append(ticket)
            leads = not self._busy
            self._busy = True
        if not leads:
            ticket.called.acquire()
        if leads or ticket.leads:
            self._lead()
        if ticket.error is not None:
            raise ticket.error
        return ticket.result

    def _lead(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            results = self._work([ticket.item for ticket in batch])
            for ticket, result in zip(batch, results, strict=True):
                ticket.result = result
        except BaseException as error:
            for ticket in batch:
                ticket.error = error
        finally:
            with self._lock:
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].called.release()
                else:
                    self._busy = False
            for ticket in batch:
                ticket.called.release()
