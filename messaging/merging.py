"""Texts filled in for each recipient (2.5), from the phonebook and from the other columns of the file."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from accounts.models import Account
from common.text import MergeTemplate, clean, fold
from messaging.models import Campaign, Upload
from phonebook import selectors as phonebook

BUILT_IN = {"first_name": ("first_name", "نام"), "last_name": ("last_name", "نام خانوادگی"), "mobile": ("mobile",)}


@dataclass(frozen=True, slots=True)
class FieldOffer:
    """A field of the phonebook as a compose form offers it: ``written`` goes between the braces."""

    written: str
    label: str


def offers(account: Account) -> list[FieldOffer]:
    """The fields that every text may name."""
    built_in = [FieldOffer("first_name", _("First name")), FieldOffer("last_name", _("Last name"))]
    return built_in + [FieldOffer(field.key, field.name) for field in phonebook.fields(account)]


def unknown_names(text: str, *, account: Account, upload: Upload | None) -> list[str]:
    """The placeholders of a text, as written, that neither the phonebook nor the file has a value for."""
    known = _contact_keys(account).keys() | _file_columns(upload).keys()
    return list(dict.fromkeys(blank.written for blank in MergeTemplate.parse(text).blanks if blank.name not in known))


class Merger:
    """Fills in the text of one campaign, batch by batch. A cell of the file goes before the phonebook."""

    def __init__(self, *, text: str, account: Account, upload: Upload | None) -> None:
        self._template = MergeTemplate.parse(text)
        self._account = account
        names = {blank.name for blank in self._template.blanks}
        self._keys = {name: key for name, key in _contact_keys(account).items() if name in names}
        self._columns = {name: place for name, place in _file_columns(upload).items() if name in names}
        self.missing = 0

    @property
    def columns(self) -> list[int]:
        """The columns of the file that the text names."""
        return sorted(set(self._columns.values()))

    def texts(self, numbers: np.ndarray, cells: dict[int, Sequence[str]] | None) -> list[str]:
        """A text for each of ``numbers``; ``cells`` has the file's columns, row by row the same. Counts in ``missing``
        those for whom some field has no value."""
        known = phonebook.values_for(self._account, numbers) if self._keys else {}
        rows = [known.get(number, {}) for number in numbers.tolist()] if self._keys else []
        columns = {name: [row.get(key, "") for row in rows] for name, key in self._keys.items()}
        for name, place in self._columns.items() if cells else ():
            written = [clean(cell) for cell in cells[place]]
            others = columns.get(name, written)
            columns[name] = [mine.strip() or its for mine, its in zip(written, others, strict=True)]
        self._count_missing(columns, len(numbers))
        return self._template.merge_many(columns, len(numbers))

    def _count_missing(self, columns: dict[str, list[str]], count: int) -> None:
        full = np.ones(count, bool)
        for name in {blank.name for blank in self._template.blanks}:
            values = columns.get(name) or [""] * count
            full &= np.fromiter((bool(value.strip()) for value in values), bool, count)
        self.missing += count - int(full.sum())


def merger_of(campaign: Campaign) -> Merger | None:
    """What fills in the campaign's text; None where every recipient gets the same."""
    if not campaign.sources.get("placeholders"):
        return None
    return Merger(text=campaign.text, account=campaign.account, upload=campaign.upload)


def filled_for(text: str, *, account: Account, number: int) -> str:
    """The text as this one number would get it; a name nobody knows stands for itself."""
    template = MergeTemplate.parse(text)
    if not template.blanks:
        return text
    row = phonebook.values_for(account, [number]).get(number, {})
    values = {name: row.get(key, "") for name, key in _contact_keys(account).items()}
    return template.merge(
        {blank.name: values.get(blank.name) or blank.default or blank.written for blank in template.blanks}
    )


def _contact_keys(account: Account) -> dict[str, str]:
    """Folded name → key of the phonebook; own fields by key and by name."""
    keys = {fold(name): key for key, names in BUILT_IN.items() for name in names}
    for field in phonebook.fields(account):
        keys[fold(field.name)] = keys[fold(field.key)] = field.key
    return keys


def _file_columns(upload: Upload | None) -> dict[str, int]:
    """Folded header → place of the column."""
    columns = upload.columns if upload else []
    return {fold(column["name"]): place for place, column in reversed(list(enumerate(columns)))}
