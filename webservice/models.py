"""Keys of the web service, and the answers kept for repeated requests."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, User
from numbers.models import Line
from webservice.verifications.models import Verification
from webservice.webhooks.models import Attempt, Delivery, Endpoint, Event, EventType, Listener, Outgoing

__all__ = [
    "Activation",
    "ApiKey",
    "Attempt",
    "Delivery",
    "DialectSettings",
    "Endpoint",
    "Event",
    "EventType",
    "IdempotentAnswer",
    "Listener",
    "LocalId",
    "Outgoing",
    "Verification",
]


class ApiKey(models.Model):
    """A developer's key (W1). Only its hash is kept; lists show ``prefix`` so that people can tell keys apart."""

    class Scope(models.TextChoices):
        SEND = "send", _("Send messages")
        READ = "read", _("Read messages and reports")
        CONTACTS = "contacts", _("Contacts")
        INBOX = "inbox", _("Inbox")
        ADMIN = "admin", _("Administration")

    account = models.ForeignKey(Account, models.CASCADE, related_name="api_keys", verbose_name=_("account"))
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    name = models.CharField(_("name"), max_length=80)
    is_test = models.BooleanField(
        _("test key"), default=False,
        help_text=_("Everything runs against the simulated operator, free of charge."),
    )  # fmt: skip
    prefix = models.CharField(_("begins with"), max_length=12)
    digest = models.CharField(_("hash"), max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope), default=list, verbose_name=_("scopes"))
    networks = ArrayField(
        models.CharField(max_length=43), default=list, blank=True, verbose_name=_("allowed addresses"),
        help_text=_("Addresses or networks, such as 203.0.113.0/24. Empty: from anywhere."),
    )  # fmt: skip
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def scope_labels(self) -> list[str]:
        return [self.Scope(scope).label for scope in self.scopes]


class ApiRequest(models.Model):
    """A call with a key and how it ended (W10), kept 30 days; no body, no text, no key, no whole number. Written by
    COPY; no foreign key is checked by the database, for a log must not hinder what it tells of."""

    at = models.DateTimeField(_("time"))
    key = models.ForeignKey(
        ApiKey, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=_("key")
    )
    account = models.ForeignKey(
        Account, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=_("account")
    )
    method = models.CharField(_("method"), max_length=10)
    path = models.CharField(_("path"), max_length=300)
    status = models.PositiveSmallIntegerField(_("status"))
    code = models.CharField(_("code"), max_length=40, blank=True)
    duration_ms = models.PositiveIntegerField(_("duration (ms)"))
    address = models.GenericIPAddressField(_("address"), null=True)
    request_id = models.CharField(_("request's id"), max_length=32)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        permissions = [("see_numbers", _("Can see whole numbers in the story of a message"))]
        indexes = [
            models.Index(fields=["account", "-id"], name="api_request_account"),
            models.Index(fields=["key", "-id"], name="api_request_key"),
            BrinIndex(fields=["at"], name="api_request_at"),
        ]

    def __str__(self) -> str:
        return self.request_id


class Activation(models.Model):
    """What an account uses the web service for (S1, 11): written by its owner, read by staff."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="activation", verbose_name=_("account"))
    used_by = models.CharField(
        _("Site or application"), max_length=200,
        help_text=_("Its address or name, such as shop.example.com or “Accounting of Pars Co.”."),
    )  # fmt: skip
    networks = ArrayField(
        models.CharField(max_length=43), default=list, blank=True, verbose_name=_("IP addresses"),
        help_text=_("From where your servers call: one address or network a line, such as 203.0.113.0/24."),
    )  # fmt: skip
    purpose = models.TextField(
        _("Purpose"), max_length=1000, help_text=_("What is sent and to whom, such as order notices to customers.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    read_at = models.DateTimeField(_("read by staff"), null=True, blank=True, editable=False)  # gone when it is changed
    read_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, editable=False, related_name="+")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("activation of the web service")
        verbose_name_plural = _("activations of the web service")
        indexes = [
            models.Index(fields=["changed_at"], condition=models.Q(read_at=None), name="activation_unread"),
        ]

    def __str__(self) -> str:
        return self.used_by


class IdempotentAnswer(models.Model):
    """The first answer to a write that carried an Idempotency-Key (W7), kept 24 hours."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key


class LocalId(models.Model):
    """A client's own id for a message, given in Kavenegar's dialect: the same id again sends nothing (D1)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    local_id = models.CharField(max_length=20)
    message_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("client's message id")
        verbose_name_plural = _("clients' message ids")
        constraints = [models.UniqueConstraint(fields=["account", "local_id"], name="local_id_once")]

    def __str__(self) -> str:
        return self.local_id


class DialectSettings(models.Model):
    """What an account set by Kavenegar's account/config; without a row, nothing was set."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="dialect_settings", verbose_name=_("account"))
    default_line = models.ForeignKey(
        Line, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("default line")
    )
    is_debugging = models.BooleanField(
        _("accepts without sending"), default=False,
        help_text=_("Messages of Kavenegar's dialect are accepted and cancelled at once; their price returns."),
    )  # fmt: skip

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("dialect settings")
        verbose_name_plural = _("dialect settings")

    def __str__(self) -> str:
        return str(self.account)
