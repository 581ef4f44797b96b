"""One ticket as a conversation, as the user or as staff may see it."""

from django.utils.translation import gettext as _

from accounts.models import User
from common.showing import digits
from support.models import Entry, Ticket, Unit
from support.models.desk import Priority
from support.rendering import render


def conversation(ticket: Ticket, *, for_staff: bool) -> list[Entry]:
    """The ticket's entries in the order of time, each with ``html`` (of messages) or ``sentence`` (of events). Three
    queries. Staff also see internal notes and who was put in charge."""
    entries = ticket.entries.select_related("author").prefetch_related("attachments", "copies")
    if not for_staff:
        entries = entries.filter(is_internal=False)
    units = {unit.code: str(unit) for unit in Unit.objects.all()}
    found = list(entries.order_by("id"))
    for entry in found:
        entry.html = render(entry.body) if entry.body else ""
        entry.sentence = event_sentence(entry, units) if entry.kind == Entry.Kind.EVENT else ""
    return found


def event_sentence(entry: Entry, units: dict[str, str]) -> str:
    """What happened, in the reader's language."""
    details = entry.details
    sentences = {
        "seen": _("Seen by support."),
        "referred": _("Referred to: %(unit)s."),
        "assigned": _("In charge: %(to)s.") if details.get("to") else _("Nobody is in charge any more."),
        "priority": _("Urgency changed from %(was)s to %(now_is)s. %(reason)s"),
        "closed": _("Closed: %(reason)s."),
        "reopened": _("Opened again by a new message."),
        "split": _("Message %(message)s became ticket %(other)s, as it is about another subject."),
        "split_from": _("Made from message %(message)s of ticket %(other)s."),
        "merged": _("Merged into ticket %(other)s; what is written here lands there."),
        "merged_from": _("Ticket %(other)s was merged into this one."),
    }
    words = {name: digits(value) if isinstance(value, int) else value for name, value in details.items()}
    if entry.event == "referred":
        words["unit"] = units.get(details.get("unit"), "")
    if entry.event == "priority":
        words |= {name: Priority(details[name]).label for name in ("was", "now_is")}
    if entry.event == "closed":
        words["reason"] = Ticket.Reason(details["reason"]).label
    return (sentences.get(entry.event, entry.event) % words).strip()


def filled(text: str, ticket: Ticket, by: User) -> str:
    """A ready answer with its variables filled in; braces that are none of them stay."""
    words = {
        "name": str(ticket.opened_by or ticket.account),
        "account": str(ticket.account),
        "number": digits(ticket.pk),
        "title": ticket.title,
        "unit": str(ticket.unit),
        "staff": str(by),
    }
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text
