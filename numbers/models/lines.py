"""Sender lines, and the operators and prefixes of the numbers they send to."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet
from numbers.hours import parse


def validate_hours(text: str) -> None:
    """Refuse what is not hours of one day such as 08:00-22:00."""
    try:
        parse(text)
    except ValueError as error:
        raise ValidationError(_("Write hours such as 08:00-22:00.")) from error


class Operator(models.Model):
    """A mobile operator that messages are handed to. ``code`` is the short stable name used in tariffs and the API."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name_fa = models.CharField(_("Persian name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    host = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="guests", verbose_name=_("host network"),
        help_text=_("For a virtual operator: the network that carries its messages and prices them."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name_fa if (get_language() or "fa").startswith("fa") else self.name_en


class Prefix(models.Model):
    """The first national digits of mobile numbers of one operator, such as 0912. Numbers move between operators
    (portability), so this is a hint; PortedNumber knows better where it has a row."""

    prefix = models.CharField(_("prefix"), max_length=8, unique=True, validators=[RegexValidator(r"^09\d{2,4}$")])
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="prefixes", verbose_name=_("operator"))
    sim_type = models.CharField(_("SIM type"), max_length=12, blank=True)
    area_fa = models.CharField(_("area (Persian)"), max_length=120, blank=True)
    area_en = models.CharField(_("area (English)"), max_length=120, blank=True)
    accepts_bulk = models.BooleanField(_("accepts bulk messages"), default=True)

    class Meta:
        verbose_name = _("prefix")
        verbose_name_plural = _("prefixes")
        ordering = ["prefix"]

    def __str__(self) -> str:
        return self.prefix


class PortedNumber(models.Model):
    """A number known to have moved to another operator (ترابرد)."""

    msisdn = models.BigIntegerField(_("number"), primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+", verbose_name=_("operator"))

    class Meta:
        verbose_name = _("ported number")
        verbose_name_plural = _("ported numbers")

    def __str__(self) -> str:
        return str(self.msisdn)


class LineQuerySet(OwnedQuerySet):
    def usable_by(self, account: Account):
        """The lines that ``account`` may send from now: its own active ones and the shared service lines."""
        return self.filter(Q(account=account) | Q(kind=Line.Kind.SHARED_SERVICE), state=Line.State.ACTIVE)


class Line(models.Model):
    """A sender number (سرشماره)."""

    class Kind(models.TextChoices):
        ADVERTISING = "advertising", _("Advertising")
        SERVICE = "service", _("Service")
        SHARED_SERVICE = "shared", _("Shared service")

    class State(models.TextChoices):
        """pending → active ⇄ suspended → closed; staff move it (paying an approved request activates it)."""

        PENDING = "pending", _("Pending")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", _("Closed")

    number = models.CharField(_("number"), max_length=18, unique=True, validators=[RegexValidator(r"^\d{3,18}$")])
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="lines", verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ADVERTISING)
    prefix_family = models.CharField(
        _("prefix family"),
        max_length=6,
        blank=True,
        help_text=_("1000, 2000, 3000, 5000, 9000, 021…; part of the price."),
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ACTIVE)
    sending_hours = models.CharField(
        _("sending hours"), max_length=11, blank=True, validators=[validate_hours],
        help_text=_("Tehran time, such as 08:00-22:00. Empty: the platform's rule for the kind of line."),
    )  # fmt: skip
    requires_opt_out_hint = models.BooleanField(_("texts must end with «لغو11»"), default=False)
    carries_notices = models.BooleanField(
        _("carries the platform's notices"), default=False,
        help_text=_("One line, of the platform's own account, which pays for them. Nobody reads what is sent to it."),
    )  # fmt: skip
    activated_at = models.DateTimeField(_("activated"), null=True, blank=True, default=timezone.now)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=False) | Q(kind="shared"), name="line_has_owner_or_is_shared"
            ),
            models.UniqueConstraint(
                fields=["carries_notices"], condition=Q(carries_notices=True), name="line_one_carries_notices"
            ),
            models.CheckConstraint(
                condition=Q(carries_notices=False) | Q(account__isnull=False), name="line_of_notices_has_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def serves(self, account: Account) -> bool:
        """What ``Line.objects.usable_by`` selects, of one line that was read just now."""
        return self.state == self.State.ACTIVE and (
            self.kind == self.Kind.SHARED_SERVICE or self.account_id == account.pk
        )
