"""How it is paid: an attempt at a bank's gateway, or a slip of a deposit. Amounts are integer rials."""

import secrets

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, User
from billing.models.sales import Proforma


def new_token() -> str:
    return secrets.token_hex(16)


class Payment(models.Model):
    """One visit to a bank's page. Only the bank's own answer to our question (verify) makes it ``verified``; what the
    browser brings back is a hint. ``token`` names it in addresses that are open without login.

    Moved by billing.services.payments only, with the row locked.
    """

    class State(models.TextChoices):
        """started → returned → verified | failed; started | returned → expired when nobody came and the bank knows of
        no money; failed | expired → verified when the bank says yes after we gave up; verified → refunded."""

        STARTED = "started", _("At the bank")
        RETURNED = "returned", _("Waiting for the bank's answer")
        VERIFIED = "verified", _("Paid")
        FAILED = "failed", _("Not paid")
        EXPIRED = "expired", _("Abandoned")
        REFUNDED = "refunded", _("Given back")

    UNSETTLED = (State.STARTED, State.RETURNED)

    account = models.ForeignKey(Account, models.PROTECT, related_name="payments", verbose_name=_("account"))
    proforma = models.ForeignKey(Proforma, models.PROTECT, related_name="payments", verbose_name=_("proforma"))
    gateway = models.CharField(_("bank gateway"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.STARTED)
    amount = models.BigIntegerField(_("asked (rials)"))
    paid_amount = models.BigIntegerField(_("paid (rials)"), null=True, blank=True)
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    reference = models.CharField(_("gateway's reference"), max_length=64, blank=True)
    address = models.CharField(max_length=300, blank=True, editable=False)
    bank_reference = models.CharField(_("tracking number"), max_length=64, blank=True)
    card = models.CharField(_("card"), max_length=24, blank=True)
    failure = models.CharField(_("why not"), max_length=60, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("started"), default=timezone.now, editable=False)
    returned_at = models.DateTimeField(_("came back"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    asked_at = models.DateTimeField(_("bank last asked"), null=True, blank=True)
    asks = models.PositiveSmallIntegerField(_("times asked"), default=0)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("online payment")
        verbose_name_plural = _("online payments")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"], name="payment_account"),
            models.Index(fields=["created_at"], name="payment_time"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "reference"], condition=~Q(reference=""), name="payment_reference_once"
            ),
            models.UniqueConstraint(
                fields=["gateway", "bank_reference"],
                condition=~Q(bank_reference=""),
                name="payment_bank_reference_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=["verified", "refunded"]) | Q(paid_amount__gt=0),
                name="payment_verified_has_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.reference}"


class Slip(models.Model):
    """Money that was paid into the operator's bank account by hand (فیش واریزی), as its owner reports it (ISP-7.5).

    A proforma has at most one slip that is submitted or confirmed; a paper counts once: (bank, number, day).
    Moved by billing.services.slips only.
    """

    class State(models.TextChoices):
        """submitted → confirmed | rejected, by staff; submitted → voided, which frees the proforma's place."""

        SUBMITTED = "submitted", _("Waiting for review")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Refused")
        VOIDED = "voided", _("Withdrawn")

    class Method(models.TextChoices):
        BRANCH = "branch", _("At a branch")
        ATM = "atm", _("At a cash machine")
        TRANSFER = "transfer", _("Bank transfer")

    LIVE = (State.SUBMITTED, State.CONFIRMED)

    account = models.ForeignKey(Account, models.PROTECT, related_name="slips", verbose_name=_("account"))
    proforma = models.ForeignKey(Proforma, models.PROTECT, related_name="slips", verbose_name=_("proforma"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SUBMITTED)
    method = models.CharField(_("paid"), max_length=10, choices=Method)
    bank = models.CharField(_("bank"), max_length=40)
    number = models.CharField(_("slip number"), max_length=40)
    paid_date = models.DateField(_("day of payment"))
    amount = models.BigIntegerField(_("amount (rials)"))
    card_digits = models.CharField(
        _("last 4 digits of the card"), max_length=4, blank=True, validators=[RegexValidator(r"^\d{4}$")]
    )
    picture = models.CharField(max_length=80, blank=True, editable=False)
    picture_name = models.CharField(_("picture"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("submitted"), default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("deposit slip")
        verbose_name_plural = _("deposit slips")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"], name="slip_account"),
            models.Index(fields=["created_at"], condition=Q(state="submitted"), name="slip_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["proforma"], condition=Q(state__in=["submitted", "confirmed"]), name="slip_one_for_a_proforma"
            ),
            models.UniqueConstraint(
                fields=["bank", "number", "paid_date"],
                condition=Q(state__in=["submitted", "confirmed"]),
                name="slip_paper_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="slip_amount_positive"),
            models.CheckConstraint(condition=~Q(method="atm") | ~Q(card_digits=""), name="slip_atm_names_its_card"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.number}"
