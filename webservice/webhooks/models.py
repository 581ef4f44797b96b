"""Where events go, the events themselves, and every attempt to deliver them (W11)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, User
from common.crypto import EncryptedTextField
from common.outbound import Reason

MOST_IN_A_CALL = 100


class EventType(models.TextChoices):
    """What may happen. The last two are ours: they are not subscribed to."""

    MESSAGE_STATUS = "message.status", _("A message reached a new state")
    MESSAGE_RECEIVED = "message.received", _("A message was received")
    CAMPAIGN_FINISHED = "campaign.finished", _("A campaign was sent")
    CREDIT_LOW = "credit.low", _("The credit is running out")
    INVOICE_PAID = "invoice.paid", _("An invoice was paid")
    TEST = "webhook.test", _("Test")
    PAUSED = "webhook.paused", _("A webhook was paused")


SUBSCRIBABLE = [kind for kind in EventType if kind not in {EventType.TEST, EventType.PAUSED}]


class Endpoint(models.Model):
    """An address of an account to which events are posted.

    One worker at a time serves it, by the lease. ``failures`` counts calls that failed since one succeeded; while it
    grows, ``not_before`` holds the next call back; after a day of it the endpoint is paused. Calls to a slow one share
    few threads, so that they never keep others waiting.
    """

    class PauseReason(models.TextChoices):
        BY_HAND = "by_hand", _("Paused by you")
        FAILING = "failing", _("No call has succeeded for a day")
        REFUSED = "refused", _("The address may not be called")
        GONE = "gone", _("The host answered 410 Gone")

    account = models.ForeignKey(Account, models.CASCADE, related_name="endpoints", verbose_name=_("account"))
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=80, blank=True)
    url = models.CharField(_("address"), max_length=2000)
    events = ArrayField(models.CharField(max_length=20), verbose_name=_("events"))
    batch_size = models.SmallIntegerField(_("events in a call"), default=1)
    secret = EncryptedTextField(editable=False)
    previous_secret = EncryptedTextField(null=True, editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    pause_reason = models.CharField(_("why it is paused"), max_length=10, choices=PauseReason, blank=True)
    failures = models.IntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    is_slow = models.BooleanField(default=False)
    served_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name or self.url

    @property
    def is_batched(self) -> bool:
        return self.batch_size > 1

    @property
    def event_labels(self) -> list[str]:
        return [EventType(event).label for event in self.events]


class Listener(models.Model):
    """An account that reads GET /events; while it does, its events are kept though it has no endpoint."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")
    read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reader of events")
        verbose_name_plural = _("readers of events")

    def __str__(self) -> str:
        return str(self.account_id)


class Outgoing(models.Model):
    """An event as it was written, in the transaction of its fact; publishing moves it to Event within a second or two.

    Two tables, because ids are given before the commit: a reader that has seen id 7 would never look for an id 6 that
    is committed later. Published ids are given to one account by one publisher at a time, so they have no such gaps.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    type = models.CharField(max_length=20, choices=EventType)
    subject = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("unpublished event")
        verbose_name_plural = _("unpublished events")

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class Event(models.Model):
    """Something that happened, by which id receivers know repeats. ``subject`` is the message of a message.status.

    ``data`` holds what may change afterwards; webservice.webhooks.payloads adds the rest when it is told.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    type = models.CharField(_("type"), max_length=20, choices=EventType)
    subject = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(_("happened"))
    published_at = models.DateTimeField(default=timezone.now)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["account", "id"], name="event_account"),
            models.Index(fields=["published_at"], name="event_published"),
            models.Index(fields=["subject"], condition=Q(subject__isnull=False), name="event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"


class Delivery(models.Model):
    """An event on its way to an endpoint. Events of one message go one after the other; others pass each other."""

    class State(models.IntegerChoices):
        """pending → delivered | given up; a replay leads back to pending."""

        PENDING = 0, _("Waiting")
        DELIVERED = 1, _("Delivered")
        GIVEN_UP = 2, _("Given up")

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    subject = models.BigIntegerField(null=True)
    state = models.SmallIntegerField(_("state"), choices=State, default=State.PENDING)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    give_up_at = models.DateTimeField(_("given up at"))
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once")]
        indexes = [
            models.Index(fields=["endpoint", "id"], condition=Q(state=0), name="delivery_pending"),
            models.Index(
                fields=["endpoint", "subject", "id"], condition=Q(state=0, subject__isnull=False),
                name="delivery_pending_subject",
            ),
            models.Index(fields=["endpoint", "-id"], name="delivery_endpoint"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.event_id} → {self.endpoint_id}"


class Attempt(models.Model):
    """One call: when, with which events, and what came back. ``reason`` where no answer came. Added, never changed."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="attempts", db_index=False)
    at = models.DateTimeField(_("time"), default=timezone.now)
    events = ArrayField(models.BigIntegerField(), verbose_name=_("events"))
    status = models.SmallIntegerField(_("status"), null=True)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason, blank=True)
    milliseconds = models.IntegerField(_("milliseconds"))
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="attempt_endpoint"),
            models.Index(fields=["at"], name="attempt_time"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.status or self.reason}"

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
