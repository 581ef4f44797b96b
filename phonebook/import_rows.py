"""A batch of a file's rows as contacts, and the statements that put them into the phonebook (9.4)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.utils.translation import gettext as _

from common.phones import normalise_many
from common.tables import Table
from phonebook import selectors
from phonebook.models import Field, Group, Import
from phonebook.names import divided, tidy
from phonebook.values import ValueRefused, read

LONGEST_NAME = 60
LONGEST_GROUP = 80
Bad = tuple[int, str, str]  # place in the batch, column, reason


class NumberTakenMeanwhile(Exception):
    """Somebody added one of these numbers between our look and our write; the batch is done again."""


class _Refused(Exception):
    def __init__(self, column: str, reason: str) -> None:
        self.column, self.reason = column, reason
        super().__init__(reason)


@dataclass(slots=True)
class Person:
    """What a row says; an empty cell says nothing. ``place`` is the row's in its batch."""

    place: int
    msisdn: int
    first_name: str = ""
    last_name: str = ""
    values: dict[str, str] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Stored:
    """What became of a batch: contacts added, changed, left as they were; and rows that lack what is required."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Bad] = field(default_factory=list)


class Reader:
    """Reads the rows of an import as its columns say."""

    def __init__(self, one: Import, table: Table) -> None:
        self.fields = {own.key: own for own in selectors.fields(one.account)}
        self._names = table.columns
        self._places = {target: int(place) for place, target in one.columns.items()}
        self._own = [
            (place, self.fields[target], self._names[place])
            for target, place in self._places.items()
            if target in self.fields
        ]

    def read(self, rows: Sequence[Sequence[str]]) -> tuple[list[Person], list[Bad]]:
        """Blank rows are neither good nor bad."""
        numbers = normalise_many([self._cell(row, "mobile") for row in rows]).tolist()
        good, bad = [], []
        for place, (row, number) in enumerate(zip(rows, numbers, strict=True)):
            try:
                if number:
                    good.append(self._person(place, number, row))
                elif any(cell.strip() for cell in row):
                    raise _Refused(self._names[self._places["mobile"]], _("This is not a mobile number."))
            except _Refused as refusal:
                bad.append((place, refusal.column, refusal.reason))
        return good, bad

    def _person(self, place: int, number: int, row: Sequence[str]) -> Person:
        first, last = self._name(row, "first_name"), self._name(row, "last_name")
        if "name" in self._places and not (first or last):
            first, _space, last = tidy(self._cell(row, "name")).partition(" ")
            if len(last) > LONGEST_NAME or len(first) > LONGEST_NAME:
                raise _Refused(self._names[self._places["name"]], _("A name may have at most 60 characters."))
        values = {}
        for column, own, name in self._own:
            written = row[column] if column < len(row) else ""
            if written.strip():
                try:
                    values[own.key] = read(own, written)
                except ValueRefused as refusal:
                    raise _Refused(name, str(refusal)) from refusal
        groups = divided(self._cell(row, "groups"))
        if any(len(group) > LONGEST_GROUP for group in groups):
            raise _Refused(self._names[self._places["groups"]], _("A group's name may have at most 80 characters."))
        return Person(place, number, first, last, {key: value for key, value in values.items() if value}, groups)

    def _name(self, row: Sequence[str], target: str) -> str:
        name = tidy(self._cell(row, target))
        if len(name) > LONGEST_NAME:
            raise _Refused(self._names[self._places[target]], _("A name may have at most 60 characters."))
        return name

    def _cell(self, row: Sequence[str], target: str) -> str:
        place = self._places.get(target)
        return row[place] if place is not None and place < len(row) else ""


def store(one: Import, fields: dict[str, Field], people: list[Person]) -> Stored:
    """Put a batch in, in the caller's transaction. Raises NumberTakenMeanwhile.

    A number that comes again, in the phonebook or in the file, is treated as the import says. Everybody is put in the
    chosen group, also those who are left as they are.
    """
    stored = Stored()
    known = _known(one, people)
    was = {msisdn: (row[0], row[1], dict(row[2])) for msisdn, row in known.items()}
    now: dict[int, tuple[str, str, dict]] = dict(known)
    groups: dict[str, set[int]] = {}
    added = set()
    required = [own for own in fields.values() if own.is_required]
    for person in people:
        old = now.get(person.msisdn)
        new = _merged(old, person, one.on_duplicate)
        lacking = next((own for own in required if not new[2].get(own.key)), None)
        if lacking is not None and new != old:
            stored.refused.append((person.place, lacking.name, _("“%(field)s” is empty.") % {"field": lacking.name}))
            continue
        if old is None:
            added.add(person.msisdn)
        now[person.msisdn] = new
        for name in person.groups:
            groups.setdefault(name, set()).add(person.msisdn)
    members = {person.msisdn for person in people if person.msisdn in now}
    changed = [msisdn for msisdn in members - added if now[msisdn] != was[msisdn]]
    _insert(one, sorted(added), now)
    _update(one, sorted(changed), now)
    stored.added, stored.changed = len(added), len(changed)
    stored.unchanged = len(people) - len(stored.refused) - len(added) - len(changed)
    if one.group_id:
        _put(one, one.group_id, members)
    if groups:
        ids = _groups(one, list(groups))
        for name, numbers in groups.items():
            _put(one, ids[name], numbers)
    return stored


def _merged(old: tuple | None, person: Person, on_duplicate: str) -> tuple[str, str, dict]:
    says = (person.first_name, person.last_name, person.values)
    if old is None:
        return says
    if on_duplicate == Import.OnDuplicate.SKIP:
        return old
    first, second = (says, old) if on_duplicate == Import.OnDuplicate.OVERWRITE else (old, says)
    return first[0] or second[0], first[1] or second[1], second[2] | first[2]


def _known(one: Import, people: list[Person]) -> dict[int, tuple[str, str, dict]]:
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT msisdn, first_name, last_name, "values" FROM phonebook_contact'
            " WHERE account_id = %s AND msisdn = ANY(%s) ORDER BY id FOR UPDATE",
            [one.account_id, [person.msisdn for person in people]],
        )
        return {row[0]: (row[1], row[2], json.loads(row[3])) for row in cursor.fetchall()}


def _columns(msisdns: list[int], now: dict) -> list[list]:
    rows = [now[msisdn] for msisdn in msisdns]
    return [
        msisdns,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [json.dumps(row[2], ensure_ascii=False) for row in rows],
    ]


def _insert(one: Import, msisdns: list[int], now: dict) -> None:
    if not msisdns:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO phonebook_contact (account_id, msisdn, first_name, last_name, "values", created_at)'
            " SELECT %s, msisdn, first_name, last_name, own::jsonb, now() FROM"
            " unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS new (msisdn, first_name, last_name, own)"
            " ON CONFLICT (account_id, msisdn) DO NOTHING",
            [one.account_id, *_columns(msisdns, now)],
        )
        if cursor.rowcount != len(msisdns):
            raise NumberTakenMeanwhile


def _update(one: Import, msisdns: list[int], now: dict) -> None:
    if not msisdns:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE phonebook_contact old SET first_name = new.first_name, last_name = new.last_name,"
            ' "values" = new.own::jsonb'
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS new (msisdn, first_name, last_name, own)"
            " WHERE old.account_id = %s AND old.msisdn = new.msisdn",
            [*_columns(msisdns, now), one.account_id],
        )


def _groups(one: Import, names: list[str]) -> dict[str, int]:
    """The ids of the account's groups of these names; those that are missing are made."""
    Group.objects.bulk_create([Group(account_id=one.account_id, name=name) for name in sorted(names)],
                              ignore_conflicts=True)  # fmt: skip
    return dict(Group.objects.filter(account_id=one.account_id, name__in=names).values_list("name", "pk"))


def _put(one: Import, group_id: int, msisdns: set[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO phonebook_groupmember (group_id, contact_id)"
            " SELECT mine.id, contact.id FROM phonebook_contact contact, phonebook_group mine"
            " WHERE mine.id = %s AND mine.account_id = %s AND contact.account_id = %s AND contact.msisdn = ANY(%s)"
            " ORDER BY contact.id ON CONFLICT (group_id, contact_id) DO NOTHING",
            [group_id, one.account_id, one.account_id, list(msisdns)],
        )
