"""New tickets: from the panel, under the rules of writing them (SUP-2), and from other parts of the platform."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, User
from common.jalali import in_tehran
from common.showing import number
from support import wording
from support.files import Kept
from support.models import Entry, Ticket, Unit
from support.services import promises
from support.services.entries import write
from support.services.refusals import TicketRefused

SIMILAR_WITHIN = timedelta(hours=24)
FEWEST_PERSIAN = 0.5


class SimilarTicket(TicketRefused):
    """The user opened a ticket on this an hour ago; ``ticket`` is it (SUP-1.4)."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(
            _("You have an open ticket with a similar title. Write there, or say that this is another subject.")
        )
        self.ticket = ticket


@dataclass(frozen=True, slots=True)
class Registered:
    """``is_squeezed``: rows of question or exclamation marks were made one (SUP-2.7)."""

    ticket: Ticket
    is_squeezed: bool


@transaction.atomic
def register(
    *,
    account: Account,
    by: User,
    title: str,
    body: str,
    unit: Unit,
    category: str,
    service: str,
    priority: int,
    sms_on_reply: bool = False,
    report: dict | None = None,
    files: Sequence[Kept] = (),
    form_token: UUID,
    is_another_subject: bool = False,
    now: datetime,
) -> Registered:
    """A ticket from the panel's form, once for each ``form_token``, also when both come at the same moment.

    Raises SimilarTicket unless ``is_another_subject``, and TicketRefused; then nothing is stored.
    """
    User.objects.select_for_update().get(pk=by.pk)  # one form of a person after the other: twins and the daily cap
    there = Ticket.objects.of(account).filter(form_token=form_token).first()
    clean_title, clean_body = wording.squeeze(title.strip()), wording.squeeze(body.strip())
    is_squeezed = (clean_title, clean_body) != (title.strip(), body.strip())
    if there:
        return Registered(there, is_squeezed)
    check_title(clean_title)
    check_language(clean_title, clean_body)
    _check_urgent(by, priority, now)
    if not is_another_subject:
        _check_similar(account, by, clean_title, now)
    ticket = open_ticket(
        account=account, unit=unit, title=clean_title, body=clean_body, by=by, category=category, service=service,
        priority=priority, sms_on_reply=sms_on_reply, report=report, files=files, form_token=form_token, now=now,
    )  # fmt: skip
    return Registered(ticket, is_squeezed)


@transaction.atomic
def open_ticket(
    *,
    account: Account,
    unit: Unit | str,
    title: str,
    body: str,
    by: User | None = None,
    written_by: User | None = None,
    category: str = Ticket.Category.REQUEST,
    service: str = Ticket.Service.OTHER,
    priority: int = Ticket.Priority.NORMAL,
    sms_on_reply: bool = False,
    report: dict | None = None,
    files: Sequence[Kept] = (),
    follows: Ticket | None = None,
    form_token: UUID | None = None,
    key: str | None = None,
    now: datetime,
) -> Ticket:
    """A new ticket without the rules for people's writing: for other parts of the platform (a fault, a refused deposit
    slip) and for staff. ``unit`` is a Unit or its code; ``by`` is whose ticket it is, None for the account as a whole;
    ``written_by`` the member of staff who writes in their place. With a ``key`` it is opened once: a repeat returns
    the ticket that is there. Raises Unit.DoesNotExist.
    """
    if isinstance(unit, str):
        unit = Unit.objects.get(code=unit)
    fields = {
        "account": account, "opened_by": by, "unit": unit, "title": title[:120], "category": category,
        "service": service, "priority": priority, "asked_priority": priority, "sms_on_reply": sms_on_reply,
        "report": report or {}, "follows": follows, "form_token": form_token, "created_at": now, "last_message_at": now,
    }  # fmt: skip
    if key is None:
        ticket = Ticket.objects.create(**fields)
    else:
        ticket, is_new = Ticket.objects.get_or_create(source_key=key, defaults=fields)
        if not is_new:
            return ticket
    kind = Entry.Kind.STAFF if written_by else Entry.Kind.USER
    write(ticket, kind, by=written_by or by, body=body, files=files, form_token=None, now=now)
    promises.start(ticket, now=now)
    ticket.save()
    audit.record(action="ticket.opened", user=written_by or by, account=account, target=f"#{ticket.pk}")
    return ticket


def check_title(title: str) -> None:
    """Raises TicketRefused for a title that says nothing (SUP-2.4)."""
    if wording.says_nothing(title):
        raise TicketRefused(
            _("Write in the title what the ticket is about; a title such as “hello” or “problem” says nothing."),
            "title",
        )
    if wording.is_too_short(title):
        sentence = _("The title is too short: write at least %(fewest)s letters that say what it is about.")
        raise TicketRefused(sentence % {"fewest": number(wording.FEWEST_LETTERS)}, "title")


def check_language(title: str, body: str) -> None:
    """Raises TicketRefused where most letters, outside code and addresses, are not Persian (SUP-2.8)."""
    share = wording.persian_share(f"{title}\n{body}")
    if share < FEWEST_PERSIAN:
        field = "title" if wording.persian_share(title) < FEWEST_PERSIAN else "body"
        sentence = _(
            "Please write in Persian and with Persian letters: only %(percent)s%% of the letters are Persian. Code and"
            " addresses are not counted."
        )
        raise TicketRefused(sentence % {"percent": number(int(share * 100))}, field)


def _check_urgent(by: User, priority: int, now: datetime) -> None:
    if priority != Ticket.Priority.URGENT:
        return
    midnight = in_tehran(now).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = Ticket.objects.filter(opened_by=by, asked_priority=Ticket.Priority.URGENT, created_at__gte=midnight).count()
    if asked >= settings.SUPPORT_URGENT_A_DAY:
        sentence = _("You have asked for very high urgency %(most)s times today. Choose a lower urgency for this one.")
        raise TicketRefused(sentence % {"most": number(settings.SUPPORT_URGENT_A_DAY)}, "priority")


def _check_similar(account: Account, by: User, title: str, now: datetime) -> None:
    recent = Ticket.objects.of(account).filter(opened_by=by, created_at__gt=now - SIMILAR_WITHIN)
    for ticket in recent.exclude(state=Ticket.State.CLOSED).order_by("-id")[:100]:
        if wording.is_similar(ticket.title, title):
            raise SimilarTicket(ticket)
