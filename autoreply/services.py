"""Everything that changes an account's auto-responder: the door for its pages and for the web service."""

from autoreply.loading import BadRow, Reading, load, read
from autoreply.polls import Option, delete_poll, draw, save_poll
from autoreply.rules import RuleRefused, delete_rules, save_rule, set_line_reply, switch_rules

__all__ = [
    "BadRow",
    "Option",
    "Reading",
    "RuleRefused",
    "delete_poll",
    "delete_rules",
    "draw",
    "load",
    "read",
    "save_poll",
    "save_rule",
    "set_line_reply",
    "switch_rules",
]
