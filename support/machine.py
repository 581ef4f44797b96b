"""The life of a ticket, in one table (SUP-4.4). Nothing else moves a ticket's state.

new → seen → referred → answered → waiting → closed → seen (reopened)
"""

from enum import StrEnum

from support.models import Ticket

State = Ticket.State


class Event(StrEnum):
    """What can happen to a ticket."""

    SEE = "see"  # staff open it for the first time
    REFER = "refer"  # staff hand it to a unit or a person
    ANSWER = "answer"  # staff answer
    ASK = "ask"  # staff answer and need something from the user
    WAIT = "wait"  # an answer that the user has said nothing to
    WRITE = "write"  # the user writes
    CLOSE = "close"
    REOPEN = "reopen"


_OPEN = (State.NEW, State.SEEN, State.REFERRED, State.ANSWERED, State.WAITING)

TRANSITIONS: dict[tuple[str, Event], str] = {
    (State.NEW, Event.SEE): State.SEEN,
    **{(state, Event.REFER): State.REFERRED for state in _OPEN},
    **{(state, Event.ANSWER): State.ANSWERED for state in _OPEN},
    **{(state, Event.ASK): State.WAITING for state in _OPEN},
    (State.ANSWERED, Event.WAIT): State.WAITING,
    (State.NEW, Event.WRITE): State.NEW,
    (State.SEEN, Event.WRITE): State.SEEN,
    (State.REFERRED, Event.WRITE): State.REFERRED,
    (State.ANSWERED, Event.WRITE): State.SEEN,
    (State.WAITING, Event.WRITE): State.SEEN,
    **{(state, Event.CLOSE): State.CLOSED for state in _OPEN},
    (State.CLOSED, Event.REOPEN): State.SEEN,
}

WITH_STAFF = {State.NEW, State.SEEN, State.REFERRED}
WITH_USER = {State.ANSWERED, State.WAITING}


class WrongState(Exception):
    """The ticket is in a state in which this cannot happen; nothing was changed."""

    def __init__(self, ticket: Ticket, event: Event) -> None:
        super().__init__(f"{event} is not possible for ticket {ticket.pk}, which is {ticket.state}")
        self.ticket, self.event = ticket, event


def after(ticket: Ticket, event: Event) -> str:
    """The state into which ``event`` brings the ticket. Raises WrongState."""
    try:
        return TRANSITIONS[(ticket.state, event)]
    except KeyError:
        raise WrongState(ticket, event) from None
