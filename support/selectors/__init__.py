"""Reads over tickets: what the user sees, what the desk sees."""

from support.selectors.conversation import conversation, event_sentence, filled
from support.selectors.desk import context_of, queue, watchers, workers
from support.selectors.figures import Figures, figures
from support.selectors.lists import TicketFilter, matching, tickets_of

__all__ = [
    "Figures",
    "TicketFilter",
    "context_of",
    "conversation",
    "event_sentence",
    "figures",
    "filled",
    "matching",
    "queue",
    "tickets_of",
    "watchers",
    "workers",
]
