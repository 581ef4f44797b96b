"""Defining the own fields of an account's contacts (9.3)."""

import re
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, User
from common import showing
from common.text import fold
from phonebook.headings import target_of
from phonebook.models import Field
from phonebook.names import tidy
from phonebook.refusals import PhonebookRefused
from phonebook.values import BUILT_IN

MOST_FIELDS = 200
MOST_CHOICES = 200
LONGEST_CHOICE = 80
_KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")


@transaction.atomic
def create_field(
    *,
    account: Account,
    name: str,
    kind: str = Field.Kind.TEXT,
    key: str = "",
    choices: Sequence[str] = (),
    is_required: bool = False,
    by: User | None = None,
) -> Field:
    """A field at the end of the list. Without ``key``, one is made of a Latin name, else field1, field2 …

    A deleted field of the same name and kind comes back, with what its contacts held. Raises PhonebookRefused.
    """
    name = _name(name)
    choices = _choices(kind, choices)
    Account.objects.select_for_update().get(pk=account.pk)
    fields = list(Field.objects.of(account))
    living = [field for field in fields if field.deleted_at is None]
    if len(living) >= MOST_FIELDS:
        sentence = _("An account may have at most %(most)s own fields.")
        raise PhonebookRefused(sentence % {"most": showing.number(MOST_FIELDS)})
    _refuse_taken(name, living)
    field = next((one for one in fields if _comes_back(one, name, kind, key)), None)
    if field is None:
        field = Field(account=account, kind=kind, key=_free_key(key, name, {one.key for one in fields}))
    field.name, field.choices, field.is_required, field.deleted_at = name, choices, is_required, None
    field.place = (max((one.place for one in living), default=0)) + 1
    field.save()
    audit.record(action="field.created", user=by, account=account, target=field.name)
    return field


def _comes_back(field: Field, name: str, kind: str, key: str) -> bool:
    same_name = fold(field.name) == fold(name) and (not key or field.key == key)
    return field.deleted_at is not None and field.kind == kind and (same_name or field.key == key)


@transaction.atomic
def change_field(
    *, field: Field, name: str, choices: Sequence[str] = (), is_required: bool = False, by: User | None = None
) -> Field:
    """Another name, other choices, required or not; key and kind stay. Raises PhonebookRefused.

    A choice that is taken away stays with the contacts that have it.
    """
    field.name, field.choices, field.is_required = _name(name), _choices(field.kind, choices), is_required
    _refuse_taken(field.name, [one for one in _living(field.account) if one.pk != field.pk])
    try:
        with transaction.atomic():
            field.save(update_fields=["name", "choices", "is_required"])
    except IntegrityError as error:
        raise PhonebookRefused(_("There is a field of this name already."), "name") from error
    audit.record(action="field.changed", user=by, account=field.account, target=field.name)
    return field


@transaction.atomic
def delete_field(*, field: Field, by: User | None = None) -> None:
    """The field leaves forms, lists and files. What contacts hold is kept: making it again brings it back."""
    Field.objects.filter(pk=field.pk).update(deleted_at=timezone.now())
    audit.record(action="field.deleted", user=by, account=field.account, target=field.name)


@transaction.atomic
def move_field(*, field: Field, up: bool) -> None:
    """One place up or down in forms, lists and files; nothing happens at the end."""
    fields = list(_living(field.account).select_for_update())
    place = next(index for index, one in enumerate(fields) if one.pk == field.pk)
    other = place - 1 if up else place + 1
    if 0 <= other < len(fields):
        fields[place], fields[other] = fields[other], fields[place]
        for number, one in enumerate(fields, start=1):
            one.place = number
        Field.objects.bulk_update(fields, ["place"])


def _living(account: Account):
    return Field.objects.of(account).filter(deleted_at=None)


def _name(name: str) -> str:
    name = tidy(name)
    if not name or len(name) > 60:
        raise PhonebookRefused(_("Write a name of at most 60 characters for the field."), "name")
    if target_of(name):
        raise PhonebookRefused(_("Every contact has “%(name)s” already.") % {"name": name}, "name")
    return name


def _refuse_taken(name: str, others: Sequence[Field]) -> None:
    if any(fold(other.name) == fold(name) for other in others):
        raise PhonebookRefused(_("There is a field of this name already."), "name")


def _choices(kind: str, choices: Sequence[str]) -> list[str]:
    if kind not in Field.Kind.values:
        raise PhonebookRefused(_("Choose a kind of field."), "kind")
    if kind != Field.Kind.CHOICE:
        return []
    once = {fold(choice): choice for choice in map(tidy, choices) if choice}
    if not once:
        raise PhonebookRefused(_("Write at least one choice."), "choices")
    if len(once) > MOST_CHOICES or any(len(choice) > LONGEST_CHOICE for choice in once.values()):
        sentence = _("A field takes at most 200 choices of at most 80 characters each.")
        raise PhonebookRefused(sentence, "choices")
    return list(once.values())


def _free_key(asked: str, name: str, taken: set[str]) -> str:
    if asked:
        if not _KEY.fullmatch(asked) or asked in BUILT_IN:
            sentence = _("A key begins with a letter and has at most 30 of a–z, 0–9 and _.")
            raise PhonebookRefused(sentence, "key")
        if asked in taken:
            raise PhonebookRefused(_("This key is or was used by another field."), "key")
        return asked
    made = re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")[:26].strip("_") if name.isascii() else ""
    if _KEY.fullmatch(made) and made not in taken and made not in BUILT_IN:
        return made
    stem = made if _KEY.fullmatch(made) else "field"
    return next(key for number in range(1, 10_000) if (key := f"{stem}{number}") not in taken)
