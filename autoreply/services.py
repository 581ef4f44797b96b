"""Everything that changes an account's auto-responder: the door for its pages and for the web service."""

from autoreply.loading import FOLDER, BadRow, Reading, forget_files, load, read
from autoreply.polls import Option, delete_poll, draw, save_poll
from autoreply.rules import RuleRefused, delete_rules, save_rule, set_line_reply, switch_rules

__all__ = [
    "FOLDER",
    "BadRow",
    "Option",
    "Reading",
    "RuleRefused",
    "delete_poll",
    "delete_rules",
    "draw",
    "forget_files",
    "load",
    "read",
    "save_poll",
    "save_rule",
    "set_line_reply",
    "switch_rules",
]
