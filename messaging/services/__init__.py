"""Everything that changes what is sent. One door for pages, the web service, auto-replies and client businesses."""

from messaging.services.composing import check_text, compose, draft_of, edit_again, quote
from messaging.services.control import (
    cancel,
    confirm,
    discard,
    finish_cancelling,
    hold_suspended,
    pause,
    release_due,
    reschedule,
    resume,
    resume_lost_work,
    send_now,
    undo,
)
from messaging.services.once import compose_once, quote_again
from messaging.services.preparing import plan, plan_later
from messaging.services.received import (
    answer,
    delete_for_ever,
    empty_old_trash,
    mark_read,
    mark_unread,
    restore,
    to_all,
    trash,
)
from messaging.services.refusals import QuoteExpired, SendRefused, WrongState
from messaging.services.samples import SamplesFull, add_sample
from messaging.services.sending import send, send_test
from messaging.services.templates import (
    TemplateRefused,
    approve_template,
    delete_template,
    refuse_template,
    request_template,
)
from messaging.services.uploads import store_upload
from messaging.services.withdrawing import cancel_messages

__all__ = [
    "QuoteExpired",
    "SamplesFull",
    "SendRefused",
    "TemplateRefused",
    "WrongState",
    "add_sample",
    "answer",
    "approve_template",
    "cancel",
    "cancel_messages",
    "check_text",
    "compose",
    "compose_once",
    "confirm",
    "delete_for_ever",
    "delete_template",
    "discard",
    "draft_of",
    "edit_again",
    "empty_old_trash",
    "finish_cancelling",
    "hold_suspended",
    "mark_read",
    "mark_unread",
    "pause",
    "plan",
    "plan_later",
    "quote",
    "quote_again",
    "refuse_template",
    "release_due",
    "request_template",
    "reschedule",
    "restore",
    "resume",
    "resume_lost_work",
    "send",
    "send_now",
    "send_test",
    "store_upload",
    "to_all",
    "trash",
    "undo",
]
