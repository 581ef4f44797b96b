"""What businesses ask for: a number of their own, or that a line of theirs becomes a service line (12.3)."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, User
from billing.models import Proforma
from numbers.models.lines import Line


class LineOffer(models.Model):
    """Numbers of one family and length, and what one costs; the shorter, the dearer."""

    prefix_family = models.CharField(
        _("prefix family"), max_length=6, validators=[RegexValidator(r"^\d{3,6}$", _("Write digits only."))]
    )
    length = models.PositiveSmallIntegerField(_("digits"), validators=[MinValueValidator(5), MaxValueValidator(18)])
    price = models.BigIntegerField(
        _("price (rials)"), validators=[MinValueValidator(0)], help_text=_("Without VAT. 0: free of charge.")
    )
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("type of number")
        verbose_name_plural = _("types of numbers")
        ordering = ["prefix_family", "-length"]
        constraints = [
            models.UniqueConstraint(fields=["prefix_family", "length"], name="line_offer_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="line_offer_price_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix_family}/{self.length}"


class LineRequest(models.Model):
    """One request of an account. While it is open, its number (or line) is kept for it.

    Moved by numbers.ordering only.
    """

    class Kind(models.TextChoices):
        NUMBER = "number", _("A number of its own")
        SERVICE = "service", _("Turn into a service line")

    class State(models.TextChoices):
        """submitted → approved | rejected, by staff; approved → done when its invoice is paid, → lapsed when it is not;
        submitted → cancelled. A lapsed one whose money comes late is done if the number is still free."""

        SUBMITTED = "submitted", _("Waiting for review")
        APPROVED = "approved", _("Approved, waiting for payment")
        DONE = "done", _("Done")
        REJECTED = "rejected", _("Refused")
        LAPSED = "lapsed", _("Not paid in time")
        CANCELLED = "cancelled", _("Withdrawn")

    class Shipping(models.TextChoices):
        POST = "post", _("By post")
        COURIER = "courier", _("By courier")

    OPEN = (State.SUBMITTED, State.APPROVED)

    account = models.ForeignKey(Account, models.PROTECT, related_name="line_requests", verbose_name=_("account"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SUBMITTED)
    number = models.CharField(_("number"), max_length=18)
    line = models.ForeignKey(
        Line, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("line")
    )
    price = models.BigIntegerField(_("price (rials)"), default=0)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    shipping = models.CharField(_("originals sent"), max_length=10, choices=Shipping, blank=True)
    tracking_code = models.CharField(_("tracking code of the parcel"), max_length=40, blank=True)
    proforma = models.OneToOneField(
        Proforma, models.PROTECT, null=True, blank=True, related_name="line_request", verbose_name=_("proforma")
    )
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("submitted"), default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a line")
        verbose_name_plural = _("requests for lines")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"], name="line_request_account"),
            models.Index(fields=["created_at"], condition=Q(state="submitted"), name="line_request_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(state__in=["submitted", "approved"]), name="line_request_number_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="number") | Q(line__isnull=False), name="line_request_service_has_line"
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reason=""), name="line_request_refusal_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} #{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class LineDocument(models.Model):
    """A paper that goes with a request, kept by common.uploads."""

    class Kind(models.TextChoices):
        LETTER = "letter", _("Request on letterhead")
        UNDERTAKING = "undertaking", _("Signed undertaking")
        SIGNATURES = "signatures", _("Notarised signatures")
        REGISTRATION = "registration", _("Registration of the company")
        OTHER = "other", _("Something else")

    request = models.ForeignKey(LineRequest, models.CASCADE, related_name="documents", verbose_name=_("request"))
    kind = models.CharField(_("paper"), max_length=12, choices=Kind)
    file = models.CharField(max_length=80, editable=False)
    name = models.CharField(_("file"), max_length=200)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("paper of a request")
        verbose_name_plural = _("papers of requests")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
