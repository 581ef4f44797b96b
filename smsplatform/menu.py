"""The side menu: one row an entry. An entry shows where its page exists and the member has the right it asks for."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

SEND = _("Send")
BULK = _("Bulk sending")
MESSAGES = _("Boxes")
ANSWERS = _("Answers and texts")
MANAGE = _("Manage")
PROGRAMS = _("Developers")
STAFF = _("Staff")
ANY_STAFF = "staff"  # in the place of a permission
FOLDED = {BULK, ANSWERS, PROGRAMS}  # closed until one of their pages is open, or a hand opens them


@dataclass(frozen=True)
class Entry:
    """``right`` is a property of the membership (``can_send``, ``can_manage``), ``count`` one of the page's counts.

    Pages that lie elsewhere but belong to an entry begin with one of the addresses of ``also``, apart by spaces.
    An entry with a ``permission`` (or several, apart by spaces) is for staff who have one, with or without an account.
    """

    label: str
    icon: str
    url_name: str
    group: str = ""
    right: str = ""
    count: str = ""
    permission: str = ""
    also: str = ""


def _of(app: str, model: str) -> str:
    """The permissions of staff to look at a thing, or to change it."""
    return f"{app}.view_{model} {app}.change_{model}"


OF_INVOICES = "/billing/proformas/ /billing/credit-notes/ /billing/slips/ /billing/buyer/"
ENTRIES = [
    Entry(_("Desk"), "home", "reports:desk"),
    Entry(_("Send SMS"), "send-2", "messaging:compose", SEND, right="can_send"),
    Entry(_("Peer to peer"), "arrows-exchange", "messaging:p2p", SEND, right="can_send"),
    Entry(_("Recurring sends"), "calendar-repeat", "messaging:recurring", SEND),
    Entry(_("Campaigns"), "speakerphone", "messaging:campaigns", SEND),
    Entry(_("Regional bulk send"), "map-2", "messaging:bulk_regional", BULK, right="can_send"),
    Entry(_("Bulk send to suburbs"), "map-pin", "messaging:bulk_suburbs", BULK, right="can_send"),
    Entry(_("Bulk send to guilds"), "building-store", "messaging:bulk_guilds", BULK, right="can_send"),
    Entry(_("Bulk send by operator"), "antenna", "messaging:bulk_operator", BULK, right="can_send"),
    Entry(_("Bulk send by postal code"), "mailbox", "messaging:bulk_city", BULK, right="can_send"),
    Entry(_("Saved audiences"), "target", "messaging:audiences", BULK, right="can_send"),
    Entry(_("Inbox"), "inbox", "messaging:inbox", MESSAGES, count="unread"),
    Entry(_("Sent box"), "mail-forward", "messaging:sent", MESSAGES),
    Entry(_("Scheduled"), "clock", "messaging:scheduled", MESSAGES),
    Entry(_("Trash"), "trash", "messaging:trash", MESSAGES),
    Entry(_("Auto-responder"), "message-2", "autoreply:rules", ANSWERS),
    Entry(_("Polls and contests"), "chart-bar", "autoreply:polls", ANSWERS),
    Entry(_("Sample messages"), "template", "messaging:samples", ANSWERS),
    Entry(_("Templates"), "tag", "messaging:templates", ANSWERS),
    Entry(_("Phonebook"), "address-book", "phonebook:contacts", MANAGE),
    Entry(_("Reports"), "report-analytics", "reports:reports", MANAGE),
    Entry(_("Large files"), "file-spreadsheet", "reports:exports", MANAGE),
    Entry(_("My numbers"), "device-mobile", "numbers:lines", MANAGE),
    Entry(_("My credit"), "wallet", "billing:ledger", MANAGE, also="/credit/"),
    Entry(_("Invoices"), "receipt", "billing:invoices", MANAGE, also=OF_INVOICES),
    Entry(_("Support"), "lifebuoy", "support:tickets", MANAGE),
    Entry(_("Members"), "users", "accounts:members", MANAGE, right="can_manage"),
    Entry(_("Activity"), "list-details", "accounts:activity", MANAGE, right="can_manage"),
    Entry(_("Web service"), "plug-connected", "webservice:keys", PROGRAMS, right="can_manage"),
    Entry(_("Webhooks"), "webhook", "webservice:webhooks", PROGRAMS, right="can_manage"),
    Entry(_("Request log"), "list-details", "webservice:requests", PROGRAMS, right="can_manage"),
    Entry(_("Staff desk"), "home", "staff:desk", STAFF, permission=ANY_STAFF),
    Entry(_("Accounts"), "users", "staff:accounts", STAFF, permission=_of("accounts", "account")),
    Entry(_("Requests for lines"), "device-mobile", "staff:requests", STAFF, permission=_of("numbers", "linerequest")),
    Entry(_("Deposit slips"), "receipt", "staff:slips", STAFF, permission=_of("billing", "slip")),
    Entry(_("Templates to approve"), "template", "staff:templates", STAFF, permission=_of("messaging", "template")),
    Entry(_("Story of a message"), "search", "staff:messages", STAFF, permission=_of("messaging", "message")),
    Entry(
        _("Uses of the web service"),
        "plug-connected",
        "staff:activations",
        STAFF,
        permission=_of("webservice", "activation"),
    ),
    Entry(_("Gateways"), "antenna", "staff:gateways", STAFF, permission=_of("messaging", "gateway")),
    Entry(_("Announcements"), "bell", "staff:announcements", STAFF, permission=_of("accounts", "announcement")),
    Entry(_("Support desk"), "lifebuoy", "support:desk", STAFF, permission="support.work_desk"),
    Entry(_("Tariffs"), "coin", "staff:tariffs", STAFF, permission=_of("credit", "tariffplan")),
]


def shown_entries(request: HttpRequest, membership) -> list[tuple[Entry, str]]:
    """The entries that the reader may see, each with its address."""
    user = getattr(request, "user", None)
    return [(entry, url) for entry in ENTRIES if _may_see(entry, membership, user) and (url := _address(entry))]


def menu(request: HttpRequest, membership, counts: dict[str, int]) -> list[dict]:
    """The groups to show, in order: ``{"label", "is_open", "entries": [{"label", "icon", "url", "is_current",
    "count"}]}``. A group without its label is no group: it has no heading and cannot be folded."""
    shown = shown_entries(request, membership)
    current = _current(request.path, shown)
    groups: dict[str, list[dict]] = {}
    for entry, url in shown:
        groups.setdefault(str(entry.group), []).append(
            {
                "label": entry.label,
                "icon": entry.icon,
                "url": url,
                "is_current": url == current,
                "count": counts.get(entry.count, 0),
            }
        )
    folded = {str(label) for label in FOLDED}
    return [
        {
            "label": label,
            "is_open": label not in folded or any(entry["is_current"] for entry in entries),
            "entries": entries,
        }
        for label, entries in groups.items()
    ]


def _may_see(entry: Entry, membership, user) -> bool:
    if entry.permission:
        is_staff = user is not None and user.is_staff
        return is_staff and (entry.permission == ANY_STAFF or any(map(user.has_perm, entry.permission.split())))
    return membership is not None and (not entry.right or getattr(membership, entry.right))


def _address(entry: Entry) -> str | None:
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return None


def _current(path: str, shown: list[tuple[Entry, str]]) -> str | None:
    """The entry under which the page lies: the longest address that begins the page's own."""
    places = {place: url for entry, url in shown for place in (url, *entry.also.split())}
    inside = [place for place in places if path == place or (place != "/" and path.startswith(place))]
    return places[max(inside, key=len)] if inside else None
