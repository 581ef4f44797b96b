"""What is done to all contacts that a filter finds (9.1), however many: in batches, each with its mark."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account, User
from phonebook import selectors, services
from phonebook.models import BulkChange, Contact, Group
from phonebook.refusals import PhonebookRefused

BATCH = 5_000


def change_found(
    *,
    account: Account,
    what: str,
    group_id: int | None = None,
    text: str = "",
    within: Group | None = None,
    values: Mapping[str, str] | None = None,
    by: User | None = None,
) -> BulkChange:
    """Put all contacts that the filter finds into a group, take them out of it, or delete them. The first batch is done
    at once; where there are more, a task goes on, and whoever looks sees how far it is. Raises PhonebookRefused."""
    if what not in BulkChange.What.values:
        raise PhonebookRefused(_("Choose what to do with the selected contacts."))
    group = Group.objects.of(account).filter(pk=group_id).first() if group_id else None
    if what != BulkChange.What.DELETE and group is None:
        raise PhonebookRefused(_("Choose one of your groups."), "group")
    newest = Contact.objects.of(account).aggregate(newest=Max("pk"))["newest"] or 0
    change = BulkChange.objects.create(
        account=account, created_by=by, what=what, group=group if what != BulkChange.What.DELETE else None,
        text=text, within=within, values=dict(values or {}), up_to_id=newest,
    )  # fmt: skip
    run_batch(change.pk)
    change.refresh_from_db()
    if change.done_at is None:
        transaction.on_commit(lambda: _nudge(change.pk), robust=True)
    return change


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
        found = selectors.contacts(change.account, change.text, change.within, change.values)
        found = found.filter(pk__gt=change.last_id, pk__lte=change.up_to_id).order_by("pk")
        ids = list(found.values_list("pk", flat=True)[:BATCH])
        if ids:
            change.changed += _do(change, ids)
            change.last_id = ids[-1]
        if len(ids) < BATCH:
            change.done_at = timezone.now()
        change.save(update_fields=["changed", "last_id", "done_at"])
        return change.done_at is None


def _do(change: BulkChange, ids: list[int]) -> int:
    whose = {"account": change.account, "contact_ids": ids, "by": change.created_by}
    if change.what == BulkChange.What.DELETE:
        return services.delete_contacts(**whose)
    service = services.put_in_group if change.what == BulkChange.What.PUT else services.take_out_of_group
    return service(group_id=change.group_id, **whose)
