"""Money itself: wallets and their append-only ledger. Amounts are integer rials."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account


class Wallet(models.Model):
    """An account's money. ``balance`` is the sum of its entries; it falls below zero only as far as ``credit_limit``.

    Locked through billing.services.lock_wallet, after any message rows and never before them.
    """

    account = models.OneToOneField(Account, models.PROTECT, related_name="wallet", verbose_name=_("account"))
    balance = models.BigIntegerField(_("balance (rials)"), default=0)
    credit_limit = models.BigIntegerField(_("credit limit (rials)"), default=0)
    low_balance_warning = models.BigIntegerField(_("warn below (rials)"), default=500_000)

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=-F("credit_limit")), name="wallet_not_overspent"),
            models.CheckConstraint(condition=Q(credit_limit__gte=0), name="wallet_credit_limit_positive"),
        ]

    def __str__(self) -> str:
        return str(self.account)


class LedgerEntry(models.Model):
    """One movement of money. Added, never edited nor deleted: a trigger in the database refuses it.

    ``reference`` is unique over the whole ledger, so that doing a thing twice moves money once.
    """

    class Kind(models.TextChoices):
        TOP_UP = "top_up", _("Top-up")
        CHARGE = "charge", _("Messages")
        REFUND = "refund", _("Return")
        ADJUSTMENT = "adjustment", _("Adjustment by staff")
        TRANSFER = "transfer", _("Transfer")
        CREDIT_NOTE = "credit_note", _("Credit note")

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="entries", verbose_name=_("wallet"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    amount = models.BigIntegerField(
        _("amount (rials)"), help_text=_("Positive adds to the balance, negative takes from it.")
    )
    balance_after = models.BigIntegerField(_("balance after (rials)"))
    reference = models.CharField(_("reference"), max_length=120, unique=True)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    created_at = models.DateTimeField(_("time"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["wallet", "-id"], name="ledger_wallet"),
            models.Index(fields=["wallet", "created_at"], include=["kind", "amount"], name="ledger_wallet_sums"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="ledger_amount_not_zero")]

    def __str__(self) -> str:
        return self.reference
