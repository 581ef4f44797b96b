"""What planning works on: rows as numpy columns, cut into chunks; the rows that have come by; the totals."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from messaging.models import Chunk


@dataclass(slots=True)
class Rows:
    """Messages about to be written; arrays of one length. ``texts`` is None where the campaign's text is meant, ``due``
    (minutes since 1970, 0 = with the campaign) where no row has a time of its own."""

    numbers: np.ndarray
    operators: np.ndarray
    encodings: np.ndarray
    parts: np.ndarray
    prices: np.ndarray
    returns: np.ndarray
    texts: np.ndarray | None = None
    due: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, which) -> "Rows":
        return Rows(*(None if column is None else column[which] for column in self._columns()))

    def __add__(self, other: "Rows") -> "Rows":
        pairs = zip(self._columns(), other._columns(), strict=True)
        return Rows(*(None if mine is None else np.concatenate((mine, its)) for mine, its in pairs))

    def _columns(self):
        known = (self.numbers, self.operators, self.encodings, self.parts, self.prices, self.returns)
        return (*known, self.texts, self.due)


@dataclass(slots=True)
class Totals:
    """What the review page shows."""

    rows: int = 0
    valid: int = 0
    duplicates: int = 0
    invalid: int = 0
    opted_out: int = 0
    blocked: int = 0
    no_route: int = 0
    unfit_text: int = 0  # empty or too long once the placeholders were filled in
    missing: int = 0  # recipients for whom some placeholder had no value
    parts: int = 0
    price: int = 0
    timed: int = 0
    first_due: int = 0  # minutes since 1970; 0 where no row has a time of its own
    last_due: int = 0
    invalid_sample: list[str] = field(default_factory=list)
    least_parts: int = 0  # of texts that differ; 0 where all are one
    most_parts: int = 0
    longest: str = ""
    bad_sample: list[list] = field(default_factory=list)  # row, column, reason, value
    operators: Counter = field(default_factory=Counter)  # (operator id, encoding) → recipients
    operator_parts: Counter = field(default_factory=Counter)

    def note_texts(self, texts: np.ndarray, parts: np.ndarray) -> None:
        """How far the texts of recipients differ, for the review."""
        self.least_parts = min(self.least_parts or int(parts.min()), int(parts.min()))
        self.most_parts = max(self.most_parts, int(parts.max()))
        self.longest = max((self.longest, max(texts, key=len)), key=len)

    def note_times(self, due: np.ndarray) -> None:
        """``due`` of rows, in minutes since 1970; 0 for those without a time of their own."""
        timed = due[due > 0]
        if len(timed):
            self.timed += len(timed)
            self.first_due = min(self.first_due or int(timed.min()), int(timed.min()))
            self.last_due = max(self.last_due, int(timed.max()))


class SeenRows:
    """Which rows (number, text, time) have come by: eight octets a row, in sorted runs, one a batch."""

    def __init__(self) -> None:
        self._runs: list[np.ndarray] = []

    def add_many(self, rows: Iterable[tuple]) -> np.ndarray:
        """True where a row comes for the first time, in this batch too."""
        keys = np.fromiter((hash(row) for row in rows), np.int64)
        unique, where = np.unique(keys, return_index=True)
        fresh = np.ones(len(unique), bool)
        for run in self._runs:
            places = np.minimum(np.searchsorted(run, unique), len(run) - 1)
            fresh &= run[places] != unique
        if fresh.any():
            self._runs.append(unique[fresh])
        first = np.zeros(len(keys), bool)
        first[where[fresh]] = True
        return first


def chunked(rows: Rows, *, to_the_end: bool = False) -> tuple[Rows, Rows]:
    """(rows that fill whole chunks, the rest): rows of one time stand together, in the order in which they came. With
    ``to_the_end`` there is no rest, and a time's last chunk may be a small one."""
    if rows.due is not None:
        rows = rows.take(np.argsort(rows.due, kind="stable"))
    if to_the_end:
        return rows, rows.take(slice(0, 0))
    starts, sizes = _times(rows)
    place = np.arange(len(rows)) - np.repeat(starts, sizes)
    is_whole = place < np.repeat(sizes - sizes % Chunk.SIZE, sizes)
    return rows.take(is_whole), rows.take(~is_whole)


def chunk_sizes(rows: Rows) -> list[int]:
    """The sizes of the chunks of sorted rows: at most 1,000, and never two times in one."""
    sizes: list[int] = []
    for size in _times(rows)[1].tolist():
        sizes += [Chunk.SIZE] * (size // Chunk.SIZE)
        if size % Chunk.SIZE:
            sizes.append(size % Chunk.SIZE)
    return sizes


def _times(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """(start, size) of each run of rows of one time."""
    if rows.due is None or not len(rows):
        return np.array([0]), np.array([len(rows)])
    starts = np.concatenate(([0], np.flatnonzero(np.diff(rows.due)) + 1))
    return starts, np.diff(np.concatenate((starts, [len(rows)])))
