"""Many contacts in one call (W5): added, and known numbers merged, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, User
from common.phones import normalise
from phonebook import selectors
from phonebook.import_rows import LONGEST_GROUP, LONGEST_NAME, NumberTakenMeanwhile, Person, store
from phonebook.models import Contact, Field, Group, Import
from phonebook.names import tidy
from phonebook.refusals import PhonebookRefused
from phonebook.values import ValueRefused, read

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many contacts were added, changed and left as they were; ``ids`` by number (989…)."""

    added: int
    changed: int
    unchanged: int
    ids: dict[int, int]


def upsert_contacts(
    *,
    account: Account,
    rows: Sequence[Mapping],
    on_duplicate: str = Import.OnDuplicate.OVERWRITE,
    group_id: int | None = None,
    by: User | None = None,
) -> Upserted:
    """Each row has ``mobile`` and may have ``first_name``, ``last_name``, ``values`` (by key) and ``groups`` (names,
    made where missing). An empty text says nothing about a known contact. All rows or none.

    Raises PhonebookRefused with the place of the first bad one: ``contacts[3].values.city``.
    """
    if group_id and not Group.objects.of(account).filter(pk=group_id).exists():
        raise PhonebookRefused(_("Choose one of your groups."), "group")
    fields = {field.key: field for field in selectors.fields(account)}
    people = [_person(place, row, fields) for place, row in enumerate(rows)]
    one = Import(account=account, on_duplicate=on_duplicate, group_id=group_id)
    for attempt in range(5):
        try:
            with transaction.atomic():
                stored = store(one, fields, people)
                if stored.refused:
                    place, _column, reason = stored.refused[0]
                    raise PhonebookRefused(reason, f"contacts[{place}].values")
                details = {"added": stored.added, "changed": stored.changed}
                audit.record(action="contacts.upserted", user=by, account=account, details=details)
            break
        except NumberTakenMeanwhile:
            if attempt == 4:
                raise
    numbers = [person.msisdn for person in people]
    ids = dict(Contact.objects.of(account).filter(msisdn__in=numbers).values_list("msisdn", "pk"))
    return Upserted(stored.added, stored.changed, stored.unchanged, ids)


def _person(place: int, row: Mapping, fields: Mapping[str, Field]) -> Person:
    where = f"contacts[{place}]"
    number = normalise(row["mobile"])
    if number is None:
        raise PhonebookRefused(_("This is not a mobile number."), f"{where}.mobile")
    first, last = tidy(row.get("first_name", "")), tidy(row.get("last_name", ""))
    if max(len(first), len(last)) > LONGEST_NAME:
        raise PhonebookRefused(_("A name may have at most 60 characters."), where)
    values = {}
    for key, written in row.get("values", {}).items():
        if key not in fields:
            raise PhonebookRefused(_("There is no own field “%(key)s”.") % {"key": key}, f"{where}.values.{key}")
        try:
            value = read(fields[key], written) if written not in (None, "") else ""
        except ValueRefused as refusal:
            raise PhonebookRefused(str(refusal), f"{where}.values.{key}") from refusal
        if value:
            values[key] = value
    groups = list(dict.fromkeys(name for name in map(tidy, row.get("groups", [])) if name))
    if any(len(name) > LONGEST_GROUP for name in groups):
        raise PhonebookRefused(_("A group's name may have at most 80 characters."), f"{where}.groups")
    return Person(place, number, first, last, values, groups)
