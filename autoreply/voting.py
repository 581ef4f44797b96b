"""Counting votes: one of a number, its last, or all (6.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from autoreply.models import Poll, Vote


@dataclass(frozen=True, slots=True)
class Ballot:
    """A received message that is a vote."""

    option_id: int
    msisdn: int
    message_id: int
    at: datetime


def count(poll: Poll, ballots: Sequence[Ballot]) -> set[int]:
    """Count the ballots, in the order in which they came; the message ids of those whose number had voted before."""
    if poll.counting == Poll.Counting.ALL:
        Vote.objects.bulk_create([_vote(poll, ballot, ballot.message_id) for ballot in ballots], ignore_conflicts=True)
        return set()
    numbers = {ballot.msisdn for ballot in ballots}
    voted = set(Vote.objects.filter(poll=poll, msisdn__in=numbers).values_list("msisdn", flat=True))
    repeated: set[int] = set()
    kept: dict[int, Ballot] = {}
    for ballot in ballots:
        if ballot.msisdn in voted:
            repeated.add(ballot.message_id)
        if ballot.msisdn not in voted or poll.counting == Poll.Counting.LAST:
            kept[ballot.msisdn] = ballot
        voted.add(ballot.msisdn)
    Vote.objects.bulk_create(
        [_vote(poll, ballot, 0) for ballot in kept.values()],
        update_conflicts=True,
        unique_fields=["poll", "msisdn", "serial"],
        update_fields=["option", "at"],
    )
    return repeated


def _vote(poll: Poll, ballot: Ballot, serial: int) -> Vote:
    return Vote(poll=poll, option_id=ballot.option_id, msisdn=ballot.msisdn, serial=serial, at=ballot.at)
