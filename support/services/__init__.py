"""Everything that changes tickets. One door for the panel, the staff pages and other parts of the platform."""

from support.services.arranging import assign, change_priority, note, refer, see
from support.services.closing import close, rate, sweep
from support.services.opening import Registered, SimilarTicket, open_ticket, register
from support.services.refusals import TicketRefused
from support.services.regrouping import merge, split
from support.services.talking import answer, reply

__all__ = [
    "Registered",
    "SimilarTicket",
    "TicketRefused",
    "answer",
    "assign",
    "change_priority",
    "close",
    "merge",
    "note",
    "open_ticket",
    "rate",
    "refer",
    "register",
    "reply",
    "see",
    "split",
    "sweep",
]
