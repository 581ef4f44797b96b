"""Everything that changes what is sent. One door for pages, the web service, auto-replies and client businesses."""

from messaging.services.composing import compose, draft_of, edit_again, quote
from messaging.services.control import (
    cancel,
    confirm,
    discard,
    finish_cancelling,
    pause,
    release_due,
    resume,
    resume_lost_work,
    send_now,
    undo,
)
from messaging.services.preparing import plan, plan_later
from messaging.services.refusals import QuoteExpired, SendRefused, WrongState
from messaging.services.sending import send, send_test

__all__ = [
    "QuoteExpired",
    "SendRefused",
    "WrongState",
    "cancel",
    "compose",
    "confirm",
    "discard",
    "draft_of",
    "edit_again",
    "finish_cancelling",
    "pause",
    "plan",
    "plan_later",
    "quote",
    "release_due",
    "resume",
    "resume_lost_work",
    "send",
    "send_now",
    "send_test",
    "undo",
]
