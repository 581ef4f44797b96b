"""Answering received messages, each exactly once (6.1, 6.3, 6.5).

An account's waiting messages are taken a batch at a time, under the lock of its Book. In one transaction they are
decided, the replies planned, charged and let go (messaging.services.send), and the rows marked. Whatever is killed
before that commits, they wait still; after it, they are answered.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection, transaction

from accounts.models import Account
from autoreply import actions, guard
from autoreply.book import Choice, Rules, folded, rules_of
from autoreply.models import Answer, Book, Outcome
from autoreply.sending import send_replies
from autoreply.telling import tell_no_credit

log = logging.getLogger(__name__)
BATCH = 1000


@dataclass(slots=True)
class Case:
    """A received message and what is decided about it. Answered unless something speaks against it."""

    message_id: int
    line_id: int
    msisdn: int | None
    sender: str
    text: str
    fingerprint: int
    received_at: datetime
    choice: Choice | None = None
    outcome: Outcome = Outcome.WAITING
    reply: str = ""
    campaign_id: int | None = None
    problem: str = ""

    @property
    def is_open(self) -> bool:
        return self.outcome == Outcome.WAITING


_WAITING_ACCOUNTS = """
WITH RECURSIVE waiting AS (
    (SELECT account_id FROM autoreply_answer WHERE outcome = 0 ORDER BY account_id LIMIT 1)
    UNION ALL
    SELECT (SELECT account_id FROM autoreply_answer a WHERE outcome = 0 AND a.account_id > w.account_id
            ORDER BY account_id LIMIT 1)
    FROM waiting w WHERE w.account_id IS NOT NULL
)
SELECT account_id FROM waiting WHERE account_id IS NOT NULL
"""  # a jump from account to account over the index of waiting rows, however many rows wait


def answer_some(*, now: datetime) -> int:
    """A batch of every account that has messages waiting, in turn, so that nobody waits for another's thousands.

    How many accounts were served. One that another process is serving is left to it: it will look again when done.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITING_ACCOUNTS)
        accounts = [row[0] for row in cursor]
    return sum(_serve(account_id, now=now) for account_id in accounts)


def _serve(account_id: int, *, now: datetime) -> bool:
    try:
        with transaction.atomic():
            return _answer_batch(account_id, _waiting(account_id)[:BATCH], now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("auto-replies of account %s: the batch failed; its messages are answered one by one", account_id)
        return _serve_one_by_one(account_id, now=now)


def _serve_one_by_one(account_id: int, *, now: datetime) -> bool:
    """So that one message that cannot be answered holds up no other."""
    for pk in list(_waiting(account_id).values_list("pk", flat=True)[:BATCH]):
        try:
            with transaction.atomic():
                _answer_batch(account_id, _waiting(account_id).filter(pk=pk), now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("received message %s cannot be answered", pk)
            _waiting(account_id).filter(pk=pk).update(outcome=Outcome.FAILED, decided_at=now)
    return True


def _waiting(account_id: int):
    return Answer.objects.filter(account_id=account_id, outcome=Outcome.WAITING).order_by("pk")


def _answer_batch(account_id: int, waiting, *, now: datetime) -> bool:
    """In the caller's transaction; False where another process is at this account."""
    book = _lock(account_id)
    if book is None:
        return False
    columns = ("pk", "line_id", "msisdn", "message__sender", "message__text", "fingerprint", "received_at")
    cases = [Case(*row) for row in waiting.values_list(*columns)]
    if cases:
        decide(cases, rules_of(account_id), account=book.account, now=now)
        send_replies(cases, account=book.account, now=now)
        actions.forward(cases, account=book.account, now=now)
        _mark(cases, now=now)
        if any(case.outcome == Outcome.NO_CREDIT for case in cases):
            tell_no_credit(book, now=now)
    return True


def decide(cases: Sequence[Case], rules: Rules, *, account: Account, now: datetime) -> None:
    """What each gets: its choice, and either an outcome that ends it or a text to send. Votes and group changes, which
    cost nothing, are done here."""
    guard.refuse_opt_outs(cases, account)
    for case in cases:
        if not case.is_open:
            continue
        case.choice = rules.choose(folded(case.text), line_id=case.line_id, at=case.received_at)
        if case.choice.answers:
            case.reply = case.choice.text
        else:
            case.outcome = Outcome.NO_RULE
    guard.refuse_lines(cases)
    actions.count_votes(cases, rules)
    actions.change_groups(cases, account=account)
    guard.refuse_too_many(cases, rules, now=now)
    for case in cases:
        if case.is_open and not case.reply:
            case.outcome = Outcome.DONE


def _lock(account_id: int) -> Book | None:
    books = Book.objects.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("account")
    return books.filter(pk=account_id).first()


_MARK = """
UPDATE autoreply_answer a SET outcome = n.outcome, rule_id = n.rule, campaign_id = n.campaign, reply = n.reply,
                              problem = n.problem, decided_at = %s
FROM unnest(%s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[])
     AS n(id, outcome, rule, campaign, reply, problem)
WHERE a.message_id = n.id
"""


def _mark(cases: Sequence[Case], *, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK,
            [
                now,
                [case.message_id for case in cases],
                [int(case.outcome) for case in cases],
                [case.choice.rule.pk if case.choice and case.choice.rule else None for case in cases],
                [case.campaign_id for case in cases],
                [case.reply if case.outcome == Outcome.ANSWERED else "" for case in cases],
                [case.problem[:300] for case in cases],
            ],
        )
    outcomes = Counter(case.outcome.name for case in cases)
    log.debug("auto-replies: %s", dict(outcomes))
