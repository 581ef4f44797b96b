"""The phonebook as a file (برون‌برد, 9.5): the filtered contacts under headings that an import knows again."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account
from common.phones import national
from phonebook.models import Contact, Field, GroupMember
from phonebook.names import joined
from phonebook.selectors import fields
from phonebook.values import in_form

READ_AT_ONCE = 2_000


def header(own: list[Field]) -> list[str]:
    """The headings, in the reader's language; importing knows them in both."""
    return [_("Mobile"), _("First name"), _("Last name"), _("Groups"), *(field.name for field in own)]


def rows(account: Account, found: QuerySet[Contact], *, typed: bool = False) -> Iterator[list]:
    """A row a contact, read a few thousand at a time; ``typed`` gives numbers as numbers, for workbooks."""
    own = fields(account)
    columns = found.values_list("pk", "msisdn", "first_name", "last_name", "values").iterator(chunk_size=READ_AT_ONCE)
    while part := list(islice(columns, READ_AT_ONCE)):
        groups = _groups_of([row[0] for row in part])
        for pk, msisdn, first_name, last_name, kept in part:
            values = [_cell(field, kept.get(field.key, ""), typed) for field in own]
            yield [national(msisdn), first_name, last_name, joined(sorted(groups.get(pk, ()))), *values]


def _groups_of(contact_ids: list[int]) -> dict[int, list[str]]:
    """The names of the groups of each contact that is in any."""
    groups: dict[int, list[str]] = {}
    members = GroupMember.objects.filter(contact_id__in=contact_ids)
    for pk, name in members.values_list("contact_id", "group__name"):
        groups.setdefault(pk, []).append(name)
    return groups


def _cell(field: Field, kept: str, typed: bool) -> str | Decimal:
    return Decimal(kept) if typed and kept and field.kind == Field.Kind.NUMBER else in_form(field, kept)
