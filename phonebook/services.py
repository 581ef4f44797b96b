"""Contacts and groups of one account: every row is reached through ``of(account)``."""

from collections.abc import Iterable, Mapping

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, User
from common.phones import national, normalise
from phonebook import selectors
from phonebook.models import Contact, Group, GroupMember
from phonebook.names import tidy
from phonebook.refusals import PhonebookRefused
from phonebook.values import ValueRefused, read

__all__ = [
    "PhonebookRefused",
    "change_contact",
    "create_contact",
    "create_group",
    "delete_group",
    "merge_groups",
    "put_in_group",
    "rename_group",
    "take_out_of_group",
]


@transaction.atomic
def create_contact(
    *,
    account: Account,
    mobile: str | int,
    first_name: str = "",
    last_name: str = "",
    group_ids: Iterable[int] = (),
    values: Mapping[str, object] | None = None,
    by: User | None = None,
) -> Contact:
    """A contact with its number normalised to 989…, in those of the groups that are the account's; ``values`` are its
    own fields by key, as people write them (9.3).

    Raises PhonebookRefused for what is no mobile number, for a number that another contact has, and for a value that
    its field cannot take.
    """
    contact = Contact(account=account)
    contact.values = _values(account, {}, values or {})
    _fill(contact, mobile, first_name, last_name)
    _set_groups(contact, group_ids)
    audit.record(action="contact.created", user=by, account=account, target=contact)
    return contact


@transaction.atomic
def change_contact(
    *,
    contact: Contact,
    mobile: str | int,
    first_name: str = "",
    last_name: str = "",
    group_ids: Iterable[int] | None = (),
    values: Mapping[str, object] | None = None,
    by: User | None = None,
) -> Contact:
    """The contact with another number, names, groups (None: as they are) and own fields (those not named stay).

    Raises PhonebookRefused as ``create_contact`` does.
    """
    if values is not None:
        contact.values = _values(contact.account, contact.values, values)
    _fill(contact, mobile, first_name, last_name)
    if group_ids is not None:
        _set_groups(contact, group_ids)
    audit.record(action="contact.changed", user=by, account=contact.account, target=contact)
    return contact


def _values(account: Account, kept: Mapping[str, str], written: Mapping[str, object]) -> dict[str, str]:
    """The kept values with the written ones in their place. Raises PhonebookRefused at ``values.<key>``."""
    fields = {field.key: field for field in selectors.fields(account)}
    for key in written:
        if key not in fields:
            raise PhonebookRefused(_("There is no own field “%(key)s”.") % {"key": key}, f"values.{key}")
    values = dict(kept)
    for key, field in fields.items():
        if key in written or (field.is_required and not kept.get(key)):
            try:
                values[key] = read(field, written.get(key))
            except ValueRefused as refusal:
                raise PhonebookRefused(str(refusal), f"values.{key}") from refusal
    return {key: value for key, value in values.items() if value}


def _fill(contact: Contact, mobile: str | int, first_name: str, last_name: str) -> None:
    msisdn = normalise(mobile)
    if msisdn is None:
        raise PhonebookRefused(_("Write a mobile number such as 09121234567."), "mobile")
    contact.msisdn, contact.first_name, contact.last_name = msisdn, tidy(first_name), tidy(last_name)
    others = Contact.objects.of(contact.account).exclude(pk=contact.pk)
    holder = others.filter(msisdn=msisdn).first()
    try:
        with transaction.atomic():
            if holder is None:
                contact.save()
                return
    except IntegrityError:  # somebody added the same number in this very moment
        holder = others.get(msisdn=msisdn)
    raise PhonebookRefused(
        _("%(mobile)s is in the phonebook already, as “%(name)s”.") % {"mobile": national(msisdn), "name": holder},
        "mobile",
    )


def _set_groups(contact: Contact, group_ids: Iterable[int]) -> None:
    wanted = set(Group.objects.of(contact.account).filter(pk__in=list(group_ids)).values_list("pk", flat=True))
    GroupMember.objects.filter(contact=contact).exclude(group_id__in=wanted).delete()
    GroupMember.objects.bulk_create(
        [GroupMember(group_id=pk, contact=contact) for pk in sorted(wanted)], ignore_conflicts=True
    )


@transaction.atomic
def put_in_group(*, account: Account, contact_ids: Iterable[int], group_id: int, by: User | None = None) -> int:
    """Put the account's own contacts among these into its group (9.1); how many were not in it before.

    Raises PhonebookRefused for a group that is not the account's.
    """
    group = _own_group(account, group_id)
    mine = set(Contact.objects.of(account).filter(pk__in=list(contact_ids)).values_list("pk", flat=True))
    there = set(group.members.filter(contact_id__in=mine).values_list("contact_id", flat=True))
    new = sorted(mine - there)
    GroupMember.objects.bulk_create([GroupMember(group=group, contact_id=pk) for pk in new], ignore_conflicts=True)
    if new:
        audit.record(action="group.filled", user=by, account=account, target=group.name, details={"contacts": len(new)})
    return len(new)


@transaction.atomic
def take_out_of_group(*, account: Account, contact_ids: Iterable[int], group_id: int, by: User | None = None) -> int:
    """Take these contacts out of the account's group; how many were in it. Raises as ``put_in_group`` does."""
    group = _own_group(account, group_id)
    count, _rows = group.members.filter(contact_id__in=list(contact_ids)).delete()
    if count:
        audit.record(action="group.thinned", user=by, account=account, target=group.name, details={"contacts": count})
    return count


def _own_group(account: Account, group_id: int) -> Group:
    group = Group.objects.of(account).filter(pk=group_id).first()
    if group is None:
        raise PhonebookRefused(_("Choose one of your groups."), "group")
    return group


@transaction.atomic
def create_group(*, account: Account, name: str, by: User | None = None) -> Group:
    """An empty group. Raises PhonebookRefused for a name that is empty or in use."""
    group = Group(account=account)
    _name(group, name)
    audit.record(action="group.created", user=by, account=account, target=group.name)
    return group


@transaction.atomic
def rename_group(*, group: Group, name: str, by: User | None = None) -> Group:
    """The group under another name. Raises PhonebookRefused as ``create_group`` does."""
    was = group.name
    _name(group, name)
    if was != group.name:
        audit.record(action="group.renamed", user=by, account=group.account, target=group.name, details={"was": was})
    return group


def _name(group: Group, name: str) -> None:
    group.name = tidy(name)
    if not group.name:
        raise PhonebookRefused(_("Write a name for the group."), "name")
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise PhonebookRefused(_("There is a group of this name already."), "name") from error


@transaction.atomic
def merge_groups(*, group: Group, into_id: int, by: User | None = None) -> Group:
    """Everybody of ``group`` into another of the account's groups, and ``group`` away; the other one.

    Raises PhonebookRefused for a group that is not the account's, or the same one.
    """
    into = _own_group(group.account, into_id)
    if into.pk == group.pk:
        raise PhonebookRefused(_("Choose another group."), "into")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO phonebook_groupmember (group_id, contact_id)"
            " SELECT %s, contact_id FROM phonebook_groupmember WHERE group_id = %s ORDER BY contact_id"
            " ON CONFLICT (group_id, contact_id) DO NOTHING",
            [into.pk, group.pk],
        )
        moved = cursor.rowcount
    audit.record(
        action="groups.merged", user=by, account=group.account, target=into.name,
        details={"merged": group.name, "contacts": moved},
    )  # fmt: skip
    group.members.all().delete()
    group.delete()
    return into


@transaction.atomic
def delete_group(*, group: Group, by: User | None = None) -> None:
    """The group goes; its contacts stay in the phonebook."""
    audit.record(
        action="group.deleted",
        user=by,
        account=group.account,
        target=group.name,
        details={"contacts": group.members.count()},
    )
    group.members.all().delete()
    group.delete()
