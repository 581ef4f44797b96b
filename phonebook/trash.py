"""The trash of the phonebook (9.1): contacts are moved out of it, back into it, or away for ever."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from accounts import audit
from accounts.models import Account, User
from phonebook.models import DeletedContact, GroupMember

BATCH = 5_000
_COLUMNS = 'msisdn, first_name, last_name, "values", created_at'
_MOVE_OUT = f"""
INSERT INTO phonebook_deletedcontact (account_id, contact_id, group_ids, deletion, deleted_at, {_COLUMNS})
SELECT account_id, id, ARRAY(SELECT group_id FROM phonebook_groupmember WHERE contact_id = contact.id), %s, %s,
       {_COLUMNS}
FROM phonebook_contact contact WHERE id = ANY(%s) ORDER BY id
"""  # noqa: S608
_MOVE_BACK = f"""
INSERT INTO phonebook_contact (id, account_id, {_COLUMNS})
SELECT contact_id, account_id, {_COLUMNS} FROM phonebook_deletedcontact WHERE id = ANY(%s) ORDER BY contact_id
ON CONFLICT DO NOTHING RETURNING id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Restored:
    """How many are back, and how many stay in the trash since their number is in the phonebook again."""

    count: int
    taken: int


@transaction.atomic
def delete_contacts(
    *, account: Account, contact_ids: Iterable[int], deletion: UUID, now: datetime, by: User | None = None
) -> int:
    """Move the account's own contacts among these to the trash, marked with ``deletion``; how many. Opt-outs stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM phonebook_contact WHERE account_id = %s AND id = ANY(%s) ORDER BY id FOR UPDATE",
            [account.pk, list(contact_ids)],
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(_MOVE_OUT, [deletion, now, ids])
        GroupMember.objects.filter(contact_id__in=ids).delete()
        cursor.execute("DELETE FROM phonebook_contact WHERE id = ANY(%s)", [ids])
    if ids:
        audit.record(action="contacts.deleted", user=by, account=account, details={"contacts": len(ids)})
    return len(ids)


@transaction.atomic
def restore_contacts(*, account: Account, ids: Iterable[int], by: User | None = None) -> Restored:
    """These of the account's trash are contacts again, in those of their groups that still are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM phonebook_deletedcontact WHERE account_id = %s AND id = ANY(%s) ORDER BY id FOR UPDATE",
            [account.pk, list(ids)],
        )
        mine = [row[0] for row in cursor.fetchall()]
        cursor.execute(_MOVE_BACK, [mine])
        back = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "INSERT INTO phonebook_groupmember (group_id, contact_id)"
            " SELECT mine.id, gone.contact_id FROM phonebook_deletedcontact gone"
            " JOIN phonebook_group mine ON mine.id = ANY(gone.group_ids) AND mine.account_id = gone.account_id"
            " WHERE gone.id = ANY(%s) AND gone.contact_id = ANY(%s) ORDER BY gone.contact_id"
            " ON CONFLICT DO NOTHING",
            [mine, back],
        )
    DeletedContact.objects.filter(pk__in=mine, contact_id__in=back).delete()
    if back:
        audit.record(action="contacts.restored", user=by, account=account, details={"contacts": len(back)})
    return Restored(len(back), len(mine) - len(back))


@transaction.atomic
def erase_contacts(*, account: Account, ids: Iterable[int], by: User | None = None) -> int:
    """Delete these of the account's trash for ever; how many."""
    count, _rows = DeletedContact.objects.of(account).filter(pk__in=list(ids)).delete()
    if count:
        audit.record(action="contacts.erased", user=by, account=account, details={"contacts": count})
    return count


def empty_old_trash(*, now: datetime) -> int:
    """Delete for ever what has been in anybody's trash for settings.TRASH_DAYS; how many. Safe to run again."""
    gone = 0
    old = DeletedContact.objects.filter(deleted_at__lt=now - timedelta(days=settings.TRASH_DAYS))
    while ids := list(old.order_by("deleted_at").values_list("pk", flat=True)[:BATCH]):
        gone += DeletedContact.objects.filter(pk__in=ids).delete()[0]
    return gone
