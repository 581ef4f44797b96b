"""What a line of the log is about: the call that led to it, the account, the campaign, the bind.

Whoever knows says so once, ``with about(campaign=12):``; every record of the thread until its end carries it. The
request's id goes with the tasks that a request enqueues (smsplatform.celery), so one id leads from a call to its work.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

FIELDS = ("request_id", "account", "campaign", "gateway", "bind")
LAST_RUNS = "tasks-last-success"  # hash in Valkey: task of the timetable → seconds since 1970

_known: ContextVar[dict[str, object]] = ContextVar("log_context", default={})  # noqa: B039 - never changed in place


def known() -> dict[str, object]:
    """What is known now, of ``FIELDS``."""
    return _known.get()


def request_id() -> str:
    """The id of the call that this work is for; "" where none is."""
    return str(_known.get().get("request_id", ""))


def caller() -> dict[str, dict]:
    """``{"call": {"request": id, "key": id of the key}}`` while a call of the web service is answered; else empty."""
    key = _known.get().get("key")
    return {"call": {"request": request_id(), "key": key}} if key else {}


def remember(**fields: object) -> None:
    """For the rest of this thread's (or request's) work."""
    _known.set({**_known.get(), **fields})


def begin(**fields: object) -> None:
    """Other work begins in this thread: what was known is forgotten. Fields that are None are left out."""
    _known.set({name: value for name, value in fields.items() if value is not None})


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """For a while."""
    token = _known.set({**_known.get(), **fields})
    try:
        yield
    finally:
        _known.reset(token)
