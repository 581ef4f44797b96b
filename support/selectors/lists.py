"""Lists of tickets and the search in them."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Account
from common.text import fold
from support.models import Entry, Ticket, Unit

_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """``text``: words, the beginnings of words, or a ticket's number. ``since`` ≤ time of registering < ``until``."""

    text: str = ""
    state: str = ""
    unit: Unit | None = None
    priority: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def tickets_of(account: Account, wanted: TicketFilter | None = None) -> QuerySet[Ticket]:
    """The account's tickets, the newest first, with unit and sender."""
    tickets = narrowed(Ticket.objects.of(account), wanted or TicketFilter(), for_staff=False)
    return tickets.select_related("unit", "opened_by").order_by("-id")


def narrowed(tickets: QuerySet[Ticket], wanted: TicketFilter, *, for_staff: bool) -> QuerySet[Ticket]:
    exact = {"state": wanted.state, "unit": wanted.unit, "priority": wanted.priority}
    tickets = tickets.filter(**{name: value for name, value in exact.items() if value})
    if wanted.since:
        tickets = tickets.filter(created_at__gte=wanted.since)
    if wanted.until:
        tickets = tickets.filter(created_at__lt=wanted.until)
    return tickets.filter(matching(wanted.text, for_staff=for_staff)) if wanted.text.strip() else tickets


def matching(text: str, *, for_staff: bool) -> Q:
    """Tickets in one message of which every word (or its beginning) stands, in any Persian or Arabic spelling; or the
    ticket with this number. Only staff find what internal notes say."""
    words = _WORDS.findall(fold(text))[:12]
    if not words:
        return Q(pk__in=[])
    entries = Entry.objects.filter(ticket=OuterRef("pk"))
    if not for_staff:
        entries = entries.filter(is_internal=False)
    query = SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw")
    said = entries.annotate(words=SearchVector("folded", config="simple")).filter(words=query)
    found = Q(Exists(said))
    if len(words) == 1 and words[0].isascii() and words[0].isdecimal() and len(words[0]) < 16:
        found |= Q(pk=int(words[0]))
    return found
