"""The recipients that a campaign names, as a stream of batches: never a million objects in memory (2.1, 2.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from django.conf import settings

from accounts.models import Account
from common.phones import Seen, extract, normalise_many
from common.tables import open_table
from messaging.merging import merger_of
from messaging.models import Campaign
from messaging.p2p import BadRow, Columns, Reader, cells_at
from messaging.selectors.reached import reached
from numberbank import selection
from numberbank.targets import Target
from phonebook.selectors import contact_numbers, group_numbers

BATCH = 50_000


@dataclass(slots=True)
class Batch:
    """``numbers`` are E.164 integers, every one valid; ``invalid`` the cells that are none, as they were written.

    Peer to peer (2.3): ``texts`` and ``due`` (minutes since 1970, 0 = at once) go with ``numbers``; ``bad`` are the
    rows that cannot be sent. ``cells`` are columns of the file, row by row with ``numbers``, for placeholders (2.5).
    """

    numbers: np.ndarray
    invalid: list[str] = field(default_factory=list)
    texts: Sequence[str] | None = None
    due: np.ndarray | None = None
    bad: Sequence[BadRow] = ()
    cells: dict[int, Sequence[str]] | None = None

    @property
    def rows(self) -> int:
        return len(self.numbers) + len(self.invalid) + len(self.bad)


def batches(campaign: Campaign, *, cells_of: Sequence[int] = (), size: int = 0) -> Iterator[Batch]:
    """Typed numbers, contacts, groups, the file, the bank, with their repeats. Raises common.tables.TableError.

    ``cells_of``: columns of the file that come along; ``size``: numbers a batch, where it may be less than 50,000.
    """
    size = size or BATCH
    sources = campaign.sources
    if campaign.kind == Campaign.Kind.P2P:
        yield from _peer_to_peer(campaign, size)
        return
    if sources.get("typed"):
        yield from _typed(sources["typed"])
    if sources.get("contacts"):
        chosen = contact_numbers(campaign.account, sources["contacts"])
        for start in range(0, max(len(chosen), 1), size):
            yield Batch(chosen[start : start + size])
    if sources.get("groups"):
        for numbers in group_numbers(campaign.account, sources["groups"], batch=size):
            yield Batch(numbers)
    if campaign.upload_id:
        yield from _file(campaign, cells_of, size)
    if sources.get("target"):
        target = Target.of(sources["target"])
        for numbers in selection.numbers(target, reached=reached_of(campaign.account, target, now=campaign.created_at)):
            yield Batch(numbers)


def reached_of(account: Account, target: Target, *, now: datetime) -> Seen | None:
    """Whom the target leaves out since they were written to lately; None where it asks for no such thing."""
    return reached(account, days=target.reached_days, now=now) if target.reached_days else None


def _typed(text: str) -> Iterator[Batch]:
    found = extract(text)
    yield Batch(np.array(found.numbers, np.int64), found.invalid)


def _file(campaign: Campaign, cells_of: Sequence[int], size: int) -> Iterator[Batch]:
    table = open_table(settings.MEDIA_ROOT / campaign.upload.path, campaign.upload.filename)
    column = campaign.sources.get("column", 0)
    if not cells_of:
        for cells in table.column(column, batch=size):
            yield _numbers_of(cells)
        return
    for rows in table.rows(size):
        batch = _numbers_of(cells := cells_at(rows, column))
        good = [row for row, number in zip(rows, normalise_many(cells).tolist(), strict=True) if number]
        batch.cells = {place: cells_at(good, place) for place in cells_of}
        yield batch


def _numbers_of(cells: list[str]) -> Batch:
    numbers = normalise_many(cells)
    wrong = np.flatnonzero(numbers == 0)
    invalid = [cells[place] for place in wrong if cells[place].strip()]
    return Batch(numbers[numbers != 0], invalid)


def _peer_to_peer(campaign: Campaign, size: int) -> Iterator[Batch]:
    table = open_table(settings.MEDIA_ROOT / campaign.upload.path, campaign.upload.filename)
    reader = Reader(table, Columns(**campaign.sources["columns"]), line=campaign.line, now=campaign.created_at)
    for good, bad in reader.batches(size):
        yield Batch(good.numbers, texts=good.texts, due=good.due, bad=bad)


def given(numbers: list[int | None], raw: list[str], texts: Sequence[str] | None = None) -> Batch:
    """A batch of numbers already read one by one, as the web service gives them, with a text for each or none."""
    valid = [number for number in numbers if number]
    invalid = [text for number, text in zip(numbers, raw, strict=True) if not number]
    chosen = None if texts is None else [text for text, number in zip(texts, numbers, strict=True) if number]
    return Batch(np.array(valid, np.int64), invalid, chosen)


def first_texts(campaign: Campaign, *, count: int) -> list[tuple[int, str]]:
    """(number, text) of the first recipients, as they will get it (2.5); the campaign need not be saved."""
    merger = merger_of(campaign)
    found: dict[int, str] = {}
    for batch in batches(campaign, cells_of=merger.columns if merger else (), size=max(count, 100)):
        numbers = batch.numbers[:count]
        cells = batch.cells and {place: column[:count] for place, column in batch.cells.items()}
        texts = merger.texts(numbers, cells) if merger else [campaign.text] * len(numbers)
        for number, text in zip(numbers.tolist(), texts, strict=True):
            found.setdefault(number, text)
        if len(found) >= count:
            break
    return list(found.items())[:count]
