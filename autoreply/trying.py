"""What would happen to a text (6.6): the rule that would answer, and why others would not. Nothing is sent."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from autoreply.book import Choice, folded, rules_of
from autoreply.matching import Entry
from autoreply.models import Keyword, PollOption, Rule
from autoreply.rules import RuleRefused, check_reply
from common.text import measure
from numbers.models import Line
from phonebook.models import OptOutWords
from phonebook.opt_outs import is_keyword

WHY = {
    "off": _("It is off."),
    "early": _("Its time has not come yet."),
    "late": _("Its time is over."),
    "day": _("It does not answer on this day of the week."),
    "hour": _("It does not answer at this hour."),
    "outranked": _("The rule above goes first."),
}
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Other:
    """A rule that fits but would not answer."""

    rule: Rule
    keyword: str
    code: str
    why: Promise


@dataclass(frozen=True, slots=True)
class Trial:
    """``rule`` with the keyword that fits, or the default reply, or neither; ``problem`` is why the reply would not
    leave. ``is_opt_out_word``: it would be taken for a word of leaving or coming back."""

    text: str
    folded: str
    rule: Rule | None
    keyword: str
    option: PollOption | None
    reply: str
    is_default: bool
    parts: int
    problem: str
    others: list[Other]
    is_opt_out_word: bool


def try_text(text: str, *, account: Account, line: Line, now: datetime) -> Trial:
    """What a text that came to the line now would be answered with."""
    rules = rules_of(account)
    fold = folded(text)
    is_word = is_keyword(text, OptOutWords.objects.filter(account=account).first())
    choice = Choice() if is_word else rules.choose(fold, line_id=line.pk, at=now)
    passed = [(one.entry, one.why) for one in choice.passed] + [(entry, "outranked") for entry in choice.outranked]
    entries = ([choice.entry] if choice.entry else []) + [entry for entry, _why in passed[:SHOWN]]
    written = _written(entries)
    return Trial(
        text=text,
        folded=fold,
        rule=choice.rule,
        keyword=written.get(choice.entry, "") if choice.entry else "",
        option=rules.options.get(choice.rule.pk) if choice.rule else None,
        reply=choice.text,
        is_default=choice.is_default,
        parts=measure(choice.text).parts if choice.text else 0,
        problem=_problem(choice.text, account, line),
        others=[Other(rules.rules[entry.rule_id], written[entry], why, WHY[why]) for entry, why in passed[:SHOWN]],
        is_opt_out_word=is_word,
    )


def _written(entries: list[Entry]) -> dict[Entry, str]:
    rows = Keyword.objects.filter(rule_id__in={entry.rule_id for entry in entries})
    written = {(rule_id, fold): text for rule_id, fold, text in rows.values_list("rule_id", "folded", "written")}
    return {entry: written.get((entry.rule_id, entry.keyword), entry.keyword) for entry in entries}


def _problem(reply: str, account: Account, line: Line) -> str:
    if not reply:
        return ""
    try:
        check_reply(reply, account=account, line=line)
    except RuleRefused as refusal:
        return str(refusal)
    return ""
