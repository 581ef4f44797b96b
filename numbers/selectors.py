"""Which operator a number belongs to, and when a line may send."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection

from accounts.models import Account
from common.phones import FIRST
from numbers.hours import common, parse
from numbers.models import Line, Operator, PortedNumber, Prefix, QuietHours

OTHER = "other"
TEHRAN = ZoneInfo("Asia/Tehran")

_CACHE_SECONDS = 60
_PREFIX_DIGITS = 5  # national digits, 9 and four more, that tell operators apart
_PREFIXES = 10 ** (_PREFIX_DIGITS - 1)
_NUMBERS_IN_PREFIX = 10 ** (10 - _PREFIX_DIGITS)


@dataclass(frozen=True, slots=True)
class _Tables:
    operators: dict[int, Operator]
    operator_ids: np.ndarray
    accepts_bulk: np.ndarray
    other_id: int
    good_until: float


_tables: _Tables | None = None


def operators() -> dict[int, Operator]:
    """Every operator by its id, in the order of their ids; at most a minute old."""
    return _current().operators


def operator_table() -> np.ndarray:
    """int32[10_000]: operator id by the first five national digits less 90000 (91212… is place 1212); 0 = unknown.

    At most a minute old. Shared: not to be written to.
    """
    return _current().operator_ids


def accepts_bulk_table() -> np.ndarray:
    """bool[10_000], placed as in ``operator_table``: False where a prefix takes no bulk messages (data SIMs, 0941)."""
    return _current().accepts_bulk


def other_operator_id() -> int:
    """Id of the operator of mobiles with an unknown prefix."""
    return _current().other_id


def places(msisdns: np.ndarray) -> np.ndarray:
    """Places of numbers (989…, int64) in ``operator_table``."""
    return (msisdns - FIRST) // _NUMBERS_IN_PREFIX


def operator_ids(msisdns: np.ndarray) -> np.ndarray:
    """int32: the operator of each number (989…, int64): where it was ported to, else its prefix's, else "other"."""
    tables = _current()
    found = tables.operator_ids[places(msisdns)]
    found = np.where(found == 0, np.int32(tables.other_id), found)
    ported, new_operators = _ported(msisdns)
    if len(ported):
        nearest = np.minimum(np.searchsorted(ported, msisdns), len(ported) - 1)
        found = np.where(ported[nearest] == msisdns, new_operators[nearest], found)
    return found


def operator_of(msisdn: int) -> Operator:
    """The operator of one number (989…), with portability."""
    return operators()[int(operator_ids(np.array([msisdn], np.int64))[0])]


def sending_hours(line: Line, now: datetime, account: Account | None = None) -> tuple[int, int] | None:
    """(first minute, minute after the last) of the Tehran day in which ``line`` may send, or None: at any time.

    Advertising lines have hours (R4): their own, or settings.ADVERTISING_HOURS. What an ``account`` sends keeps to its
    quiet hours too (2.5); where both leave no hour, the line's hold. ``now`` is the day that is asked about.
    """
    hours = parse(line.sending_hours or settings.ADVERTISING_HOURS) if line.kind == Line.Kind.ADVERTISING else None
    return hours if account is None else common(hours, quiet_hours(account)) or hours


def quiet_hours(account: Account) -> tuple[int, int] | None:
    """The hours in which the account lets its messages leave (2.5); None: at any time."""
    own = QuietHours.objects.filter(account=account).first()
    return own and own.hours


def next_opening(line: Line, now: datetime, account: Account | None = None) -> datetime:
    """The first moment, ``now`` or later, at which ``line`` may send (R4), for an ``account`` outside its quiet hours.
    Aware, in Tehran time unless it is now."""
    hours = sending_hours(line, now, account)
    if hours is None:
        return now
    opens, closes = hours
    local = now.astimezone(TEHRAN)
    minute = local.hour * 60 + local.minute
    if opens <= minute < closes:
        return now
    day = local.date() if minute < opens else local.date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, opens // 60, opens % 60, tzinfo=TEHRAN)


def notice_line() -> Line | None:
    """The active line that carries the platform's notices, with the account that pays for them."""
    return Line.objects.select_related("account").filter(carries_notices=True, state=Line.State.ACTIVE).first()


def forget_tables() -> None:
    """Read operators and prefixes afresh at the next question, instead of after a minute."""
    global _tables
    _tables = None


def _current() -> _Tables:
    global _tables
    tables = _tables
    if tables is None or time.monotonic() > tables.good_until:
        tables = _tables = _read()
    return tables


def _read() -> _Tables:
    every = {operator.pk: operator for operator in Operator.objects.select_related("host").order_by("pk")}
    ids, accepts_bulk = np.zeros(_PREFIXES, np.int32), np.ones(_PREFIXES, bool)
    # The longest prefixes are written last: 09991 within 0999 keeps its own operator.
    for row in sorted(Prefix.objects.all(), key=lambda row: len(row.prefix)):
        national = row.prefix[1:]
        free = _PREFIX_DIGITS - len(national)
        first = int(national) * 10**free - 9 * _PREFIXES
        ids[first : first + 10**free] = row.operator_id
        accepts_bulk[first : first + 10**free] = row.accepts_bulk
    ids.flags.writeable = accepts_bulk.flags.writeable = False
    other_id = next((pk for pk, operator in every.items() if operator.code == OTHER), 0)
    return _Tables(every, ids, accepts_bulk, other_id, time.monotonic() + _CACHE_SECONDS)


def _ported(msisdns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(numbers in ascending order, their operators) of those that have moved."""
    rows = []
    if PortedNumber.objects.exists():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT msisdn, operator_id FROM numbers_portednumber WHERE msisdn = ANY(%s) ORDER BY msisdn",
                [msisdns.tolist()],
            )
            rows = cursor.fetchall()
    return np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.int32)
