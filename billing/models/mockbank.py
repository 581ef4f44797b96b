"""The bank of the demo and the tests: what it knows of each visit. No row exists where real gateways are used."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MockBankSession(models.Model):
    """One visit to the mock bank's page."""

    class State(models.TextChoices):
        """waiting → paid | cancelled | failed; paid → refunded."""

        WAITING = "waiting", _("Waiting")
        PAID = "paid", _("Paid")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")
        REFUNDED = "refunded", _("Given back")

    reference = models.CharField(max_length=32, unique=True)
    amount = models.BigIntegerField()
    description = models.CharField(max_length=200, blank=True)
    callback_url = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    paid_amount = models.BigIntegerField(null=True)
    answers_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mock bank visit")
        verbose_name_plural = _("mock bank visits")

    def __str__(self) -> str:
        return self.reference
