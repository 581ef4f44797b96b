"""What a rule does beside its reply, or in its place: votes, groups, forwarding (6.6)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from autoreply.book import Rules
from autoreply.models import Forward, Outcome
from autoreply.sending import Letter, deliver
from autoreply.voting import Ballot, count
from common.phones import national
from numbers.models import Line
from phonebook.subscribing import subscribe, unsubscribe

if TYPE_CHECKING:
    from autoreply.answering import Case


def count_votes(cases: Sequence["Case"], rules: Rules) -> None:
    """Votes of the options' keywords; who has voted already may get another reply."""
    ballots: dict[int, list[tuple[Case, Ballot]]] = defaultdict(list)
    options = rules.options
    for case in cases:
        rule = case.choice.rule if case.is_open and case.choice else None
        option = options.get(rule.pk) if rule else None
        if option:
            ballot = Ballot(option.pk, case.msisdn, case.message_id, case.received_at)
            ballots[option.poll_id].append((case, ballot))
    polls = {option.poll_id: option.poll for option in options.values()}
    for poll_id, pairs in sorted(ballots.items()):
        poll = polls[poll_id]
        repeated = count(poll, [ballot for _case, ballot in pairs])
        for case, ballot in pairs:
            if ballot.message_id in repeated and poll.again:
                case.reply = poll.again


def change_groups(cases: Sequence["Case"], *, account: Account) -> None:
    """Subscribe and unsubscribe the senders, group by group, in the order in which they asked."""
    wanted: dict[int, dict[int, bool]] = defaultdict(dict)
    for case in cases:
        rule = case.choice.rule if case.is_open and case.choice else None
        if rule and rule.joins_id:
            wanted[rule.joins_id][case.msisdn] = True
        if rule and rule.leaves_id:
            wanted[rule.leaves_id][case.msisdn] = False
    for group_id, members in sorted(wanted.items()):
        joining = [msisdn for msisdn, is_in in members.items() if is_in]
        leaving = [msisdn for msisdn, is_in in members.items() if not is_in]
        subscribe(account=account, group_id=group_id, msisdns=joining)
        unsubscribe(account=account, group_id=group_id, msisdns=leaving)


def forward(cases: Sequence["Case"], *, account: Account, now: datetime) -> None:
    """Hand on what was answered, by SMS at the usual price and by rows for the web addresses."""
    done = [case for case in cases if case.outcome in (Outcome.ANSWERED, Outcome.DONE) and case.choice.rule]
    _to_numbers([case for case in done if case.choice.rule.forward_to], account, now)
    rows = [
        Forward(message_id=case.message_id, account=account, url=case.choice.rule.forward_url, due_at=now)
        for case in done
        if case.choice.rule.forward_url
    ]
    if rows:
        Forward.objects.bulk_create(rows)
        transaction.on_commit(_nudge, robust=True)


def _to_numbers(cases: Sequence["Case"], account: Account, now: datetime) -> None:
    by_line: dict[int, list[Letter]] = defaultdict(list)
    for case in cases:
        if case.choice.rule.forward_to != case.msisdn:
            letter = Letter(case, case.choice.rule.forward_to, forwarded_text(case), to_sender=False)
            by_line[case.line_id].append(letter)
    lines = Line.objects.in_bulk(by_line)
    for line_id, letters in sorted(by_line.items()):
        deliver(letters, account=account, line=lines[line_id], now=now)


def forwarded_text(case: "Case") -> str:
    """A received message as it is sent on to another mobile."""
    return _("From %(sender)s: %(text)s") % {"sender": national(case.msisdn), "text": case.text}


def _nudge() -> None:
    from autoreply.tasks import forward as task

    task.apply_async(expires=60)
