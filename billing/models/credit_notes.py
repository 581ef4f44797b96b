"""What takes an invoice back, wholly or in part. Amounts are integer rials."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, User
from billing.models.sales import Invoice


class CreditNoteSeries(models.Model):
    """The last credit note's number of a Jalali year. Locked while the next is given, so that numbers have no gap."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("credit note series")
        verbose_name_plural = _("credit note series")

    def __str__(self) -> str:
        return str(self.year)


class CreditNote(models.Model):
    """Money of an invoice that was given back, and its VAT (ISP-7.9, فاکتور برگشتی). Never changed nor deleted: a
    trigger in the database refuses it, and one that would take back more than the invoice.

    ``settled_by`` says which way the money went. ``token`` is the form's, so that sending it twice makes one note.
    """

    class Way(models.TextChoices):
        GATEWAY = "gateway", _("To the card, by the bank's gateway")
        BANK = "bank", _("By bank transfer")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes", verbose_name=_("invoice"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="credit_notes", verbose_name=_("account"))
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("serial number"))
    seller = models.JSONField(_("seller"))
    buyer = models.JSONField(_("buyer"))
    lines = models.JSONField(_("rows"))
    net = models.BigIntegerField(_("net (rials)"))
    vat_percent = models.DecimalField(_("VAT percent"), max_digits=5, decimal_places=2)
    vat = models.BigIntegerField(_("VAT (rials)"))
    total = models.BigIntegerField(_("total (rials)"))
    reason = models.CharField(_("reason"), max_length=300)
    settled_by = models.CharField(_("given back"), max_length=10, choices=Way)
    bank_reference = models.CharField(_("tracking number"), max_length=64)
    token = models.UUIDField(unique=True, editable=False)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("issued by"))
    issued_at = models.DateTimeField(_("issued"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="credit_note_account")]
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="credit_note_number_once"),
            models.CheckConstraint(condition=Q(total=F("net") + F("vat")), name="credit_note_adds_up"),
            models.CheckConstraint(
                condition=Q(net__gte=0) & Q(vat__gte=0) & Q(total__gt=0), name="credit_note_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As printed: CN-1405-000123."""
        return f"CN-{self.year}-{self.serial:06}"
