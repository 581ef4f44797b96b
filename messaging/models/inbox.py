"""What subscribers sent to our lines."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet
from common.searching import SearchKeyField
from messaging.models.gateways import Gateway
from numbers.models import Line


class InboundMessage(models.Model):
    """A message from a subscriber to a line; parts joined. ``account`` owned the line then.

    ``missing_parts`` counts those that did not come in time; one that comes later fills its gap (4.5).
    """

    account = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="inbound_messages", verbose_name=_("account")
    )
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="inbound_messages", verbose_name=_("line"))
    gateway = models.ForeignKey(Gateway, models.SET_NULL, null=True, related_name="+", verbose_name=_("gateway"))
    sender = models.CharField(_("sender"), max_length=21)
    msisdn = models.BigIntegerField(_("sender's number"), null=True)
    destination = models.CharField(_("destination"), max_length=21)
    text = models.TextField(_("text"))
    search_key = SearchKeyField(of="text")
    missing_parts = models.SmallIntegerField(_("missing parts"), default=0)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("received message")
        verbose_name_plural = _("received messages")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"], name="inbound_account"),
            models.Index(
                fields=["account", "-id"],
                condition=Q(read_at__isnull=True, deleted_at__isnull=True),
                name="inbound_new",
            ),
            models.Index(fields=["account", "msisdn", "-id"], name="inbound_sender"),
            models.Index(fields=["account", "received_at"], name="inbound_time"),
            models.Index(fields=["account", "-id"], condition=Q(deleted_at__isnull=True), name="inbound_kept"),
            models.Index(fields=["account", "-id"], condition=Q(deleted_at__isnull=False), name="inbound_trash"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="inbound_old_trash"),
            GinIndex(fields=["account", "search_key"], opclasses=["int8_ops", "gin_trgm_ops"], name="inbound_text"),
        ]

    def __str__(self) -> str:
        return f"{self.sender} → {self.destination}"


class InboundPart(models.Model):
    """One deliver_sm that is not a receipt, stored before it is acknowledged. The operator repeats one whose
    acknowledgement it did not see: the same ``digest`` while ``acknowledged_at`` is empty is that repeat."""

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    sender = models.CharField(max_length=21)
    destination = models.CharField(max_length=21)
    text = models.TextField()
    reference = models.IntegerField(null=True)
    total = models.SmallIntegerField(default=1)
    sequence = models.SmallIntegerField(default=1)
    received_at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(null=True)
    message = models.ForeignKey(InboundMessage, models.SET_NULL, null=True, related_name="parts")

    class Meta:
        verbose_name = _("received part")
        verbose_name_plural = _("received parts")
        indexes = [
            models.Index(
                fields=["gateway", "sender", "destination", "reference"],
                condition=Q(total__gt=1),
                name="inbound_part_set",
            ),
            models.Index(
                fields=["received_at"], condition=Q(message__isnull=True, total__gt=1), name="inbound_part_waiting"
            ),
            models.Index(
                fields=["gateway", "digest"],
                condition=Q(acknowledged_at__isnull=True),
                name="inbound_part_unacknowledged",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender} {self.sequence}/{self.total}"
