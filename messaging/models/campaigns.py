"""What an account asked to be sent, and the chunks in which it leaves."""

import re

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account, OwnedQuerySet, User
from common.crypto import EncryptedTextField
from common.showing import digits
from credit.models import Reservation
from messaging.models.gateways import Gateway
from messaging.models.messages import Encoding, MessageClass, Status
from numbers.models import Line

_PLACE = re.compile(r"\{(\w{1,60})\}")


class Upload(models.Model):
    """A file of recipients that an account uploaded; kept until its campaign is planned, then for its report."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="uploads", verbose_name=_("account"))
    path = models.CharField(_("path"), max_length=200)
    filename = models.CharField(_("file name"), max_length=200)
    size = models.BigIntegerField(_("size (octets)"))
    columns = models.JSONField(_("columns"), default=list, help_text="name and example of each")
    rows = models.BigIntegerField(_("rows"), default=0)
    phone_column = models.SmallIntegerField(_("guessed column"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self) -> str:
        return self.filename


class Campaign(models.Model):
    """One request to send: a text (or texts), its recipients, its price, its fate. Every message belongs to one."""

    class Kind(models.TextChoices):
        SIMPLE = "simple", _("Simple send")
        ADVANCED = "advanced", _("Advanced send")
        P2P = "p2p", _("Peer to peer")
        BULK = "bulk", _("Bulk targeting")
        API = "api", _("Web service")
        TEST = "test", _("Test send")
        REPLY = "reply", _("Reply")
        NOTICE = "notice", _("Notice")
        AUTO = "auto", _("Auto-reply")

    class State(models.TextChoices):
        """draft → planning → review → scheduled | queued → running → finished

        planning → failed (file unreadable); review → discarded; scheduled, queued, running ⇄ paused, → cancelled.
        messaging.services moves it; running and finished are set by the delivery engine.
        """

        DRAFT = "draft", _("Draft")
        PLANNING = "planning", _("Being prepared")
        REVIEW = "review", _("Waiting for your review")
        SCHEDULED = "scheduled", _("Scheduled")
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Sending")
        PAUSED = "paused", _("Paused")
        FINISHED = "finished", _("Sent")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")
        DISCARDED = "discarded", _("Discarded")

    account = models.ForeignKey(Account, models.PROTECT, related_name="campaigns", verbose_name=_("account"))
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("sent by")
    )
    line = models.ForeignKey(Line, models.PROTECT, related_name="campaigns", verbose_name=_("line"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    message_class = models.SmallIntegerField(_("class"), choices=MessageClass, default=MessageClass.BULK)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    title = models.CharField(_("title"), max_length=120, blank=True)
    text = models.TextField(_("text"), blank=True)
    # What leaves where ``text``, which is kept and shown, hides a part of it (a code): gone once it was handed over.
    wire_text = EncryptedTextField(null=True, editable=False)
    encoding = models.SmallIntegerField(_("encoding"), choices=Encoding, default=Encoding.UCS2)
    parts_each = models.SmallIntegerField(_("parts of the text"), default=1)
    sources = models.JSONField(_("sources"), default=dict, blank=True, help_text="typed, groups, contacts, column")
    upload = models.ForeignKey(
        Upload, models.SET_NULL, null=True, blank=True, related_name="campaigns", verbose_name=_("file")
    )
    send_at = models.DateTimeField(_("send at"), null=True, blank=True)
    validity_minutes = models.PositiveIntegerField(_("validity (minutes)"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    is_test = models.BooleanField(_("test"), default=False, db_default=False)  # W1: free, to the sandbox only
    form_token = models.UUIDField(null=True, editable=False)  # a form sent twice makes one campaign

    # The quote: what the review page shows is what is charged.
    recipients = models.IntegerField(_("recipients"), default=0)
    parts = models.BigIntegerField(_("parts"), default=0)
    price = models.BigIntegerField(_("price (rials)"), default=0)
    summary = models.JSONField(_("summary"), default=dict, blank=True)
    quote_expires_at = models.DateTimeField(_("quote holds until"), null=True, blank=True)
    reservation = models.OneToOneField(
        Reservation, models.PROTECT, null=True, blank=True, related_name="campaign", verbose_name=_("reservation")
    )
    first_id = models.BigIntegerField(null=True, editable=False)
    last_id = models.BigIntegerField(null=True, editable=False)

    rows_read = models.BigIntegerField(_("rows read"), default=0)
    planning_lease_until = models.DateTimeField(null=True, editable=False)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    undo_until = models.DateTimeField(_("may be undone until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    confirms_opt_out = False  # of this object only, while it is planned: see messaging.opt_out_words

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["account", "form_token"], name="campaign_form_once")]
        indexes = [
            models.Index(fields=["account", "-id"], name="campaign_account"),
            models.Index(
                fields=["state", "id"],
                condition=Q(state__in=["planning", "queued", "running", "paused", "scheduled"]),
                name="campaign_open",
            ),
            models.Index(
                fields=["account", "send_at", "id"],
                condition=Q(state__in=["scheduled", "paused"]),
                name="campaign_by_time",
            ),
            models.Index(fields=["account", "reference", "-id"], condition=~Q(reference=""), name="campaign_reference"),
            GinIndex(fields=["tags"], opclasses=["jsonb_path_ops"], condition=~Q(tags=[]), name="campaign_tags"),
            models.Index(
                fields=["account", "finished_at"], condition=Q(finished_at__isnull=False), name="campaign_finished"
            ),
            models.Index(
                fields=["quote_expires_at"], condition=Q(kind="api", state="review"), name="campaign_api_quote"
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"#{digits(self.pk)}"

    @property
    def heeds_quiet_hours(self) -> bool:
        """Whether it waits for the end of the account's quiet hours (2.5): not what somebody waits for, a one-time
        password, an answer to what he has just sent, a notice of the platform, a test to oneself."""
        awaited = {self.Kind.TEST, self.Kind.REPLY, self.Kind.NOTICE, self.Kind.AUTO}
        return not (self.message_class == MessageClass.OTP or self.kind in awaited or self.confirms_opt_out)


class GivenNumbers(models.Model):
    """A piece of a draft's recipients, one a line, as the web service was given them (W4); gone once it is priced."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="given_numbers")
    chunk = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    numbers = models.TextField()

    class Meta:
        verbose_name = _("piece of recipients")
        verbose_name_plural = _("pieces of recipients")
        constraints = [models.UniqueConstraint(fields=["campaign", "chunk"], name="given_numbers_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.chunk}"


class Chunk(models.Model):
    """At most 1,000 messages of one campaign for one gateway: the unit that a bind takes.

    ``cursor`` is the last message id handed to a socket; it is committed *before* the octets are written.
    So after a crash the messages above it are untouched, and those up to it without an answer are unknown.

    A held chunk with a ``due_at`` has a time of its own (2.3): it is let go then, not with its campaign.
    """

    SIZE = 1000

    class State(models.IntegerChoices):
        """held → ready → leased → done; ready | leased → paused → ready; any but done → cancelling → cancelled.

        A leased chunk belongs to its bind: only the bind moves it, or whoever recovers it after ``lease_until``.
        """

        HELD = 0, _("Held")
        READY = 1, _("Ready")
        LEASED = 2, _("Leased")
        PAUSED = 3, _("Paused")
        DONE = 4, pgettext_lazy("chunk", "Done")
        CANCELLED = 5, _("Cancelled")
        CANCELLING = 6, _("Being cancelled")

    id = models.BigIntegerField(primary_key=True)  # messages id × 1000 … id × 1000 + size − 1
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="chunks")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    gateway = models.ForeignKey(Gateway, models.PROTECT, null=True, related_name="+", db_index=False)
    message_class = models.SmallIntegerField(choices=MessageClass)
    state = models.SmallIntegerField(choices=State, default=State.HELD)
    turn = models.BigIntegerField(default=0, help_text="Place in the rounds between an account's campaigns.")
    due_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    opens_minute = models.SmallIntegerField(null=True, help_text="Minute of the Tehran day from which it may leave.")
    closes_minute = models.SmallIntegerField(null=True)
    size = models.SmallIntegerField()
    parts = models.IntegerField()
    cursor = models.BigIntegerField()
    moved_from = models.IntegerField(
        null=True, help_text="Id of the gateway that it was moved away from, once; its own: there was no other."
    )
    bind_number = models.SmallIntegerField(null=True)
    lease_token = models.BigIntegerField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("chunk")
        verbose_name_plural = _("chunks")
        indexes = [
            models.Index(
                fields=["gateway", "message_class", "account", "turn", "id"], condition=Q(state=1), name="chunk_next"
            ),
            models.Index(fields=["lease_until"], condition=Q(state=2), name="chunk_leased"),
            models.Index(fields=["account", "id"], condition=Q(state=0), name="chunk_held"),
            models.Index(fields=["due_at"], condition=Q(state=0, due_at__isnull=False), name="chunk_held_until"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class StatusCount(models.Model):
    """A change of a campaign's counts; the count is the sum. Added by whoever moves messages, squashed later."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="status_counts")
    status = models.SmallIntegerField(choices=Status)
    messages = models.IntegerField()
    parts = models.IntegerField()

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.status} {self.messages:+d}"


class SampleMessage(models.Model):
    """A text kept for use in the compose forms (7); at most settings.SAMPLE_MESSAGES_MAX an account."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="sample_messages", verbose_name=_("account"))
    title = models.CharField(_("title"), max_length=80, blank=True)
    category = models.CharField(_("category"), max_length=40, blank=True)
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("sample message")
        verbose_name_plural = _("sample messages")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title or self.text[:40]

    @property
    def places(self) -> list[str]:
        """Names of the placeholders in the text, such as first_name of {first_name}."""
        return list(dict.fromkeys(_PLACE.findall(self.text)))
