"""The recipients that a campaign names, as a stream of batches: never a million objects in memory (2.1, 2.2)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from django.conf import settings

from common.phones import extract, normalise_many
from common.tables import open_table
from messaging.models import Campaign
from phonebook.selectors import contact_numbers, group_numbers

BATCH = 50_000


@dataclass(slots=True)
class Batch:
    """``numbers`` are E.164 integers, every one valid; ``invalid`` the cells that are none, as they were written."""

    numbers: np.ndarray
    invalid: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.numbers) + len(self.invalid)


def batches(campaign: Campaign) -> Iterator[Batch]:
    """Typed numbers, then contacts, groups and the file, with their repeats. Raises common.tables.TableError."""
    sources = campaign.sources
    if sources.get("typed"):
        yield from _typed(sources["typed"])
    if sources.get("contacts"):
        yield Batch(contact_numbers(campaign.account, sources["contacts"]))
    if sources.get("groups"):
        for numbers in group_numbers(campaign.account, sources["groups"], batch=BATCH):
            yield Batch(numbers)
    if campaign.upload_id:
        yield from _file(campaign)


def _typed(text: str) -> Iterator[Batch]:
    found = extract(text)
    yield Batch(np.array(found.numbers, np.int64), found.invalid)


def _file(campaign: Campaign) -> Iterator[Batch]:
    table = open_table(settings.MEDIA_ROOT / campaign.upload.path, campaign.upload.filename)
    for cells in table.column(campaign.sources.get("column", 0), batch=BATCH):
        numbers = normalise_many(cells)
        wrong = np.flatnonzero(numbers == 0)
        invalid = [cells[place] for place in wrong if cells[place].strip()]
        yield Batch(numbers[numbers != 0], invalid)


def given(numbers: list[int | None], raw: list[str]) -> Batch:
    """A batch of numbers already read one by one, as the web service gives them."""
    valid = [number for number in numbers if number]
    return Batch(np.array(valid, np.int64), [text for number, text in zip(numbers, raw, strict=True) if not number])
