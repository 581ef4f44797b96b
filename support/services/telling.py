"""Telling the user that there is an answer (SUP-5): e-mail always, SMS where it was ticked. Never the content."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.notify import notify
from common.showing import digits
from support.models import Entry, Ticket

BURST = timedelta(minutes=5)


def answered(ticket: Ticket, entry: Entry, *, now: datetime) -> None:
    """Once for a message; of a burst of answers, one SMS (SUP-5.3). The caller saves the ticket."""
    with _language(ticket):
        words = {"number": digits(ticket.pk)}
        subject = _("Ticket %(number)s was answered") % words
        text = _("Your ticket %(number)s has an answer:") % words
    has_sms = ticket.sms_on_reply and not (ticket.sms_sent_at and now - ticket.sms_sent_at < BURST)
    if has_sms:
        ticket.sms_sent_at = now
    _tell(ticket, "ticket.answered", f"ticket.answer:{entry.pk}", subject, text, has_sms=has_sms)


def will_be_closed(ticket: Ticket, *, days: int, now: datetime) -> None:
    """The one reminder before a ticket closes by itself."""
    with _language(ticket):
        words = {"number": digits(ticket.pk), "days": digits(days)}
        subject = _("Ticket %(number)s waits for you") % words
        text = _("Ticket %(number)s waits for your reply and will be closed in %(days)s days:") % words
    key = f"ticket.reminder:{ticket.pk}:{ticket.waiting_since:%Y%m%d%H%M%S}"
    _tell(ticket, "ticket.reminder", key, subject, text, has_sms=ticket.sms_on_reply)


def _tell(ticket: Ticket, kind: str, key: str, subject: str, text: str, *, has_sms: bool) -> None:
    link = settings.PUBLIC_URL.rstrip("/") + reverse("support:ticket", args=[ticket.pk])
    with _language(ticket):
        ending = _("Please do not reply to this message.")
    person = ticket.opened_by
    notify(
        kind=kind,
        key=key,
        subject=subject,
        text=f"{text}\n{link}\n{ending}",
        account_id=ticket.account_id,
        mobile=((person and person.mobile) or ticket.account.mobile) if has_sms else None,
        email=(person and person.email) or ticket.account.email,
    )


def _language(ticket: Ticket) -> override:
    return override(ticket.opened_by.language if ticket.opened_by else settings.LANGUAGE_CODE)
