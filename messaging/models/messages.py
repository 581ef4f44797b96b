"""One recipient's message, what was submitted for it, and the receipts that came back."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet
from numbers.models import Line, Operator


class MessageClass(models.IntegerChoices):
    """What leaves first: a smaller number overtakes a larger one."""

    OTP = 0, _("One-time password")
    TRANSACTIONAL = 1, _("Transactional")
    BULK = 2, _("Bulk")


class Encoding(models.IntegerChoices):
    """SMPP data_coding of a text."""

    GSM7 = 0, _("Latin (GSM-7)")
    UCS2 = 8, _("Persian (UCS-2)")


class Status(models.IntegerChoices):
    """R5. A status only grows, so that late news never overwrites later news; messaging.lifecycle moves it.

    draft → scheduled → queued → submitting → submitted → delivered | undelivered | expired | rejected
                           └──────────┴→ unknown ↗ (what a crash left: handed to the socket, never answered)
    before it is handed over also: cancelled, blocked, failed, expired
    """

    DRAFT = 0, _("Draft")
    SCHEDULED = 10, _("Scheduled")
    QUEUED = 20, _("Queued")
    SUBMITTING = 30, _("Sending")
    UNKNOWN = 35, _("Unknown")
    SUBMITTED = 40, _("Submitted to the operator")
    DELIVERED = 50, _("Delivered")
    UNDELIVERED = 51, _("Undelivered")
    EXPIRED = 52, _("Expired")
    REJECTED = 53, _("Rejected")
    FAILED = 60, _("Failed")
    CANCELLED = 61, _("Cancelled")
    BLOCKED = 62, _("Blocked")

    @property
    def is_final(self) -> bool:
        return self.value >= Status.DELIVERED.value


class Message(models.Model):
    """One recipient's message. Written by COPY, changed by set-based statements only; see docs/architecture.md.

    ``id`` is chunk × 1000 + place in the chunk, so a chunk is a range of the primary key. ``text`` is empty where the
    campaign's own text is meant. No foreign key is checked by the database and ``status`` is not indexed: both
    would cost more than the whole rest of a message's way (measured).
    """

    id = models.BigIntegerField(primary_key=True)
    campaign = models.ForeignKey(
        "messaging.Campaign", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+",
        verbose_name=_("campaign"),
    )  # fmt: skip
    account = models.ForeignKey(
        Account, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+",
        verbose_name=_("account"),
    )  # fmt: skip
    line = models.ForeignKey(
        Line, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+",
        verbose_name=_("line"),
    )  # fmt: skip
    operator = models.ForeignKey(
        Operator, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+",
        verbose_name=_("operator"),
    )  # fmt: skip
    msisdn = models.BigIntegerField(_("recipient"))
    price = models.IntegerField(_("price (rials)"))
    returned = models.IntegerField(_("returned (rials)"), default=0)
    status = models.SmallIntegerField(_("status"), choices=Status)
    encoding = models.SmallIntegerField(_("encoding"), choices=Encoding)
    parts = models.SmallIntegerField(_("parts"))
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    returns_undelivered = models.BooleanField(_("undelivered is returned"), default=False)
    error = models.CharField(_("error"), max_length=40, null=True)  # smpp:<status> | receipt:<code> | ours
    text = models.TextField(_("text"), null=True)
    created_at = models.DateTimeField(_("created"))
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    final_at = models.DateTimeField(_("final"), null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["account", "id"], name="message_account"),
            models.Index(fields=["msisdn", "id"], name="message_msisdn"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Submission(models.Model):
    """An answered submit_sm: one part, one attempt. Added, never changed."""

    pk = models.CompositePrimaryKey("message", "part", "attempt")
    message = models.ForeignKey(
        Message, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="submissions"
    )
    part = models.SmallIntegerField()
    attempt = models.SmallIntegerField()
    gateway_id = models.IntegerField()
    bind_number = models.SmallIntegerField()
    command_status = models.IntegerField()
    smsc_id = models.CharField(max_length=65, blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        indexes = [
            models.Index(fields=["gateway_id", "smsc_id"], condition=~models.Q(smsc_id=""), name="submission_smsc_id")
        ]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.part}"


class Receipt(models.Model):
    """A delivery receipt as it came, stored before it was acknowledged; ``message`` once it is matched."""

    id = models.BigAutoField(primary_key=True)
    gateway_id = models.IntegerField()
    smsc_id = models.CharField(max_length=65)
    state = models.SmallIntegerField(help_text="SMPP message_state")
    error = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=21, blank=True)
    destination = models.CharField(max_length=21, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    message = models.ForeignKey(
        Message, models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="receipts"
    )
    part = models.SmallIntegerField(null=True)
    parts = models.SmallIntegerField(default=1)
    raw = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        indexes = [
            models.Index(fields=["id"], condition=models.Q(message__isnull=True), name="receipt_unmatched"),
            models.Index(fields=["message"], condition=models.Q(parts__gt=1), name="receipt_multipart"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway_id}/{self.smsc_id}"
