"""What is sold: the proforma that offers it, and the invoice that says it was paid. Amounts are integer rials."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, SearchKey, User


class VatRate(models.Model):
    """Value-added tax from a day on, until the next row's day. Before the first row, settings.VAT_PERCENT holds."""

    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2)
    valid_from = models.DateField(_("valid from"), unique=True)

    class Meta:
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__gte=0) & Q(percent__lt=100), name="vat_percent_sane")
        ]

    def __str__(self) -> str:
        return f"{self.percent.normalize():f}%"


class BillingProfile(models.Model):
    """Who the buyer is before the law: what an invoice must say of them (14). Invoices keep a copy."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="billing_profile", verbose_name=_("account"))
    legal_name = models.CharField(_("legal name"), max_length=160)
    national_id = models.CharField(
        _("national ID"), max_length=11, blank=True,
        help_text=_("10 digits of a person, or 11 digits of a legal entity."),
    )  # fmt: skip
    economic_code = models.CharField(
        _("economic code"), max_length=14, blank=True,
        validators=[RegexValidator(r"^\d{10,14}$", _("The economic code has 10 to 14 digits."))],
    )  # fmt: skip
    registration_number = models.CharField(
        _("registration number"), max_length=20, blank=True,
        validators=[RegexValidator(r"^\d+$", _("Write digits only."))],
    )  # fmt: skip
    postal_code = models.CharField(
        _("postal code"), max_length=10, blank=True,
        validators=[RegexValidator(r"^\d{10}$", _("A postal code has 10 digits."))],
    )  # fmt: skip
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("buyer's details")
        verbose_name_plural = _("buyers' details")
        indexes = [
            GinIndex(OpClass(SearchKey("legal_name"), name="gin_trgm_ops"), name="buyer_legal_name"),
            models.Index(fields=["national_id"], condition=~Q(national_id=""), name="buyer_national_id"),
        ]

    def __str__(self) -> str:
        return self.legal_name


class Proforma(models.Model):
    """An offer with its price frozen (پیش‌فاکتور): panels call it an unpaid invoice.

    ``purpose`` and ``subject`` say what paying does (billing.purposes); ``lines`` is a list of
    ``{"title": {"fa", "en"}, "quantity", "unit_price", "amount"}``.
    """

    class State(models.TextChoices):
        """open → paid | expired | cancelled. Money that comes after the end still settles an expired one."""

        OPEN = "open", _("Unpaid")
        PAID = "paid", _("Paid")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")

    account = models.ForeignKey(Account, models.PROTECT, related_name="proformas", verbose_name=_("account"))
    purpose = models.CharField(_("purpose"), max_length=20)
    subject = models.CharField(_("subject"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    lines = models.JSONField(_("rows"))
    details = models.JSONField(_("details"), default=dict, blank=True)
    net = models.BigIntegerField(_("net (rials)"))
    vat_percent = models.DecimalField(_("VAT percent"), max_digits=5, decimal_places=2)
    vat = models.BigIntegerField(_("VAT (rials)"))
    total = models.BigIntegerField(_("total (rials)"))
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("issued"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("price holds until"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("proforma")
        verbose_name_plural = _("proformas")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"], name="proforma_account"),
            models.Index(fields=["expires_at"], name="proforma_open", condition=Q(state="open")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(total=F("net") + F("vat")), name="proforma_adds_up"),
            models.CheckConstraint(condition=Q(net__gt=0) & Q(vat__gte=0), name="proforma_positive"),
        ]

    def __str__(self) -> str:
        return f"P-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class InvoiceSeries(models.Model):
    """The last invoice number of a Jalali year. Locked while the next is given, so that numbers have no gap."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("invoice series")
        verbose_name_plural = _("invoice series")

    def __str__(self) -> str:
        return str(self.year)


class Invoice(models.Model):
    """A sale that was paid (فاکتور). Never changed nor deleted: a trigger in the database refuses it.

    ``year`` (Jalali) and ``serial`` make its number, without gaps. Seller, buyer and rows are copies of what held when
    it was issued. It was paid by ``payment`` (online) or by ``slip``.
    """

    proforma = models.OneToOneField(Proforma, models.PROTECT, related_name="invoice", verbose_name=_("proforma"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="invoices", verbose_name=_("account"))
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("serial number"))
    seller = models.JSONField(_("seller"))
    buyer = models.JSONField(_("buyer"))
    lines = models.JSONField(_("rows"))
    net = models.BigIntegerField(_("net (rials)"))
    vat_percent = models.DecimalField(_("VAT percent"), max_digits=5, decimal_places=2)
    vat = models.BigIntegerField(_("VAT (rials)"))
    total = models.BigIntegerField(_("total (rials)"))
    payment = models.OneToOneField(
        "billing.Payment", models.PROTECT, null=True, blank=True, related_name="invoice", verbose_name=_("payment")
    )
    slip = models.OneToOneField(
        "billing.Slip", models.PROTECT, null=True, blank=True, related_name="invoice", verbose_name=_("deposit slip")
    )
    issued_at = models.DateTimeField(_("issued"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="invoice_account")]
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="invoice_number_once"),
            models.CheckConstraint(condition=Q(total=F("net") + F("vat")), name="invoice_adds_up"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, slip__isnull=True) | Q(payment__isnull=True, slip__isnull=False),
                name="invoice_paid_one_way",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As printed: 1405-000123."""
        return f"{self.year}-{self.serial:06}"
