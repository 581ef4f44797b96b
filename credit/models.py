"""SMS credit: what a part costs, and the money set aside for what is being sent. Amounts are integer rials."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, User
from numbers.models import Line, Operator


class TariffPlan(models.Model):
    """A tier of customers and what it pays: by its revision in force. Exactly one plan is the default."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    tier = models.PositiveSmallIntegerField(_("tier"), default=0, help_text=_("Higher tiers buy more and pay less."))
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("tariff plan")
        verbose_name_plural = _("tariff plans")
        ordering = ["tier", "id"]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="tariff_one_default")
        ]

    def __str__(self) -> str:
        return self.name


class TariffRevision(models.Model):
    """The prices of a plan from a moment on, until the next revision's moment. A published one is never changed, so
    that every charge and quote can be explained by the revision that was in force when it was priced.

    draft → published → withdrawn, the last only before it begins; credit.tariffs moves it. A trigger in the database
    refuses any change of what was published, and of its prices. ``edits`` counts the changes of a draft.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    plan = models.ForeignKey(TariffPlan, models.CASCADE, related_name="revisions", verbose_name=_("tariff plan"))
    number = models.PositiveIntegerField(_("revision"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    effective_from = models.DateTimeField(_("in force from"), null=True, blank=True)
    minimum_messages = models.PositiveIntegerField(
        _("from messages"), null=True, blank=True,
        help_text=_(
            "Who buys at least this many messages at once pays by this plan, then and afterwards. "
            "Empty: the plan is given by staff only."
        ),
    )  # fmt: skip

    note = models.CharField(_("note"), max_length=200, blank=True)
    edits = models.PositiveIntegerField(_("edits"), default=0)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("revision of a tariff")
        verbose_name_plural = _("revisions of tariffs")
        permissions = [("publish_tariff", "Can publish and withdraw prices")]
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="revision_number_once"),
            models.UniqueConstraint(fields=["plan"], condition=Q(state="draft"), name="revision_one_draft"),
            models.UniqueConstraint(
                fields=["plan", "effective_from"], condition=Q(state="published"), name="revision_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(effective_from__isnull=False, published_at__isnull=False),
                name="revision_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} #{self.number}"


class AccountPlan(models.Model):
    """The price list that an account pays by; without a row, the default one."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="plan", verbose_name=_("account"))
    plan = models.ForeignKey(TariffPlan, models.PROTECT, related_name="accounts", verbose_name=_("tariff plan"))

    class Meta:
        verbose_name = _("account's plan")
        verbose_name_plural = _("accounts' plans")

    def __str__(self) -> str:
        return f"{self.account}: {self.plan}"


class Tariff(models.Model):
    """The price of one part in a revision: the most particular row for (operator, language, line kind, prefix family)
    holds (R2)."""

    class Language(models.TextChoices):
        PERSIAN = "fa", _("Persian (UCS-2)")
        LATIN = "en", _("Latin (GSM-7)")

    revision = models.ForeignKey(
        TariffRevision, models.CASCADE, related_name="tariffs", verbose_name=_("revision of a tariff")
    )
    operator = models.ForeignKey(
        Operator, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("operator"),
        help_text=_("Empty: every operator without a row of its own."),
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=2, choices=Language)
    line_kind = models.CharField(_("line kind"), max_length=12, choices=Line.Kind)
    prefix_family = models.CharField(_("prefix family"), max_length=6, blank=True)
    price_per_part = models.PositiveIntegerField(_("price of a part (rials)"))
    refunds_undelivered = models.BooleanField(
        _("returns undelivered messages"), default=False,
        help_text=_("Refused messages are always returned; this also returns accepted but undelivered ones."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        ordering = ["revision", "line_kind", "prefix_family", "operator", "-language"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "operator", "language", "line_kind", "prefix_family"],
                nulls_distinct=False,
                name="tariff_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.revision} {self.operator or '*'} {self.language} {self.line_kind} {self.prefix_family}".strip()


class Reservation(models.Model):
    """The money of one campaign: taken before anything is queued, returned part by part where nothing was sent.

    ``charged`` was debited when the campaign was confirmed; ``returned`` is the sum of what came back. What is neither
    returned nor still on its way has been captured: it pays for messages that the operator accepted.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="reservations", verbose_name=_("account"))
    reference = models.CharField(_("reference"), max_length=60, unique=True)
    charged = models.BigIntegerField(_("charged (rials)"))
    returned = models.BigIntegerField(_("returned (rials)"), default=0)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(charged__gte=0), name="reservation_charged_positive"),
            models.CheckConstraint(
                condition=Q(returned__gte=0) & Q(returned__lte=F("charged")), name="reservation_returns_at_most_charged"
            ),
        ]

    def __str__(self) -> str:
        return self.reference
