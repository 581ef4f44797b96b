"""What pages, the web service and reports read of messages and campaigns."""

from messaging.selectors.campaigns import campaigns, lines_for, running, sample_categories, samples
from messaging.selectors.concealing import is_concealed, national_recipient, recipient_code, shown_recipient
from messaging.selectors.conversations import Conversation, Turn, conversation, conversation_of, own_received
from messaging.selectors.inbox import inbox, names_of, trash, unread_count
from messaging.selectors.progress import Progress, progress, progress_of
from messaging.selectors.reached import reached
from messaging.selectors.scheduled import scheduled, scheduled_message_page, scheduled_messages, scheduled_page
from messaging.selectors.sent import SentFilter, message_text, sent_messages, text_samples
from messaging.selectors.story import Event, story
from messaging.selectors.templates import line_for, templates

__all__ = [
    "Conversation",
    "Event",
    "Progress",
    "SentFilter",
    "Turn",
    "campaigns",
    "conversation",
    "conversation_of",
    "inbox",
    "is_concealed",
    "line_for",
    "lines_for",
    "message_text",
    "names_of",
    "national_recipient",
    "own_received",
    "progress",
    "progress_of",
    "reached",
    "recipient_code",
    "running",
    "sample_categories",
    "samples",
    "scheduled",
    "scheduled_message_page",
    "scheduled_messages",
    "scheduled_page",
    "sent_messages",
    "shown_recipient",
    "story",
    "templates",
    "text_samples",
    "trash",
    "unread_count",
]
