"""Staff pages of messaging. Nothing here edits a message, a price or a count."""

from messaging.admin import campaigns, gateways, inbox, messages, templates

__all__ = ["campaigns", "gateways", "inbox", "messages", "templates"]
