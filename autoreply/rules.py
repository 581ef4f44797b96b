"""Making and changing rules and default replies: every row is reached through ``of(account)`` (6.1–6.3, 6.6)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, User
from autoreply.book import folded
from autoreply.models import Book, Keyword, LineReply, Match, Rule
from autoreply.models.rules import EVERY_DAY
from common import outbound
from common.phones import normalise
from common.text import TextTooLong, clean
from messaging.services import SendRefused, check_text
from numbers.hours import parse
from numbers.models import Line
from phonebook.models import Group

KEYWORDS_MAX = 20
KEYWORD_LONGEST = 60


class RuleRefused(Exception):
    """The rule cannot be kept; the message says why in the reader's language, ``field`` what to mend."""

    def __init__(self, sentence: str, field: str = "") -> None:
        self.field = field
        super().__init__(sentence)


def touch(account: Account) -> None:
    """The rules of the account changed: whoever has them in memory reads them again."""
    Book.objects.get_or_create(account=account)
    Book.objects.filter(pk=account.pk).update(version=F("version") + 1)


@transaction.atomic
def save_rule(
    *,
    account: Account,
    keywords: Sequence[str],
    rule: Rule | None = None,
    line: Line | None = None,
    reply: str = "",
    match: int = Match.EXACT,
    priority: int = 5,
    is_enabled: bool = True,
    active_from: datetime | None = None,
    active_until: datetime | None = None,
    weekdays: int = EVERY_DAY,
    hours: str = "",
    joins: Group | None = None,
    leaves: Group | None = None,
    forward_url: str = "",
    forward_to: str | int | None = None,
    counts_votes: bool = False,
    by: User | None = None,
) -> Rule:
    """A new rule, or ``rule`` as it shall be from now on; one that ``counts_votes`` (of a poll) needs no reply and is
    not in the activity log. Raises RuleRefused; then nothing is changed."""
    is_new = rule is None
    rule = rule or Rule(account=account)
    if is_new:
        check_room(account, 1)
    rule.line, rule.match, rule.priority, rule.is_enabled = line, match, priority, is_enabled
    rule.reply = clean(reply).strip()
    rule.active_from, rule.active_until, rule.weekdays, rule.hours = active_from, active_until, weekdays, hours
    rule.joins, rule.leaves, rule.forward_url = joins, leaves, forward_url.strip()
    rule.forward_to = _mobile(forward_to)
    written = checked_keywords(keywords)
    _check(rule, needs_reply=not counts_votes)
    rule.save()
    rule.keywords.all().delete()
    Keyword.objects.bulk_create([Keyword(rule=rule, written=text, folded=fold) for fold, text in written.items()])
    touch(account)
    action = "autoreply.rule_added" if is_new else "autoreply.rule_changed"
    if not counts_votes:
        audit.record(action=action, user=by, account=account, target="، ".join(written.values()))
    return rule


def checked_keywords(keywords: Iterable[str]) -> dict[str, str]:
    """Folded → as it was written; each once, in order. Raises RuleRefused."""
    written: dict[str, str] = {}
    for keyword in keywords:
        text = " ".join(clean(keyword).split())
        if not text:
            continue
        if len(text) > KEYWORD_LONGEST:
            raise RuleRefused(_("A keyword has at most %(most)d characters.") % {"most": KEYWORD_LONGEST}, "keywords")
        if not folded(text):
            raise RuleRefused(_("A keyword needs at least one letter, digit or sign."), "keywords")
        written.setdefault(folded(text), text)
    if not written:
        raise RuleRefused(_("Write at least one keyword."), "keywords")
    if len(written) > KEYWORDS_MAX:
        raise RuleRefused(_("A rule has at most %(most)d keywords.") % {"most": KEYWORDS_MAX}, "keywords")
    return written


def check_reply(reply: str, *, account: Account, line: Line | None) -> None:
    """Whether the text may be sent from the line, or from every line of the account. Raises RuleRefused."""
    for one in [line] if line else Line.objects.of(account):
        try:
            check_text(reply, line=one)
        except SendRefused as refusal:
            raise RuleRefused(refusal.message, "reply") from refusal
        except TextTooLong as error:
            raise RuleRefused(
                _("The text is too long; at most %(most)d parts can be sent.") % {"most": settings.MESSAGE_MAX_PARTS},
                "reply",
            ) from error


def check_room(account: Account, count: int) -> None:
    """Raises RuleRefused where the account may not have so many rules more."""
    most = settings.REPLY_RULES_MAX
    if Rule.objects.of(account).count() + count > most:
        raise RuleRefused(
            _("An account has at most %(most)d rules. Delete some that you do not need.") % {"most": most}
        )


def _check(rule: Rule, *, needs_reply: bool) -> None:
    account = rule.account
    if rule.line and rule.line.account_id != account.pk:
        raise RuleRefused(_("Choose one of your own lines."), "line")
    if rule.reply:
        check_reply(rule.reply, account=account, line=rule.line)
    elif needs_reply and not (rule.joins or rule.leaves or rule.forward_url or rule.forward_to):
        raise RuleRefused(_("Write a reply, or choose what else the rule shall do."), "reply")
    for field in ("joins", "leaves"):
        group = getattr(rule, field)
        if group and group.account_id != account.pk:
            raise RuleRefused(_("Choose one of your groups."), field)
    if rule.joins and rule.joins == rule.leaves:
        raise RuleRefused(_("The sender cannot join and leave the same group."), "leaves")
    if not 1 <= rule.priority <= 9:
        raise RuleRefused(_("The priority is from 1 to 9."), "priority")
    _check_times(rule)
    if rule.forward_url:
        try:
            outbound.check(rule.forward_url)
        except outbound.Refused as refusal:
            raise RuleRefused(str(refusal), "forward_url") from refusal


def _check_times(rule: Rule) -> None:
    if rule.active_from and rule.active_until and rule.active_from >= rule.active_until:
        raise RuleRefused(_("The end must be later than the beginning."), "active_until")
    if not 0 < rule.weekdays <= EVERY_DAY:
        raise RuleRefused(_("Choose at least one day of the week."), "weekdays")
    if rule.hours:
        try:
            parse(rule.hours)
        except ValueError as error:
            raise RuleRefused(_("Write hours such as 08:00-22:00."), "hours") from error


def _mobile(written: str | int | None) -> int | None:
    if not written:
        return None
    number = normalise(written)
    if number is None:
        raise RuleRefused(_("Write a mobile number such as 09121234567."), "forward_to")
    return number


@transaction.atomic
def delete_rules(*, account: Account, ids: Iterable[int], by: User | None = None) -> int:
    """Delete the account's own rules among these; how many. What they answered stays in the log. The rules of a poll's
    options go only with their poll."""
    mine = Rule.objects.of(account).filter(pk__in=list(ids), option=None)
    count = mine.count()
    mine.delete()
    if count:
        touch(account)
        audit.record(action="autoreply.rules_deleted", user=by, account=account, details={"rules": count})
    return count


@transaction.atomic
def switch_rules(*, account: Account, ids: Iterable[int], on: bool, by: User | None = None) -> int:
    """Switch the account's own rules among these on or off; how many were not so."""
    count = Rule.objects.of(account).filter(pk__in=list(ids)).exclude(is_enabled=on).update(is_enabled=on)
    if count:
        touch(account)
        audit.record(action="autoreply.switched", user=by, account=account, details={"rules": count, "on": on})
    return count


@transaction.atomic
def set_line_reply(
    *,
    account: Account,
    line: Line,
    default_reply: str = "",
    is_enabled: bool = True,
    per_hour: int = LineReply.PER_HOUR,
    per_day: int = LineReply.PER_DAY,
    by: User | None = None,
) -> LineReply:
    """What the line answers where no rule does (6.3), and its limits for one sender (6.5). Raises RuleRefused."""
    if line.account_id != account.pk:
        raise RuleRefused(_("Choose one of your own lines."), "line")
    text = clean(default_reply).strip()
    if text:
        check_reply(text, account=account, line=line)
    for field, value, most in (("per_hour", per_hour, 100), ("per_day", per_day, 1000)):
        if not 1 <= value <= most:
            raise RuleRefused(_("Choose a number from 1 to %(most)d.") % {"most": most}, field)
    row, _made = LineReply.objects.update_or_create(
        line=line,
        defaults={
            "account": account,
            "default_reply": text,
            "is_enabled": is_enabled,
            "per_hour": per_hour,
            "per_day": per_day,
        },
    )
    touch(account)
    audit.record(action="autoreply.line_changed", user=by, account=account, target=line.number)
    return row
