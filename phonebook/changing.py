"""What is done to all contacts that a filter finds (9.1), in the phonebook or in its trash, however many: in batches,
each with its mark."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account, User
from phonebook import selectors, services, trash
from phonebook.models import BulkChange, Contact, DeletedContact, Group
from phonebook.refusals import PhonebookRefused

BATCH = 5_000
_IN_TRASH = (BulkChange.What.RESTORE, BulkChange.What.ERASE)
_WITH_GROUP = (BulkChange.What.PUT, BulkChange.What.TAKE)


def change_found(
    *,
    account: Account,
    what: str,
    group_id: int | None = None,
    text: str = "",
    within: Group | None = None,
    values: Mapping[str, str] | None = None,
    deletion: UUID | None = None,
    by: User | None = None,
) -> BulkChange:
    """Put all contacts that the filter finds into a group, take them out of it, or delete them; restore or erase all
    that it finds in the trash, or what one ``deletion`` brought there. The first batch is done at once; where there are
    more, a task goes on, and whoever looks sees how far it is. Raises PhonebookRefused."""
    if what not in BulkChange.What.values:
        raise PhonebookRefused(_("Choose what to do with the selected contacts."))
    group = Group.objects.of(account).filter(pk=group_id).first() if group_id else None
    if what in _WITH_GROUP and group is None:
        raise PhonebookRefused(_("Choose one of your groups."), "group")
    table = DeletedContact if what in _IN_TRASH else Contact
    newest = table.objects.of(account).aggregate(newest=Max("pk"))["newest"] or 0
    change = BulkChange.objects.create(
        account=account, created_by=by, what=what, group=group if what in _WITH_GROUP else None,
        text=text, within=within, values=dict(values or {}), up_to_id=newest,
        deletion=uuid4() if what == BulkChange.What.DELETE else deletion,
    )  # fmt: skip
    run_batch(change.pk)
    change.refresh_from_db()
    if change.done_at is None:
        transaction.on_commit(lambda: _nudge(change.pk), robust=True)
    return change


def undo(*, account: Account, deletion: UUID, by: User | None = None) -> BulkChange:
    """Bring back what was deleted together; a deletion that is still under way ends where it is. Raises as
    ``change_found`` does."""
    with transaction.atomic():
        running = BulkChange.objects.of(account).filter(what=BulkChange.What.DELETE, deletion=deletion, done_at=None)
        for change in running.select_for_update():
            change.done_at = timezone.now()
            change.save(update_fields=["done_at"])
    return change_found(account=account, what=BulkChange.What.RESTORE, deletion=deletion, by=by)


def left_behind(change: BulkChange) -> int:
    """How many a restoring that is done had to leave in the trash, since their numbers are in the phonebook again."""
    return _found(change).filter(pk__lte=change.up_to_id).count()


def _nudge(pk: int) -> None:
    from phonebook.tasks import go_on_changing

    go_on_changing.delay(pk)


def under_way(account: Account) -> list[BulkChange]:
    """Changes that are not done yet."""
    return list(BulkChange.objects.of(account).filter(done_at=None).select_related("group").order_by("pk"))


def run_batch(change_id: int) -> bool:
    """Do the next contacts; whether there may be more. The row is locked meanwhile, so two workers take turns; one that
    finds it locked leaves it to the other."""
    with transaction.atomic():
        change = (
            BulkChange.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("account", "within", "created_by")
            .filter(pk=change_id, done_at=None)
            .first()
        )
        if change is None:
            return False
        found = _found(change).filter(pk__gt=change.last_id, pk__lte=change.up_to_id).order_by("pk")
        ids = list(found.values_list("pk", flat=True)[:BATCH])
        if ids:
            change.changed += _do(change, ids)
            change.last_id = ids[-1]
        if len(ids) < BATCH:
            change.done_at = timezone.now()
        change.save(update_fields=["changed", "last_id", "done_at"])
        return change.done_at is None


def _found(change: BulkChange) -> QuerySet:
    if change.what in _IN_TRASH:
        return selectors.deleted_contacts(change.account, change.text, change.deletion)
    return selectors.contacts(change.account, change.text, change.within, change.values)


def _do(change: BulkChange, ids: list[int]) -> int:
    whose = {"account": change.account, "by": change.created_by}
    match change.what:
        case BulkChange.What.DELETE:
            return trash.delete_contacts(contact_ids=ids, deletion=change.deletion, now=timezone.now(), **whose)
        case BulkChange.What.RESTORE:
            return trash.restore_contacts(ids=ids, **whose).count
        case BulkChange.What.ERASE:
            return trash.erase_contacts(ids=ids, **whose)
        case BulkChange.What.PUT:
            return services.put_in_group(group_id=change.group_id, contact_ids=ids, **whose)
        case _:
            return services.take_out_of_group(group_id=change.group_id, contact_ids=ids, **whose)
