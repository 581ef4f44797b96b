"""Figures that are kept so that no page counts messages, and files made in the background."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, User
from messaging.models import Campaign, MessageClass, Status
from numbers.models import Line, Operator


class DailyFigure(models.Model):
    """How many messages of an account that were alike in all these ways left on one day of Tehran's calendar.

    Summed from the messages by ``reports.rolling``; tests (W1) are in none. ``error`` is as messages carry it, "" where
    nothing went wrong. A day is summed again until 24 hours after its end (8.2); then it stays.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField(_("day"))
    line = models.ForeignKey(Line, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    operator = models.ForeignKey(Operator, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Campaign.Kind)
    message_class = models.SmallIntegerField(_("class"), choices=MessageClass)
    status = models.SmallIntegerField(_("status"), choices=Status)
    error = models.CharField(_("error"), max_length=40, blank=True)
    messages = models.BigIntegerField(_("messages"))
    parts = models.BigIntegerField(_("parts"))
    price = models.BigIntegerField(_("price (rials)"))
    returned = models.BigIntegerField(_("returned (rials)"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("day's figure")
        verbose_name_plural = _("days' figures")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day", "line", "operator", "kind", "message_class", "status", "error"],
                name="daily_figure_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.messages}"


class ReceivedFigure(models.Model):
    """How many messages came in to one line of an account on one day of Tehran's calendar."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField(_("day"))
    line = models.ForeignKey(Line, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    messages = models.BigIntegerField(_("messages"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("day's received messages")
        verbose_name_plural = _("days' received messages")
        constraints = [models.UniqueConstraint(fields=["account", "day", "line"], name="received_figure_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.messages}"


class Rolled(models.Model):
    """When an account's figures were summed last. Locked while they are."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")
    rolled_at = models.DateTimeField(_("summed"))

    class Meta:
        verbose_name = _("summing of figures")
        verbose_name_plural = _("summings of figures")

    def __str__(self) -> str:
        return f"{self.account_id} {self.rolled_at:%Y-%m-%d %H:%M}"


class Export(models.Model):
    """A list that an account asked for as a file, made in the background; one of an account at a time.

    A CSV grows from its last checkpoint (``cursor``, ``octets``) after a kill; a workbook is begun again.
    """

    class Kind(models.TextChoices):
        SENT = "sent", _("Sent messages")
        RECEIVED = "received", _("Received messages")
        LEDGER = "ledger", _("Credit history")

    class Form(models.TextChoices):
        XLSX = "xlsx", _("Excel workbook")
        CSV = "csv", _("CSV file")

    class State(models.TextChoices):
        """waiting → running → ready → expired; waiting | running → failed. reports.exporting moves it."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Deleted")

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("account"))
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked for by"))
    kind = models.CharField(_("list"), max_length=10, choices=Kind)
    form = models.CharField(_("form"), max_length=4, choices=Form, default=Form.XLSX)
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    language = models.CharField(_("language"), max_length=2, default="fa")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    rows = models.BigIntegerField(_("rows"), default=0)
    rows_expected = models.BigIntegerField(_("rows expected"), null=True)
    newest = models.BigIntegerField(null=True, editable=False)  # rows that come after it was asked for are left out
    cursor = models.BigIntegerField(null=True, editable=False)
    octets = models.BigIntegerField(default=0, editable=False)
    path = models.CharField(max_length=200, blank=True, editable=False)
    filename = models.CharField(_("file name"), max_length=100, blank=True)
    size = models.BigIntegerField(_("size (octets)"), default=0)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now, editable=False)
    ready_at = models.DateTimeField(_("ready"), null=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(state="running"), name="export_one_at_a_time")
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="export_account"),
            models.Index(fields=["id"], condition=Q(state__in=["waiting", "running"]), name="export_open"),
            models.Index(fields=["expires_at"], condition=Q(state="ready"), name="export_kept"),
        ]

    def __str__(self) -> str:
        return self.filename or f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.WAITING, self.State.RUNNING}

    @property
    def percent(self) -> int | None:
        """Of the rows expected, at most 99 before it is ready; None where they were not counted."""
        if not self.rows_expected:
            return None
        return min(99, int(self.rows * 100 / self.rows_expected))
