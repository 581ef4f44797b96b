"""One search over everything (issue 4, item 11): a few rows of each kind, by indexes or in a bounded set."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import panel_page
from accounts.models import Account
from billing.selectors import invoices, proformas
from common import showing
from common.patience import TookTooLong, patience
from common.phones import normalise
from common.text import ascii_digits, search_key
from messaging.models import Campaign, Message
from messaging.selectors import campaigns, shown_recipient
from messaging.selectors.concealing import OPEN_TO_SEARCH
from messaging.selectors.sent import message_text
from numbers.models import Line
from phonebook.models import Group
from phonebook.selectors import contacts
from smsplatform.menu import shown_entries
from support.selectors import TicketFilter, tickets_of

EACH = 5
LATEST_CAMPAIGNS = 2_000  # titles are looked for in these; numbers and references in all
LONGEST = 100
SLOWEST_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A row to choose: ``note`` stands small beside the title."""

    icon: str
    title: str
    url: str
    note: str = ""


@require_GET
@panel_page("view")
def search(request: HttpRequest) -> HttpResponse:
    """The rows that ``q`` finds, as the dialog shows them; the pages of the menu where nothing is asked."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    groups = [(_("Pages"), _pages(request, text))]
    is_cut = False
    if len(text) > 1:
        try:
            with patience(SLOWEST_SECONDS):
                groups += [(name, find(request.account, text)) for name, find in _kinds()]
        except TookTooLong:
            is_cut = True
        groups.append((_("Look further"), _further(text)))
    context = {"groups": [(name, hits) for name, hits in groups if hits], "text": text, "is_cut": is_cut}
    return render(request, "search/results.html", context)


def _kinds() -> list[tuple[str, Callable[[Account, str], list[Hit]]]]:
    return [
        (_("Contacts"), _contacts),
        (_("Groups"), _groups),
        (_("Campaigns"), _campaigns),
        (_("Messages"), _messages),
        (_("Numbers"), _lines),
        (_("Tickets"), _tickets),
        (_("Invoices"), _invoices),
    ]


def _pages(request: HttpRequest, text: str) -> list[Hit]:
    """Pages that the member may open, whose names hold every word of the text."""
    words = search_key(text).split()
    entries = shown_entries(request, request.membership)
    hits = [Hit(entry.icon, str(entry.label), url, str(entry.group)) for entry, url in entries]
    found = [hit for hit in hits if all(word in search_key(f"{hit.title} {hit.note}") for word in words)]
    return found if not text else found[:EACH]


def _contacts(account: Account, text: str) -> list[Hit]:
    address = reverse("phonebook:contacts")
    return [
        Hit("user", str(row), f"{address}?{urlencode({'text': showing.phone(row.msisdn)})}", showing.phone(row.msisdn))
        for row in contacts(account, text)[:EACH]
    ]


def _groups(account: Account, text: str) -> list[Hit]:
    found = Group.objects.of(account).filter(name__icontains=text).order_by("name")[:EACH]
    return [Hit("users-group", row.name, f"{reverse('phonebook:contacts')}?group={row.pk}") for row in found]


def _campaigns(account: Account, text: str) -> list[Hit]:
    latest = campaigns(account).values("pk")[:LATEST_CAMPAIGNS]
    found = campaigns(account).filter(pk__in=list(latest.values_list("pk", flat=True)), title__icontains=text)
    rows = list(found[:EACH])
    digits = ascii_digits(text).lstrip("#")
    if digits.isdecimal() and len(digits) < 18:
        rows = [*campaigns(account).filter(pk=int(digits)), *rows]
    return [
        Hit("speakerphone", str(row), reverse("messaging:campaign", args=[row.pk]), row.get_state_display())
        for row in rows[:EACH]
        if row.confirmed_at
    ]


def _messages(account: Account, text: str) -> list[Hit]:
    """By the whole number of a recipient, by the message's own id, or by the reference that it was sent with."""
    sent = Message.objects.of(account).filter(campaign__confirmed_at__isnull=False).select_related("campaign")
    number, digits = normalise(text), ascii_digits(text)
    if number is not None:
        found = sent.filter(OPEN_TO_SEARCH, msisdn=number)
    elif digits.isdecimal() and 3 < len(digits) < 19:
        found = sent.filter(pk=int(digits))
    else:
        first = Campaign.objects.of(account).filter(reference=text).exclude(first_id=None).order_by("-id").first()
        if first is None:
            return []
        found = sent.filter(campaign=first, pk__range=(first.first_id, first.last_id))
    return [
        Hit(
            "mail-forward", shown_recipient(row), reverse("messaging:message", args=[row.pk]),
            f"{row.get_status_display()} · {message_text(row)[:60]}",
        )
        for row in found.order_by("-id")[:EACH]
    ]  # fmt: skip


def _lines(account: Account, text: str) -> list[Hit]:
    digits = ascii_digits(text)
    if not digits.isdecimal():
        return []
    found = Line.objects.filter(account=account, number__contains=digits).order_by("number")[:EACH]
    return [Hit("device-mobile", row.number, reverse("numbers:lines"), row.get_kind_display()) for row in found]


def _tickets(account: Account, text: str) -> list[Hit]:
    return [
        Hit("lifebuoy", row.title, reverse("support:ticket", args=[row.pk]), row.get_state_display())
        for row in tickets_of(account, TicketFilter(text=text))[:EACH]
    ]


def _invoices(account: Account, text: str) -> list[Hit]:
    if not any(character.isdecimal() for character in text):
        return []
    paid = [
        Hit("receipt", row.number, reverse("billing:invoice", args=[row.pk]), showing.rials(row.total))
        for row in invoices(account, text=text)[:EACH]
    ]
    unpaid = [
        Hit("receipt", f"P-{row.pk}", reverse("billing:proforma", args=[row.pk]), showing.rials(row.total))
        for row in proformas(account, text=text)[:EACH]
    ]
    return [*paid, *unpaid][:EACH]


def _further(text: str) -> list[Hit]:
    sent = f"{reverse('messaging:sent')}?{urlencode({'q': text})}"
    inbox = f"{reverse('messaging:inbox')}?{urlencode({'text': text})}"
    return [
        Hit("search", _("“%(text)s” in the sent box") % {"text": text}, sent),
        Hit("search", _("“%(text)s” in the inbox") % {"text": text}, inbox),
    ]
