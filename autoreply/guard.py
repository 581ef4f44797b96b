"""Who gets no reply: lines, opt-out words, and whoever was answered too often (6.5)."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from accounts.models import Account
from autoreply.book import Rules
from autoreply.models import Answer, LineReply, Outcome
from autoreply.models.answers import ANSWERED
from common.phones import normalise_line
from numbers.models import Line
from phonebook.models import OptOutWords
from phonebook.opt_outs import is_keyword

if TYPE_CHECKING:
    from autoreply.answering import Case

SAME_TEXT_MOST = 3  # answers to one text of one sender within an hour; a responder says the same for ever
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def refuse_opt_outs(cases: Sequence["Case"], account: Account) -> None:
    """Words for leaving a line and coming back are messaging's to answer (9.7)."""
    words = OptOutWords.objects.filter(account=account).first()
    for case in cases:
        if is_keyword(case.text, words):
            case.outcome = Outcome.OPT_OUT_WORD


def refuse_lines(cases: Sequence["Case"]) -> None:
    """No line of the platform is ever answered, the account's own or another's, nor what is not a mobile."""
    open_cases = [case for case in cases if case.is_open]
    writings = {case.sender: _writings(case) for case in open_cases}
    wanted = {writing for several in writings.values() for writing in several}
    lines = set(Line.objects.filter(number__in=wanted).values_list("number", flat=True)) if wanted else set()
    for case in open_cases:
        if lines.intersection(writings[case.sender]):
            case.outcome = Outcome.PLATFORM_LINE
        elif case.msisdn is None:
            case.outcome = Outcome.NOT_A_MOBILE


def _writings(case: "Case") -> tuple[str, ...]:
    """How a line's number could stand in our table if this sender were one."""
    number = str(case.msisdn) if case.msisdn else normalise_line(case.sender) or case.sender
    bare = number.removeprefix("98")
    return number, bare, f"0{bare}"


def refuse_too_many(cases: Sequence["Case"], rules: Rules, *, now: datetime) -> None:
    """At most so many answers to a sender in an hour and in a day from one line, and few to the same text again."""
    open_cases = [case for case in cases if case.is_open]
    if not open_cases:
        return
    history = _history(open_cases, now)
    for case in open_cases:
        limits = rules.lines.get(case.line_id) or LineReply(line_id=case.line_id)
        past = history[case.line_id, case.msisdn]
        last_hour = [text for text, at in past if at > now - HOUR]
        if Counter(last_hour)[case.fingerprint] >= SAME_TEXT_MOST:
            case.outcome = Outcome.REPEATED
        elif len(last_hour) >= limits.per_hour or len(past) >= limits.per_day:
            case.outcome = Outcome.TOO_MANY
        else:
            past.append((case.fingerprint, now))


def _history(cases: Sequence["Case"], now: datetime) -> dict[tuple[int, int], list[tuple[int, datetime]]]:
    """(line, sender) → the text and time of each answer of the last day."""
    rows = Answer.objects.filter(
        outcome__in=ANSWERED,
        line_id__in={case.line_id for case in cases},
        msisdn__in={case.msisdn for case in cases},
        decided_at__gt=now - DAY,
    ).values_list("line_id", "msisdn", "fingerprint", "decided_at")
    history = defaultdict(list)
    for line_id, msisdn, fingerprint, at in rows:
        history[line_id, msisdn].append((fingerprint, at))
    return history
