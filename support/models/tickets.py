"""Tickets and what was said in them. A message, once written, is never changed: SUP-1.2."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, User
from support.models.desk import Priority, Unit


class Ticket(models.Model):
    """A request of an account and its conversation with one unit. Its id is its public number.

    The times that were promised run in working minutes and stand still while the user is waited for: then
    ``resolution_due_at`` is empty and ``resolution_left`` keeps what is left.
    """

    Priority = Priority

    class State(models.TextChoices):
        """new → seen → referred → answered → waiting → closed → seen; support.machine moves it (SUP-4)."""

        NEW = "new", _("It is open")
        SEEN = "seen", _("Seen, under review")
        REFERRED = "referred", _("Referred to the unit")
        ANSWERED = "answered", _("Answered by support")
        WAITING = "waiting", _("Waiting for you")
        CLOSED = "closed", _("Closed")

    class Reason(models.TextChoices):
        """Why a ticket was closed (SUP-4.2)."""

        RESOLVED = "resolved", _("No need to continue")
        RULES = "rules", _("It breaks the rules of writing tickets")
        DUPLICATE = "duplicate", _("It repeats another ticket")
        NO_REPLY = "no_reply", _("No reply came from you")

    class Category(models.TextChoices):
        QUESTION = "question", _("Question")
        REQUEST = "request", _("Request")
        NOT_DELIVERED = "not_delivered", _("SMS not delivered")
        CRITICISM = "criticism", _("Criticism or complaint")
        SUGGESTION = "suggestion", _("Suggestion")

    class Service(models.TextChoices):
        SENDING = "sending", _("Sending SMS")
        RECEIVING = "receiving", _("Receiving SMS")
        LINES = "lines", _("Sender lines")
        CREDIT = "credit", _("Credit and payment")
        WEB_SERVICE = "web_service", _("Web service")
        ACCOUNT = "account", _("Account and login")
        OTHER = "other", _("Other")

    account = models.ForeignKey(Account, models.PROTECT, related_name="tickets", verbose_name=_("account"))
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("sender"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="tickets", verbose_name=_("unit"))
    assigned_to = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="assigned_tickets", verbose_name=_("in charge")
    )
    title = models.CharField(_("title"), max_length=120)
    category = models.CharField(_("group"), max_length=20, choices=Category, default=Category.QUESTION)
    service = models.CharField(_("service"), max_length=20, choices=Service, default=Service.OTHER)
    asked_priority = models.SmallIntegerField(_("urgency that was asked for"), choices=Priority)
    priority = models.SmallIntegerField(_("urgency"), choices=Priority, default=Priority.NORMAL)
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.NEW)
    close_reason = models.CharField(_("why it was closed"), max_length=10, choices=Reason, blank=True)
    sms_on_reply = models.BooleanField(_("SMS on reply"), default=False)
    report = models.JSONField(
        _("the message that was not delivered"), default=dict, blank=True,
        help_text="text, date, time, line; message (its id) and log for staff",
    )  # fmt: skip
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    form_token = models.UUIDField(null=True, editable=False)  # a form sent twice makes one ticket
    source_key = models.CharField(max_length=120, null=True, unique=True, editable=False)

    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)
    last_message_at = models.DateTimeField(_("last message"), default=timezone.now)
    seen_at = models.DateTimeField(_("seen"), null=True)
    answered_at = models.DateTimeField(_("first answer"), null=True)
    waiting_since = models.DateTimeField(_("the user is waited for since"), null=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    sms_sent_at = models.DateTimeField(null=True, editable=False)
    response_due_at = models.DateTimeField(_("first answer promised"), null=True)
    resolution_due_at = models.DateTimeField(_("solution promised"), null=True)
    resolution_left = models.IntegerField(null=True, editable=False)
    response_minutes = models.IntegerField(_("first answer after (working minutes)"), null=True)
    resolution_minutes = models.IntegerField(_("solved after (working minutes)"), null=True)
    reopened = models.PositiveSmallIntegerField(_("times reopened"), default=0)
    rating = models.PositiveSmallIntegerField(_("satisfaction"), null=True)
    rating_note = models.CharField(max_length=500, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ["-id"]
        permissions = [("work_desk", _("Can work at the support desk"))]
        indexes = [
            models.Index(fields=["account", "-id"], name="ticket_account"),
            models.Index(fields=["unit", "priority", "id"], condition=~Q(state="closed"), name="ticket_queue"),
            models.Index(
                fields=["waiting_since"], condition=Q(state__in=["answered", "waiting"]), name="ticket_waiting"
            ),
            models.Index(fields=["created_at"], name="ticket_created"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "form_token"], name="ticket_form_once"),
            models.CheckConstraint(condition=Q(rating=None) | Q(rating__range=(1, 5)), name="ticket_rating_1_to_5"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(close_reason="")
                | ~Q(state="closed") & Q(close_reason="", closed_at=None),
                name="ticket_closed_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED


class Entry(models.Model):
    """One message of a conversation, or one thing that happened in it. Added, never changed: a trigger refuses it.

    ``number`` counts the messages of its ticket from 1; notes and events have none.
    """

    class Kind(models.TextChoices):
        USER = "user", _("Message")
        STAFF = "staff", _("Answer")
        NOTE = "note", _("Internal note")
        EVENT = "event", _("Event")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="entries", verbose_name=_("ticket"))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    number = models.PositiveIntegerField(_("number"), null=True)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("author"))
    body = models.TextField(_("text"), blank=True)
    event = models.CharField(max_length=20, blank=True)
    details = models.JSONField(default=dict, blank=True)
    is_internal = models.BooleanField(_("only staff see it"), default=False)
    copied_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="copies")
    form_token = models.UUIDField(null=True, unique=True, editable=False)  # a reply sent twice is written once
    folded = models.TextField(blank=True, editable=False)  # title and text as searches compare them
    created_at = models.DateTimeField(_("time"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("message of a ticket")
        verbose_name_plural = _("messages of tickets")
        ordering = ["id"]
        indexes = [GinIndex(SearchVector("folded", config="simple"), name="ticket_entry_words")]
        constraints = [models.UniqueConstraint(fields=["ticket", "number"], name="ticket_entry_number")]

    def __str__(self) -> str:
        return f"{self.ticket_id} # {self.number or self.kind}"


class Attachment(models.Model):
    """A file that came with a message (SUP-2.10). ``path`` is its random name in our store."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="attachments", verbose_name=_("message"))
    path = models.CharField(max_length=200)
    filename = models.CharField(_("file name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=40)
    size = models.BigIntegerField(_("size (octets)"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.filename
