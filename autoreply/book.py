"""The rules of an account in memory, as new as the database says: one small query where nothing has changed."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.models import Account
from autoreply.matching import Entry, Matcher
from autoreply.models import Book, Keyword, LineReply, PollOption, Rule
from common.text import fold
from numbers.hours import parse

TEHRAN = ZoneInfo("Asia/Tehran")
KEPT = 100  # accounts

_books: OrderedDict[int, "Rules"] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Passed:
    """A rule whose keyword fits but which does not answer now; ``why`` is off, early, late, day or hour."""

    entry: Entry
    why: str


@dataclass(slots=True)
class Choice:
    """What answers a text: a rule by one of its keywords, or the line's default reply, or nothing."""

    text: str = ""
    rule: Rule | None = None
    entry: Entry | None = None
    passed: tuple[Passed, ...] = ()
    outranked: tuple[Entry, ...] = ()
    is_default: bool = False

    @property
    def answers(self) -> bool:
        return self.rule is not None or self.is_default


@dataclass(slots=True)
class Rules:
    """Everything that decides an account's answers."""

    version: int
    rules: dict[int, Rule]
    options: dict[int, PollOption]
    lines: dict[int, LineReply]
    matcher: Matcher

    def choose(self, folded: str, *, line_id: int, at: datetime) -> Choice:
        """Which rule, else which default reply, answers a folded text that came to the line at that time."""
        candidates = self.matcher.candidates(folded, line_id)
        passed = []
        for place, entry in enumerate(candidates):
            rule = self.rules[entry.rule_id]
            why = sleeps(rule, at)
            if why:
                passed.append(Passed(entry, why))
                continue
            return Choice(rule.reply, rule, entry, tuple(passed), tuple(candidates[place + 1 :]))
        default = self.lines.get(line_id)
        if default and default.is_enabled and default.default_reply:
            return Choice(default.default_reply, passed=tuple(passed), is_default=True)
        return Choice(passed=tuple(passed))


def sleeps(rule: Rule, at: datetime) -> str:
    """Why the rule does not answer at that time; "" if it does."""
    if not rule.is_enabled:
        return "off"
    if rule.active_from and at < rule.active_from:
        return "early"
    if rule.active_until and at >= rule.active_until:
        return "late"
    local = at.astimezone(TEHRAN)
    if not rule.weekdays >> (local.weekday() + 2) % 7 & 1:  # Python's week begins on Monday, ours on Saturday
        return "day"
    if rule.hours:
        opens, closes = parse(rule.hours)
        if not opens <= local.hour * 60 + local.minute < closes:
            return "hour"
    return ""


def rules_of(account: Account | int) -> Rules:
    """The account's rules as they stand now."""
    account_id = account if isinstance(account, int) else account.pk
    version = Book.objects.filter(pk=account_id).values_list("version", flat=True).first() or 0
    with _lock:
        known = _books.get(account_id)
    if known is None or known.version != version:
        known = _read(account_id, version)
    with _lock:
        _books[account_id] = known
        _books.move_to_end(account_id)
        while len(_books) > KEPT:
            _books.popitem(last=False)
    return known


def _read(account_id: int, version: int) -> Rules:
    """The version was read before the rules: if they change meanwhile, it is older than they are, and is read again."""
    rules = {rule.pk: rule for rule in Rule.objects.filter(account_id=account_id)}
    rows = Keyword.objects.filter(rule__account_id=account_id).values_list("rule_id", "folded")
    entries = [
        Entry(pk, folded, rule.match, rule.priority, rule.line_id) for pk, folded in rows if (rule := rules.get(pk))
    ]
    found = PollOption.objects.filter(poll__account_id=account_id).select_related("poll")
    options = {row.rule_id: row for row in found}
    lines = {row.line_id: row for row in LineReply.objects.filter(account_id=account_id)}
    return Rules(version, rules, options, lines, Matcher(entries))


def folded(text: str) -> str:
    """A text as keywords are compared with it."""
    return fold(text)
