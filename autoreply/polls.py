"""Making polls, their figures, and drawing winners so that anybody can check it (6.6)."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, User
from autoreply.models import Draw, Match, Poll, PollOption, Rule, Vote
from autoreply.rules import RuleRefused, check_reply, save_rule, touch
from common.text import clean
from numbers.models import Line

OPTIONS_MAX = 20
WINNERS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Option:
    """What a form says of an option; ``pk`` is that of the option it was."""

    title: str
    keywords: tuple[str, ...]
    is_right: bool = False
    pk: int | None = None


@transaction.atomic
def save_poll(
    *,
    account: Account,
    title: str,
    options: Sequence[Option],
    poll: Poll | None = None,
    line: Line | None = None,
    counting: str = Poll.Counting.FIRST,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    thanks: str = "",
    again: str = "",
    by: User | None = None,
) -> Poll:
    """A new poll, or ``poll`` as it shall be. An option that is left out goes with its votes. How votes are counted
    stays as it is once there are votes. Raises RuleRefused; then nothing is changed."""
    is_new = poll is None
    poll = poll or Poll(account=account)
    if not is_new and poll.counting != counting and poll.votes.exists():
        raise RuleRefused(_("People have voted already, so how votes are counted can no longer change."), "counting")
    poll.title, poll.line, poll.counting = clean(title).strip(), line, counting
    poll.opens_at, poll.closes_at = opens_at, closes_at
    poll.thanks, poll.again = clean(thanks).strip(), clean(again).strip()
    _check(poll, options)
    poll.save()
    kept = {option.pk: option for option in poll.options.select_related("rule")} if not is_new else {}
    gone = set(kept) - {option.pk for option in options}
    Rule.objects.filter(option__in=gone).delete()
    for option in options:
        _save_option(poll, option, kept.get(option.pk), by)
    touch(account)
    audit.record(action="poll.added" if is_new else "poll.changed", user=by, account=account, target=poll.title)
    return poll


def _check(poll: Poll, options: Sequence[Option]) -> None:
    if not poll.title:
        raise RuleRefused(_("Write a title for the poll."), "title")
    if not 1 <= len(options) <= OPTIONS_MAX:
        raise RuleRefused(_("A poll has 1 to %(most)d options.") % {"most": OPTIONS_MAX}, "options")
    if poll.line and poll.line.account_id != poll.account_id:
        raise RuleRefused(_("Choose one of your own lines."), "line")
    if poll.opens_at and poll.closes_at and poll.opens_at >= poll.closes_at:
        raise RuleRefused(_("The end must be later than the beginning."), "closes_at")
    if poll.again and poll.counting == Poll.Counting.ALL:
        poll.again = ""
    for name in ("thanks", "again"):
        text = getattr(poll, name)
        if text:
            try:
                check_reply(text, account=poll.account, line=poll.line)
            except RuleRefused as refusal:
                raise RuleRefused(str(refusal), name) from refusal


def _save_option(poll: Poll, option: Option, was: PollOption | None, by: User | None) -> None:
    title = clean(option.title).strip()
    try:
        rule = save_rule(
            account=poll.account,
            rule=was.rule if was else None,
            keywords=option.keywords,
            line=poll.line,
            reply=poll.thanks,
            match=Match.EXACT,
            priority=1,
            active_from=poll.opens_at,
            active_until=poll.closes_at,
            counts_votes=True,
            by=by,
        )
    except RuleRefused as refusal:
        raise RuleRefused(f"{title}: {refusal}", "options") from refusal
    PollOption.objects.update_or_create(
        rule=rule, defaults={"poll": poll, "title": title or rule.keywords.first().written, "is_right": option.is_right}
    )


@transaction.atomic
def delete_poll(*, poll: Poll, by: User | None = None) -> None:
    """The poll goes with its options, their rules, votes and draws."""
    Rule.objects.filter(option__poll=poll).delete()
    audit.record(action="poll.deleted", user=by, account=poll.account, target=poll.title)
    touch(poll.account)
    poll.delete()


@dataclass(frozen=True, slots=True)
class Figure:
    """An option's votes, and its share of all in per cent."""

    option: PollOption
    votes: int
    percent: int


def figures(poll: Poll) -> list[Figure]:
    """Each option with its votes, in the order of the options."""
    options = list(poll.options.prefetch_related("rule__keywords"))
    counts = dict(Vote.objects.filter(poll=poll).values_list("option").annotate(Count("id")))
    total = sum(counts.values())
    return [
        Figure(option, counts.get(option.pk, 0), round(counts.get(option.pk, 0) * 100 / total) if total else 0)
        for option in options
    ]


def voters(poll: Poll, *, only_right: bool = False) -> list[int]:
    """The numbers that take part in a draw, sorted, each once."""
    votes = Vote.objects.filter(poll=poll)
    if only_right:
        votes = votes.filter(option__is_right=True)
    return sorted(set(votes.values_list("msisdn", flat=True)))


def seed_digest(poll: Poll) -> str:
    """The SHA-256 of the seed: what binds us before anybody has voted."""
    return hashlib.sha256(poll.seed.encode()).hexdigest()


def winners_of(seed: str, number: int, participants: Sequence[int], count: int) -> list[int]:
    """The participants by SHA-256 of ``seed:number:msisdn``, the first ``count`` of them."""

    def rank(msisdn: int) -> str:
        return hashlib.sha256(f"{seed}:{number}:{msisdn}".encode()).hexdigest()

    return sorted(participants, key=rank)[:count]


@transaction.atomic
def draw(*, poll: Poll, count: int, only_right: bool = False, by: User | None = None, now: datetime) -> Draw:
    """Draw winners, and keep what is needed to check it. A further draw has its own number and other winners. While
    votes still come there is no draw. Raises RuleRefused."""
    poll = Poll.objects.select_for_update().get(pk=poll.pk)
    if poll.closes_at is None or poll.closes_at > now:
        raise RuleRefused(_("Winners can be drawn when the poll has ended. Set its end first."))
    if not 1 <= count <= WINNERS_MAX:
        raise RuleRefused(_("Choose a number from 1 to %(most)d.") % {"most": WINNERS_MAX}, "count")
    participants = voters(poll, only_right=only_right)
    if not participants:
        raise RuleRefused(_("Nobody takes part in this draw."))
    number = poll.draws.count() + 1
    listing = "\n".join(map(str, participants))
    done = Draw.objects.create(
        poll=poll,
        number=number,
        only_right=only_right,
        participants=len(participants),
        digest=hashlib.sha256(listing.encode()).hexdigest(),
        winners=winners_of(poll.seed, number, participants, count),
        drawn_by=by,
        drawn_at=now,
    )
    details = {"draw": number, "winners": len(done.winners), "participants": len(participants), "seed": poll.seed}
    audit.record(action="poll.drawn", user=by, account=poll.account, target=poll.title, details=details)
    return done


def participant_rows(poll: Poll) -> Iterator[tuple[int, str, datetime]]:
    """(number, option, time) of every counted vote, for export."""
    rows = Vote.objects.filter(poll=poll).select_related("option").order_by("at", "pk")
    for vote in rows.iterator(chunk_size=2000):
        yield vote.msisdn, vote.option.title, vote.at
