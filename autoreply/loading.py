"""Rules from a file of two columns, keyword and reply (6.2): bad rows are listed, the good ones can be taken alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, User
from autoreply.book import folded
from autoreply.models import Keyword, Match, Rule
from autoreply.rules import RuleRefused, check_reply, check_room, checked_keywords, touch
from common.tables import Table, open_table
from common.text import clean
from common.uploads import discard, discard_orphans, path_of
from numbers.models import Line

FOLDER = "reply-rules"
KEYWORD, REPLY = range(2)
_NAMES = {"کلیدواژه", "کلید واژه", "کلمه کلیدی", "کلمه", "keyword", "keywords"}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that makes no rule: its number as Excel counts, which column, what stands there, and why not."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(slots=True)
class Reading:
    """What a file holds: ``good`` are (keyword as written, folded, reply)."""

    good: list[tuple[str, str, str]] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


def read(name: str, filename: str, *, account: Account, line: Line | None, match: int) -> Reading:
    """Check a stored upload row by row. Raises common.tables.TableError, common.uploads.UploadGone."""
    reading = Reading()
    known = _known(account, line, match)
    seen: dict[str, int] = {}
    problems: dict[str, str] = {}
    for number, row in _rows(open_table(path_of(name), filename)):
        keyword, reply = (clean(row[place]).strip() if place < len(row) else "" for place in (KEYWORD, REPLY))
        if not keyword and not reply:
            continue
        try:
            [(fold, written)] = checked_keywords([keyword]).items()
        except RuleRefused as refusal:
            reading.bad.append(BadRow(number, _("Keyword"), keyword, str(refusal)))
            continue
        if reply not in problems:
            problems[reply] = _reply_problem(reply, account, line)
        if fold in seen:
            reason = _("Row %(row)d has the same keyword.") % {"row": seen[fold]}
            reading.bad.append(BadRow(number, _("Keyword"), keyword, reason))
        elif fold in known:
            reason = _("There is a rule with this keyword already.")
            reading.bad.append(BadRow(number, _("Keyword"), keyword, reason))
        elif problems[reply]:
            reading.bad.append(BadRow(number, _("Reply"), reply, problems[reply]))
        else:
            reading.good.append((written, fold, reply))
        seen.setdefault(fold, number)
    return reading


def _reply_problem(reply: str, account: Account, line: Line | None) -> str:
    if not reply:
        return _("Write the reply.")
    try:
        check_reply(reply, account=account, line=line)
    except RuleRefused as refusal:
        return str(refusal)
    return ""


def _known(account: Account, line: Line | None, match: int) -> set[str]:
    rows = Keyword.objects.filter(rule__account=account, rule__line=line, rule__match=match)
    return set(rows.values_list("folded", flat=True))


def _rows(table: Table) -> Iterator[tuple[int, list[str]]]:
    """Every row with its number. A first row is a header only if it says so: keywords look like anything."""
    head = [table.columns] if table.has_header else []
    first = table.first_row - len(head)
    for number, row in enumerate(chain(head, chain.from_iterable(table.rows())), start=first):
        if number == first and row and folded(row[KEYWORD]) in {folded(name) for name in _NAMES}:
            continue
        yield number, row


@transaction.atomic
def load(
    name: str, filename: str, *, account: Account, line: Line | None, match: int = Match.EXACT, by: User | None = None
) -> int:
    """Make a rule of each good row, and forget the file; how many. Raises as ``read``, and RuleRefused where the
    account may not have so many."""
    reading = read(name, filename, account=account, line=line, match=match)
    check_room(account, len(reading.good))
    rules = Rule.objects.bulk_create(
        [Rule(account=account, line=line, match=match, reply=reply) for _written, _fold, reply in reading.good],
        batch_size=2000,
    )
    Keyword.objects.bulk_create(
        [
            Keyword(rule=rule, written=written, folded=fold)
            for rule, (written, fold, _reply) in zip(rules, reading.good, strict=True)
        ],
        batch_size=2000,
    )
    if rules:
        touch(account)
        audit.record(action="autoreply.rules_loaded", user=by, account=account, details={"rules": len(rules)})
    transaction.on_commit(lambda: discard(name))
    return len(rules)


def forget_files(*, now: datetime) -> int:
    """Delete the files that were looked at and neither taken nor left within settings.ABANDONED_HOURS; how many."""
    return discard_orphans(FOLDER, known=set(), before=now - timedelta(hours=settings.ABANDONED_HOURS))
