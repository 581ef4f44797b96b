"""Who an account writes to: what its pages and its sends read."""

from collections.abc import Iterable, Iterator

import numpy as np
from django.db import connection
from django.db.models import Count, Q, QuerySet

from accounts.models import Account
from common.text.folding import ascii_digits
from numbers.models import Line
from phonebook.models import Contact, Group
from phonebook.names import tidy

_BATCH = 50_000


def contacts(account: Account, text: str = "", group: Group | None = None) -> QuerySet[Contact]:
    """The account's contacts that match a name or a part of a number, the newest first."""
    found = Contact.objects.of(account).filter(_matches(text)).order_by("-id")
    return found.filter(groups=group) if group else found


def groups(account: Account, text: str = "") -> QuerySet[Group]:
    """The account's groups by name, each with ``size``, the count of its members."""
    found = Group.objects.of(account)
    if tidy(text):
        found = found.filter(name__icontains=tidy(text))
    return found.annotate(size=Count("members"))


def group_numbers(account: Account, group_ids: Iterable[int], batch: int = _BATCH) -> Iterator[np.ndarray]:
    """The numbers (989…) of the members of the account's own groups among ``group_ids``, in int64 arrays of at most
    ``batch``. A number comes once for each of these groups that it is in."""
    mine = Group.objects.of(account).filter(pk__in=list(group_ids)).order_by("pk").values_list("pk", flat=True)
    for group_id in list(mine):
        last = 0
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT contact.id, contact.msisdn FROM phonebook_groupmember member"
                    " JOIN phonebook_contact contact ON contact.id = member.contact_id"
                    " WHERE member.group_id = %s AND member.contact_id > %s ORDER BY member.contact_id LIMIT %s",
                    [group_id, last, batch],
                )
                rows = cursor.fetchall()
            if rows:
                yield np.array([row[1] for row in rows], np.int64)
                last = rows[-1][0]
            if len(rows) < batch:
                break


def contact_numbers(account: Account, contact_ids: Iterable[int]) -> np.ndarray:
    """int64: the numbers of the account's own contacts among ``contact_ids``, in the order of their ids."""
    mine = Contact.objects.of(account).filter(pk__in=list(contact_ids)).order_by("pk")
    return np.array(list(mine.values_list("msisdn", flat=True)), np.int64)


def opted_out(account: Account, line: Line) -> np.ndarray:
    """Sorted int64: the numbers that want nothing from ``line``, or nothing from any line of the account."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT msisdn FROM phonebook_optout"
            " WHERE account_id = %s AND (line_id IS NULL OR line_id = %s) ORDER BY msisdn",
            [account.pk, line.pk],
        )
        return np.array([row[0] for row in cursor.fetchall()], np.int64)


def blocked(msisdns: np.ndarray) -> np.ndarray:
    """bool mask of ``msisdns`` (989…, int64): True for those on the operators' block list (R4)."""
    mask = np.zeros(len(msisdns), bool)
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM phonebook_blockednumber)")
        if not cursor.fetchone()[0]:
            return mask
        for start in range(0, len(msisdns), _BATCH):
            some = msisdns[start : start + _BATCH]
            cursor.execute("SELECT msisdn FROM phonebook_blockednumber WHERE msisdn = ANY(%s)", [some.tolist()])
            mask[start : start + _BATCH] = np.isin(some, np.array([row[0] for row in cursor.fetchall()], np.int64))
    return mask


def _matches(text: str) -> Q:
    """Contacts whose names hold every word of the text, or whose number holds its digits."""
    condition = Q()
    for word in tidy(text).split():
        condition &= Q(first_name__icontains=word) | Q(last_name__icontains=word)
    digits = "".join(character for character in ascii_digits(text) if character.isascii() and character.isdecimal())
    digits = digits.removeprefix("0098").removeprefix("0")
    return condition | Q(msisdn__contains=digits) if len(digits) >= 3 else condition
