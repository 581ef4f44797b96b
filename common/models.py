"""The outbox of notices: what the platform has to tell people, kept until it is told."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.crypto import EncryptedTextField


class Notice(models.Model):
    """One notice to one address by one way (SMS or e-mail). Written by common.notify, in its caller's transaction.

    ``key`` is unique for each way, so a thing that is announced twice is told once. A code is hidden in ``text``;
    ``wire_text``, which leaves, lies encrypted until the notice is told or given up, and is then forgotten.
    """

    class Way(models.TextChoices):
        SMS = "sms", _("SMS")
        EMAIL = "email", _("E-mail")

    class State(models.TextChoices):
        """waiting → sent | failed; common.notify moves it."""

        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("key"), max_length=120)
    way = models.CharField(_("way"), max_length=5, choices=Way)
    address = models.CharField(_("address"), max_length=254)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"))
    wire_text = EncryptedTextField(null=True, editable=False)
    account_id = models.BigIntegerField(_("account"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    due_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    expires_at = models.DateTimeField(_("worth nothing after"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["key", "way"], name="notice_once")]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="notice_due")]

    def __str__(self) -> str:
        return self.key
