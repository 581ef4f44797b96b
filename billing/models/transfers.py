"""Credit that one account gave to another. Amounts are integer rials."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, User


class Transfer(models.Model):
    """Credit moved from an account to another (13.5): two entries in the ledger, of the same amount. Never undone; who
    regrets it asks for it back. ``token`` is the form's or the key's, so that sending it twice moves money once."""

    sender = models.ForeignKey(Account, models.PROTECT, related_name="transfers_out", verbose_name=_("from"))
    receiver = models.ForeignKey(Account, models.PROTECT, related_name="transfers_in", verbose_name=_("to"))
    receiver_shown = models.CharField(_("name shown to the sender"), max_length=160)
    amount = models.BigIntegerField(_("amount (rials)"))
    note = models.CharField(_("note"), max_length=120, blank=True)
    token = models.UUIDField(editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("time"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("credit transfer")
        verbose_name_plural = _("credit transfers")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["sender", "-id"], name="transfer_sender"),
            models.Index(fields=["receiver", "-id"], name="transfer_receiver"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["sender", "token"], name="transfer_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_amount_positive"),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="transfer_to_another"),
        ]

    def __str__(self) -> str:
        return f"T-{self.pk}"
