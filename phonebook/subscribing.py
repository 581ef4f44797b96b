"""Subscribers who put themselves into a group, or out of it, by a keyword (6.6)."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import Account
from phonebook.models import Contact, Group, GroupMember


@transaction.atomic
def subscribe(*, account: Account, group_id: int, msisdns: Iterable[int]) -> int:
    """Put these numbers (989…) into the account's group, as contacts where they are none yet; how many were not in it.

    A group that is gone, or not the account's, takes nobody.
    """
    wanted = sorted(set(msisdns))
    group = Group.objects.of(account).filter(pk=group_id).first()
    if group is None or not wanted:
        return 0
    Contact.objects.bulk_create([Contact(account=account, msisdn=number) for number in wanted], ignore_conflicts=True)
    contacts = set(Contact.objects.of(account).filter(msisdn__in=wanted).values_list("pk", flat=True))
    there = set(group.members.filter(contact_id__in=contacts).values_list("contact_id", flat=True))
    new = sorted(contacts - there)
    GroupMember.objects.bulk_create([GroupMember(group=group, contact_id=pk) for pk in new], ignore_conflicts=True)
    return len(new)


@transaction.atomic
def unsubscribe(*, account: Account, group_id: int, msisdns: Iterable[int]) -> int:
    """Take these numbers out of the account's group; they stay in the phonebook. How many were in it."""
    members = GroupMember.objects.filter(
        group_id=group_id, group__account=account, contact__account=account, contact__msisdn__in=list(msisdns)
    )
    return members.delete()[0]
