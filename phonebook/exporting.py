"""The phonebook as a file (برون‌برد, 9.5): the filtered contacts under headings that an import knows again."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account
from common.phones import national
from phonebook.models import Contact, Field
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
    for contact in found.prefetch_related("groups").iterator(chunk_size=READ_AT_ONCE):
        values = [in_form(field, contact.values.get(field.key, "")) for field in own]
        if typed:
            values = [
                Decimal(value) if value and field.kind == Field.Kind.NUMBER else value
                for field, value in zip(own, values, strict=True)
            ]
        names = sorted(group.name for group in contact.groups.all())
        yield [national(contact.msisdn), contact.first_name, contact.last_name, joined(names), *values]
