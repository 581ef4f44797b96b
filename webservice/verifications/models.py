"""Codes that were sent and wait to be typed (W6)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet


class Verification(models.Model):
    """One code to one number. ``digest`` is keyed with a secret of the settings and ``nonce``: from the database alone
    no code can be found, though there are few of them."""

    class State(models.TextChoices):
        """pending → approved (the right code came) | failed (too many wrong ones) | replaced (by a newer code).

        A pending one whose time is over is expired; nobody writes that down.
        """

        PENDING = "pending", _("Waiting for the code")
        APPROVED = "approved", _("Approved")
        FAILED = "failed", _("Too many wrong codes")
        REPLACED = "replaced", _("Replaced by a newer code")

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    is_test = models.BooleanField(default=False)
    msisdn = models.BigIntegerField(_("number"))
    template = models.CharField(_("template"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    digest = models.CharField(max_length=64)
    nonce = models.CharField(max_length=32)
    wrong = models.SmallIntegerField(_("wrong codes"), default=0)
    message_id = models.BigIntegerField()
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    approved_at = models.DateTimeField(null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        indexes = [
            models.Index(fields=["account", "created_at"], name="verification_account"),
            models.Index(fields=["msisdn", "created_at"], name="verification_number"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    def is_over(self, now) -> bool:
        return self.state != self.State.PENDING or self.expires_at <= now
