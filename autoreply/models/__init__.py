from autoreply.models.answers import Answer, Forward, Outcome
from autoreply.models.polls import Draw, Poll, PollOption, Vote
from autoreply.models.rules import Book, Keyword, LineReply, Match, Rule

__all__ = [
    "Answer",
    "Book",
    "Draw",
    "Forward",
    "Keyword",
    "LineReply",
    "Match",
    "Outcome",
    "Poll",
    "PollOption",
    "Rule",
    "Vote",
]
