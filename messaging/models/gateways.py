"""Where messages leave: gateways, the binds to them, and the routes that lead there."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.crypto import EncryptedTextField
from messaging.smpp import errors
from numbers.models import Line, Operator


def troubles_of_operators() -> list[int]:
    """The command_status after which a message takes the next route where nobody has said otherwise."""
    return sorted(status.value for status in errors.Status if errors.passes_on(status))


class Gateway(models.Model):
    """An operator's SMSC as we reach it. Workers bind ``binds`` times, each consuming the queue ``smpp.<name>``."""

    class BindType(models.TextChoices):
        TRANSCEIVER = "transceiver", _("Transceiver")
        TRANSMITTER = "transmitter", _("Transmitter")
        RECEIVER = "receiver", _("Receiver")

    class IdBase(models.TextChoices):
        """How the id in a receipt relates to the id in submit_sm_resp."""

        SAME = "same", _("The same text")
        HEX_DEC = "hex-dec", _("Answer hexadecimal, receipt decimal")
        DEC_HEX = "dec-hex", _("Answer decimal, receipt hexadecimal")

    class AddressForm(models.TextChoices):
        INTERNATIONAL = "international", "989121234567"
        NATIONAL = "national", "09121234567"

    name = models.SlugField(_("name"), max_length=30, unique=True)
    host = models.CharField(_("host"), max_length=255)
    port = models.PositiveIntegerField(_("port"), validators=[MinValueValidator(1), MaxValueValidator(65535)])
    system_id = models.CharField("system_id", max_length=15)
    password = EncryptedTextField(
        _("password"), blank=True, help_text=_("Kept encrypted; at most 8 characters (SMPP 3.4).")
    )
    password_variable = models.CharField(
        _("password's variable"), max_length=60, blank=True,
        help_text=_("Name of an environment variable that holds the password; it then replaces the field above."),
    )  # fmt: skip
    system_type = models.CharField("system_type", max_length=12, blank=True)
    bind_type = models.CharField(_("bind type"), max_length=12, choices=BindType, default=BindType.TRANSCEIVER)
    source_ton = models.PositiveSmallIntegerField("source TON", default=0)
    source_npi = models.PositiveSmallIntegerField("source NPI", default=1)
    destination_ton = models.PositiveSmallIntegerField("destination TON", default=1)
    destination_npi = models.PositiveSmallIntegerField("destination NPI", default=1)
    address_form = models.CharField(
        _("form of recipients"), max_length=14, choices=AddressForm, default=AddressForm.INTERNATIONAL
    )
    address_range = models.CharField("address_range", max_length=40, blank=True)
    binds = models.PositiveSmallIntegerField(
        _("number of binds"), default=1, validators=[MinValueValidator(1), MaxValueValidator(64)]
    )
    window = models.PositiveIntegerField(
        _("window of a bind"),
        default=200,
        validators=[MinValueValidator(1)],
        help_text=_("Unanswered submit_sm at a time."),
    )
    throughput = models.PositiveIntegerField(
        _("throughput (parts/s)"), default=0, help_text=_("All binds together; 0: no cap.")
    )
    id_base = models.CharField(_("receipts' id"), max_length=8, choices=IdBase, default=IdBase.SAME)
    enquire_link_seconds = models.PositiveIntegerField(
        _("enquire_link every (s)"), default=30, validators=[MinValueValidator(1)]
    )
    response_timeout_seconds = models.PositiveIntegerField(
        _("answer expected within (s)"), default=60, validators=[MinValueValidator(1)]
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_sandbox = models.BooleanField(
        _("sandbox"), default=False, db_default=False,
        help_text=_("A simulated operator: messages of test keys go here and nowhere else, real ones never."),
    )  # fmt: skip
    failover_seconds = models.PositiveIntegerField(
        _("passed over when down for (s)"), default=60, db_default=60,
        help_text=_("Without a connected bind for so long, messages take the next route; 0: never."),
    )  # fmt: skip
    failover_statuses = ArrayField(
        models.IntegerField(), verbose_name=_("answers after which a message takes the next route"), blank=True,
        default=troubles_of_operators, db_default=troubles_of_operators(),
        help_text=_("Only where the operator said that it did not take it; what was never answered stays."),
    )  # fmt: skip
    failover_tries = models.PositiveSmallIntegerField(
        _("tries here before that"), default=2, db_default=2, validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    down_since = models.DateTimeField(_("down since"), null=True, editable=False)
    out_since = models.DateTimeField(_("passed over since"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def queue(self) -> str:
        return f"smpp.{self.name}"


class Bind(models.Model):
    """One SMPP session to a gateway, as its worker last reported it; alive while ``heartbeat_at`` is fresh."""

    class State(models.TextChoices):
        STOPPED = "stopped", _("Stopped")
        CONNECTING = "connecting", _("Connecting")
        BOUND = "bound", _("Bound")
        DISCONNECTED = "disconnected", _("Disconnected")
        REFUSED = "refused", _("Refused")
        UNBINDING = "unbinding", _("Unbinding")

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="bind_rows", verbose_name=_("gateway"))
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.STOPPED)
    window_in_flight = models.PositiveIntegerField(_("window in flight"), default=0)
    window_limit = models.PositiveIntegerField(_("window"), default=0)
    rate = models.FloatField(_("rate (parts/s)"), default=0)
    armed = models.PositiveIntegerField(_("ready to leave (parts)"), default=0, db_default=0)
    unwritten = models.PositiveIntegerField(_("answers and receipts to write down"), default=0, db_default=0)
    submitted_total = models.BigIntegerField(_("parts since start"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    last_error_at = models.DateTimeField(_("last error at"), null=True, blank=True)
    process = models.CharField(_("process"), max_length=120, blank=True)
    bound_at = models.DateTimeField(_("bound since"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("heartbeat"), null=True, blank=True)

    class Meta:
        verbose_name = _("bind")
        verbose_name_plural = _("binds")
        ordering = ["gateway", "number"]
        constraints = [models.UniqueConstraint(fields=["gateway", "number"], name="bind_number_once")]

    def __str__(self) -> str:
        return f"{self.gateway.name}/{self.number}"


class Route(models.Model):
    """Which gateway carries messages of a line to an operator. The most particular row wins (line before operator),
    then the lowest ``priority``; a disabled gateway, or one that is down too long, is passed over. Rows of the same
    rank share by ``weight``, or the one of the least ``cost`` takes all when one of them says so."""

    class Choice(models.TextChoices):
        WEIGHT = "weight", _("Share by weight")
        COST = "cost", _("Least cost first")

    operator = models.ForeignKey(
        Operator,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("operator"),
        help_text=_("Empty: any."),
    )
    line = models.ForeignKey(
        Line,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="routes",
        verbose_name=_("line"),
        help_text=_("Empty: any."),
    )
    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="routes", verbose_name=_("gateway"))
    priority = models.PositiveSmallIntegerField(_("priority"), default=10, help_text=_("Lower goes first."))
    choice = models.CharField(
        _("among routes of the same rank"), max_length=6, choices=Choice, default=Choice.WEIGHT,
        db_default=Choice.WEIGHT, help_text=_("“Least cost first” holds for all of them as soon as one says so."),
    )  # fmt: skip
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, db_default=1, validators=[MinValueValidator(1)],
        help_text=_("Its share of the messages beside routes of the same rank."),
    )  # fmt: skip
    cost = models.PositiveIntegerField(
        _("cost of a part (rials)"), null=True, blank=True, help_text=_("What the operator charges us.")
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        ordering = ["priority", "id"]
        constraints = [
            models.UniqueConstraint(fields=["operator", "line", "gateway"], nulls_distinct=False, name="route_once")
        ]

    def __str__(self) -> str:
        return f"{self.operator or '*'} / {self.line or '*'} → {self.gateway}"
