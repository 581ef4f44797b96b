"""Who an account writes to: what its pages and its sends read."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import BooleanField, Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

from accounts.models import Account
from common.phones import national, normalise
from common.text.folding import ascii_digits
from numbers.models import Line
from phonebook.models import Contact, DeletedContact, Field, Group, GroupMember, OptOut
from phonebook.names import tidy
from phonebook.values import in_message

_BATCH = 50_000


def contacts(
    account: Account, text: str = "", group: Group | None = None, values: Mapping[str, str] | None = None
) -> QuerySet[Contact]:
    """The account's contacts, the newest first: those of a group, with these kept ``values`` of own fields, and whose
    names and values hold a word that begins with each word of ``text``, or whose number begins or ends with it."""
    found = Contact.objects.of(account)
    if text.strip() and group:
        return found.filter(pk__in=_in_group_and_matching(account, text, group, values or {})).order_by("-id")
    if text.strip():
        found = found.filter(_matches(account, text))
    for key, value in (values or {}).items():
        found = found.filter(_has_value(account, key, value))
    if group:
        found = found.filter(groups=group)
    return found.order_by("-id")


def deleted_contacts(account: Account, text: str = "", deletion: UUID | None = None) -> QuerySet[DeletedContact]:
    """The trash of the phonebook, the last deleted first: found as ``contacts`` are; those of one deletion."""
    found = DeletedContact.objects.of(account)
    if text.strip():
        found = found.filter(_matches(account, text, "phonebook_deletedcontact"))
    if deletion:
        found = found.filter(deletion=deletion)
    return found.order_by("-id")


def fields(account: Account) -> list[Field]:
    """The account's own fields (9.3), in their order, without the deleted ones."""
    return list(Field.objects.of(account).filter(deleted_at=None))


def opt_outs(account: Account, text: str = "", line: Line | None = None, reason: str = "") -> QuerySet[OptOut]:
    """Who wants nothing from the account's lines (9.7), the newest first: by a number as it begins or ends, a line, and
    who asked (a reason of phonebook.opt_outs)."""
    found = OptOut.objects.of(account).select_related("line")
    digits = "".join(character for character in ascii_digits(text) if character.isascii() and character.isdecimal())
    if digits:
        whole = normalise(text)
        ends = Exact(F("msisdn") % 10 ** min(len(digits), 18), int(digits[:18]))
        found = found.filter(msisdn=whole) if whole else found.filter(ends)
    elif text.strip():
        found = found.none()
    if line:
        found = found.filter(Q(line=line) | Q(line=None))
    if reason:
        found = found.filter(reason=reason)
    return found.order_by("-id")


def opt_outs_of(account: Account, msisdn: int) -> list[OptOut]:
    """What a number (989…) has left of the account's lines."""
    return list(OptOut.objects.of(account).filter(msisdn=msisdn).select_related("line").order_by("line_id"))


def values_for(account: Account, msisdns: np.ndarray | Iterable[int]) -> dict[int, dict[str, str]]:
    """What is known of those of these numbers (989…) that are contacts, for placeholders (2.5): number → the keys
    ``first_name``, ``last_name``, ``mobile`` and those of the account's own fields, each with the text that a message
    shows ("" where the contact has none; dates Jalali, 1369/02/11).

    Two queries whatever is asked; meant for batches of up to 50,000 numbers.
    """
    wanted = msisdns.tolist() if isinstance(msisdns, np.ndarray) else list(msisdns)
    own = fields(account)
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT msisdn, first_name, last_name, "values" FROM phonebook_contact'
            " WHERE account_id = %s AND msisdn = ANY(%s)",
            [account.pk, wanted],
        )
        rows = cursor.fetchall()
    empty = dict.fromkeys((field.key for field in own), "")
    dates = [field for field in own if field.kind == Field.Kind.DATE]
    found = {}
    for msisdn, first_name, last_name, kept in rows:
        known = {"first_name": first_name, "last_name": last_name, "mobile": national(msisdn), **empty}
        kept = kept if isinstance(kept, dict) else json.loads(kept)
        known.update((key, value) for key, value in kept.items() if key in empty)
        for field in dates:
            known[field.key] = in_message(field, known[field.key])
        found[msisdn] = known
    return found


def date_fields(account: Account) -> list[Field]:
    """The account's own fields of dates."""
    return [field for field in fields(account) if field.kind == Field.Kind.DATE]


def with_date(account: Account, key: str, days: Sequence[date], group_ids: Sequence[int] = ()) -> list[tuple[int, int]]:
    """(id, number) of the contacts whose own field ``key`` holds one of ``days``, in the order of their ids: all, or
    those in any of the account's groups among ``group_ids``. Served by the index of words (migration 0003)."""
    wanted = " | ".join(f"'{account.pk}:{key}={day.isoformat()}'" for day in days)
    found = Contact.objects.of(account).filter(
        RawSQL("(phonebook_contact.search @@ %s::tsquery)", [wanted], output_field=BooleanField())
    )
    if group_ids:
        mine = Group.objects.of(account).filter(pk__in=list(group_ids))
        found = found.filter(Exists(GroupMember.objects.filter(contact=OuterRef("pk"), group__in=mine)))
    return list(found.order_by("pk").values_list("pk", "msisdn"))


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
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT msisdn FROM phonebook_contact WHERE account_id = %s AND id = ANY(%s) ORDER BY id",
            [account.pk, list(contact_ids)],
        )
        return np.array([row[0] for row in cursor.fetchall()], np.int64)


def opted_out(account: Account, line: Line) -> np.ndarray:
    """Sorted int64: the numbers that want nothing from ``line``, or nothing from any line of the account."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT msisdn FROM phonebook_optout"
            " WHERE account_id = %s AND (line_id IS NULL OR line_id = %s) OR account_id IS NULL AND line_id = %s"
            " ORDER BY msisdn",
            [account.pk, line.pk, line.pk],
        )
        return np.array([row[0] for row in cursor.fetchall()], np.int64)


def opted_out_each(accounts: list[int], lines: list[int], msisdns: list[int]) -> list[bool]:
    """For many sends at once: whether ``msisdns[n]`` wants nothing from ``lines[n]`` of ``accounts[n]``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT place FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) WITH ORDINALITY"
            " AS sends(account_id, line_id, msisdn, place) JOIN phonebook_optout opt_out USING (account_id, msisdn)"
            " WHERE opt_out.line_id IS NULL OR opt_out.line_id = sends.line_id",
            [accounts, lines, msisdns],
        )
        places = {row[0] for row in cursor}
    return [place in places for place in range(1, len(msisdns) + 1)]


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


def _matches(account: Account, text: str, table: str = "phonebook_contact") -> RawSQL:
    """A condition that the index of words serves; see migration 0003."""
    written = f"{table}.search @@ "
    if digits := _digit_queries(account, text):
        sql = f"({written} (phonebook_query(%s, %s) || %s::tsquery))"
        return RawSQL(sql, [account.pk, text, digits], output_field=BooleanField())  # noqa: S611 - parameters only
    return RawSQL(f"({written} phonebook_query(%s, %s))", [account.pk, text], output_field=BooleanField())  # noqa: S611


def _in_group_and_matching(account: Account, text: str, group: Group, values: Mapping[str, str]) -> RawSQL:
    """Ids. OFFSET 0 has the whole set found, by the index of words, before its page is taken: expecting the page soon,
    the planner walks through all contacts, and finds none where the group's are not named so."""
    conditions = [_matches(account, text), *(_has_value(account, key, value) for key, value in values.items())]
    where = " AND ".join(condition.sql for condition in conditions)
    members = "phonebook_groupmember member ON member.contact_id = phonebook_contact.id AND member.group_id = %s"
    sql = f"SELECT phonebook_contact.id FROM phonebook_contact JOIN {members} WHERE {where} OFFSET 0"  # noqa: S608
    return RawSQL(sql, [group.pk, *(value for condition in conditions for value in condition.params)])  # noqa: S611


def _digit_queries(account: Account, text: str) -> str:
    """The number as it begins, however it is written, and as it ends."""
    digits = "".join(character for character in ascii_digits(text) if character.isascii() and character.isdecimal())
    if len(digits) < 3:
        return ""
    whole = normalise(text)
    if whole is not None:
        return f"'{account.pk}:@{str(whole)[2:]}'"
    beginnings = {digits.removeprefix(prefix) for prefix in ("0098", "98", "0", "") if digits.startswith(prefix + "9")}
    queries = [f"'{account.pk}:@{beginning}':*" for beginning in sorted(beginnings)]
    return " | ".join([*queries, f"'{account.pk}:#{digits[::-1]}':*"])


def _has_value(account: Account, key: str, value: str) -> RawSQL:
    sql = "(phonebook_contact.search @@ phonebook_value(%s, %s, %s))"
    return RawSQL(sql, [account.pk, key, value], output_field=BooleanField())  # noqa: S611
