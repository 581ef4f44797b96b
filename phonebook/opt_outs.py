"""Subscribers who want nothing from a line of an account (9.7): as they say it themselves by a keyword, and as the
account's programs and people write it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, User
from common import uploads
from common.phones import extract, normalise_many
from common.tables import guess_phone_column, open_table
from common.text import fold, is_opt_out, is_rejoin
from numbers.models import Line
from phonebook.models import OptOut, OptOutReply, OptOutWords
from phonebook.refusals import PhonebookRefused

WEB_SERVICE = "web_service"
PANEL = "panel"
SUBSCRIBER = "لغو11"
OWN = (WEB_SERVICE, PANEL)
MOST_WORDS = 20
LONGEST_WORD = 40
MOST_REPLIES = 2
REPLIES_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a subscriber (989…) sent to a line; ``account_id`` is None on a shared line."""

    account_id: int | None
    line_id: int
    msisdn: int
    text: str


@transaction.atomic
def opt_out(
    *,
    account: Account,
    line: Line | None,
    msisdns: Iterable[int],
    reason: str,
    note: str = "",
    by: User | None = None,
    now: datetime,
) -> set[int]:
    """Send nothing more to these numbers (989…) from the account's line, or from any of its lines (None); those that
    were not opted out before."""
    wanted = set(msisdns)
    new = wanted - opted_out_among(account=account, line=line, msisdns=wanted)
    OptOut.objects.bulk_create(
        [
            OptOut(account=account, line=line, msisdn=msisdn, reason=reason, note=note[:120], created_at=now)
            for msisdn in sorted(new)
        ],
        ignore_conflicts=True,
        batch_size=5_000,
    )
    if new:
        _record("opt_out.created", account, line, by, len(new))
    return new


@transaction.atomic
def opt_in(*, account: Account, line: Line | None, msisdns: Iterable[int], by: User | None = None) -> int:
    """Take back what the account's programs or people wrote themselves; how many. What a subscriber, an operator or
    staff asked for stays."""
    mine = OptOut.objects.of(account).filter(line=line, msisdn__in=list(msisdns), reason__in=OWN)
    count, _rows = mine.delete()
    if count:
        _record("opt_out.deleted", account, line, by, count)
    return count


@transaction.atomic
def take_back(*, account: Account, ids: Iterable[int], by: User | None = None) -> tuple[int, int]:
    """(How many of these opt-outs are gone, how many stay because the account did not write them itself)."""
    chosen = OptOut.objects.of(account).filter(pk__in=list(ids)).select_for_update(of=("self",))
    rows = list(chosen.select_related("line").order_by("pk"))
    mine = [row for row in rows if row.reason in OWN]
    OptOut.objects.filter(pk__in=[row.pk for row in mine]).delete()
    for line in {row.line for row in mine}:
        _record("opt_out.deleted", account, line, by, sum(row.line == line for row in mine))
    return len(mine), len(rows) - len(mine)


def opted_out_among(*, account: Account, line: Line | None, msisdns: Iterable[int]) -> set[int]:
    """Which of these numbers were opted out of just this line, or (None) of all lines at once."""
    rows = OptOut.objects.of(account).filter(line=line, msisdn__in=list(msisdns))
    return set(rows.values_list("msisdn", flat=True))


def _record(action: str, account: Account, line: Line | None, by: User | None, count: int) -> None:
    audit.record(
        action=action, user=by, account=account, target=line.number if line else "*", details={"numbers": count}
    )


def is_keyword(text: str, words: OptOutWords | None = None) -> bool:
    """Whether a received text leaves or rejoins a line, by the common words or the account's own."""
    return _meaning(text, words) is not None


def hear(heard: Sequence[Heard], *, now: datetime) -> int:
    """Do what subscribers ask for, in the caller's transaction and in the order in which they asked: «لغو11», «11» and
    the account's own words leave the line, «12» and the own words for it come back to what the account or they
    themselves had ended there. How many rows changed.

    Writes the confirmations that an account wants: owed at a change only, and at most two a day to one person from one
    line, so that two machines never answer one another for long.
    """
    if not heard:
        return 0
    accounts = {one.account_id for one in heard if one.account_id}
    words = {row.account_id: row for row in OptOutWords.objects.filter(account_id__in=accounts)}
    last: dict[tuple[int | None, int, int], tuple[bool, str]] = {}
    for one in heard:
        leaves = _meaning(one.text, words.get(one.account_id))
        if leaves is not None:
            last[one.account_id, one.line_id, one.msisdn] = leaves, one.text
    left = _leave([(*key, text) for key, (leaves, text) in last.items() if leaves], now)
    rejoined = _rejoin([key for key, (leaves, _text) in last.items() if not leaves])
    _owe_replies(left, rejoined, words, now)
    return len(left) + len(rejoined)


def _meaning(text: str, words: OptOutWords | None) -> bool | None:
    """True: leaves; False: comes back; None: neither."""
    folded = fold(text)
    if is_opt_out(text) or (words and folded in map(fold, words.leave)):
        return True
    if is_rejoin(text) or (words and folded in map(fold, words.rejoin)):
        return False
    return None


def _leave(rows: list[tuple], now: datetime) -> list[tuple]:
    """Those who had not left by themselves before. What the account wrote becomes the subscriber's own wish."""
    kept = _rows_of([row[:3] for row in rows])
    new = [row for row in rows if row[:3] not in kept]
    OptOut.objects.bulk_create(
        [
            OptOut(account_id=account, line_id=line, msisdn=msisdn, reason=SUBSCRIBER, note=text[:120], created_at=now)
            for account, line, msisdn, text in sorted(new, key=lambda row: (row[1], row[2]))
        ],
        ignore_conflicts=True,
    )
    overruled = [kept[row[:3]].pk for row in rows if row[:3] in kept and kept[row[:3]].reason in OWN]
    OptOut.objects.filter(pk__in=overruled).update(reason=SUBSCRIBER, created_at=now)
    return [row[:3] for row in new]


def _rejoin(keys: list[tuple]) -> list[tuple]:
    kept = _rows_of(keys)
    gone = [key for key in keys if key in kept and kept[key].reason in (*OWN, SUBSCRIBER)]
    OptOut.objects.filter(pk__in=[kept[key].pk for key in gone]).delete()
    return gone


def _rows_of(keys: list[tuple]) -> dict[tuple, OptOut]:
    if not keys:
        return {}
    lines, numbers = {key[1] for key in keys}, {key[2] for key in keys}
    accounts = {key[0] for key in keys}
    mine = Q(account_id__in=[pk for pk in accounts if pk]) | (Q(account=None) if None in accounts else Q(pk__in=[]))
    rows = OptOut.objects.filter(mine, line_id__in=lines, msisdn__in=numbers).select_for_update().order_by("pk")
    found = {(row.account_id, row.line_id, row.msisdn): row for row in rows}
    return {key: found[key] for key in keys if key in found}


def _owe_replies(left: list[tuple], rejoined: list[tuple], words: dict[int, OptOutWords], now: datetime) -> None:
    owed = []
    for keys, name in ((left, "left_text"), (rejoined, "rejoined_text")):
        for account, line, msisdn in keys:
            text = getattr(words[account], name) if account in words and words[account].confirms else ""
            lately = OptOutReply.objects.filter(line_id=line, msisdn=msisdn, created_at__gt=now - REPLIES_WITHIN)
            if text and lately.count() < MOST_REPLIES:
                owed.append(OptOutReply(account_id=account, line_id=line, msisdn=msisdn, text=text, created_at=now))
    OptOutReply.objects.bulk_create(owed)


@transaction.atomic
def set_words(
    *,
    account: Account,
    leave: Sequence[str],
    rejoin: Sequence[str],
    confirms: bool,
    left_text: str = "",
    rejoined_text: str = "",
    by: User | None = None,
) -> OptOutWords:
    """The account's own words and confirmations. Raises PhonebookRefused."""
    leave, rejoin = _own_words(leave, "leave"), _own_words(rejoin, "rejoin")
    if {fold(word) for word in leave} & {fold(word) for word in rejoin}:
        raise PhonebookRefused(_("The same word cannot both leave and come back."), "rejoin")
    if any(is_rejoin(word) for word in leave) or any(is_opt_out(word) for word in rejoin):
        raise PhonebookRefused(_("11 always leaves and 12 always comes back; choose other words."), "leave")
    if confirms and not (left_text.strip() or rejoined_text.strip()):
        raise PhonebookRefused(_("Write the text of the confirmation."), "left_text")
    fields = {
        "leave": leave, "rejoin": rejoin, "confirms": confirms,
        "left_text": left_text.strip(), "rejoined_text": rejoined_text.strip(),
    }  # fmt: skip
    words, _made = OptOutWords.objects.update_or_create(account=account, defaults=fields)
    audit.record(action="opt_out.words", user=by, account=account, details={"leave": leave, "rejoin": rejoin})
    return words


def _own_words(words: Sequence[str], field: str) -> list[str]:
    once = list({fold(word): " ".join(word.split()) for word in words if fold(word)}.values())
    if len(once) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in once):
        raise PhonebookRefused(_("At most 20 words of at most 40 characters each."), field)
    return once


@dataclass(frozen=True, slots=True)
class Added:
    """What became of written numbers: new on the list, there already (or repeated), and pieces that are no number."""

    new: int
    known: int
    invalid: int


def add_written(
    *,
    account: Account,
    line: Line | None,
    typed: str = "",
    file: UploadedFile | None = None,
    note: str = "",
    by: User | None = None,
    now: datetime,
) -> Added:
    """Opt out every number that somebody typed or that stands in the best column of a file. All or nothing.

    Raises PhonebookRefused where there is none, TableError and UploadRefused for the file.
    """
    found = extract(typed)
    invalid = len(found.invalid)
    batches: Iterable[list[int]] = [found.numbers]
    stored = uploads.store(file, folder="opt-outs") if file else None
    try:
        if stored:
            table = open_table(stored.path, stored.original_name)
            column = guess_phone_column(table)
            if column is None:
                raise PhonebookRefused(_("No column of this file holds mobile numbers."), "file")
            batches = chain(batches, (_numbers(cells) for cells in table.column(column)))
        new = known = 0
        with transaction.atomic():
            for batch in batches:
                good = [number for number in batch if number > 0]
                invalid += len(batch) - len(good)
                added = opt_out(account=account, line=line, msisdns=good, reason=PANEL, note=note, by=by, now=now)
                new, known = new + len(added), known + len(good) - len(added)
            if not new and not known:
                raise PhonebookRefused(_("Write at least one mobile number such as 09121234567."), "numbers")
    finally:
        if stored:
            uploads.discard(stored.name)
    return Added(new, known, invalid)


def _numbers(cells: list[str]) -> list[int]:
    return normalise_many([cell for cell in cells if cell.strip()]).tolist()
