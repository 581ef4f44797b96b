"""Sends that come again (2.5), and each time that one of them came."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, User
from messaging.anniversaries import Calendar
from messaging.models.campaigns import Campaign, Upload
from messaging.recurrence import Frequency, Rule
from numbers.models import Line


class RecurringSend(models.Model):
    """What is sent again and again, to whom, and when. Recipients are read anew each time: groups as they are then."""

    class Frequency(models.TextChoices):
        DAILY = Frequency.DAILY, _("Every day")
        WEEKLY = Frequency.WEEKLY, _("On days of the week")
        MONTHLY = Frequency.MONTHLY, _("On a day of the month")
        DATES = Frequency.DATES, _("On a date of each contact, such as the birthday")

    class Calendar(models.TextChoices):
        JALALI = Calendar.JALALI, _("Jalali")
        GREGORIAN = Calendar.GREGORIAN, _("Gregorian")

    class ShortCredit(models.TextChoices):
        SKIP = "skip", _("Skip this time and tell me")
        RETRY = "retry", _("Tell me and try again for a day")

    class State(models.TextChoices):
        """active ⇄ paused, by people; → ended by people, or when its last time has come."""

        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    account = models.ForeignKey(Account, models.PROTECT, related_name="recurring_sends", verbose_name=_("account"))
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("created by"))
    line = models.ForeignKey(Line, models.PROTECT, related_name="+", verbose_name=_("line"))
    title = models.CharField(_("title"), max_length=120, blank=True)
    text = models.TextField(_("text"))
    sources = models.JSONField(_("sources"), default=dict, help_text="typed, groups, contacts, column")
    upload = models.ForeignKey(Upload, models.SET_NULL, null=True, related_name="+", verbose_name=_("file"))
    validity_minutes = models.PositiveIntegerField(_("validity (minutes)"), null=True)
    frequency = models.CharField(_("repeats"), max_length=10, choices=Frequency)
    weekdays = models.JSONField(_("days of the week"), default=list, help_text="Monday 0 … Sunday 6")
    day = models.SmallIntegerField(_("day of the month"), default=1)
    minute = models.SmallIntegerField(_("minute of the day"))
    date_key = models.CharField(_("date of the contact"), max_length=30, blank=True, default="", db_default="")
    calendar = models.CharField(
        _("calendar"), max_length=9, choices=Calendar, default=Calendar.JALALI, db_default=Calendar.JALALI.value
    )
    offset_days = models.SmallIntegerField(_("days after the date"), default=0, db_default=0)
    ends_at = models.DateTimeField(_("ends"), null=True)
    most = models.PositiveIntegerField(_("number of times"), null=True)
    short_credit = models.CharField(_("without credit"), max_length=10, choices=ShortCredit, default=ShortCredit.SKIP)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    times = models.PositiveIntegerField(_("times so far"), default=0)
    next_at = models.DateTimeField(_("next time"), null=True)
    form_token = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("recurring send")
        verbose_name_plural = _("recurring sends")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["account", "form_token"], name="recurring_form_once")]
        indexes = [models.Index(fields=["next_at"], condition=Q(state="active"), name="recurring_due")]

    def __str__(self) -> str:
        return self.title or self.text[:40]

    @property
    def rule(self) -> Rule:
        return Rule(Frequency(self.frequency), self.minute, frozenset(self.weekdays), self.day)


class Occurrence(models.Model):
    """One time that a recurring send came; made in the transaction that makes its campaign, so never twice."""

    class State(models.TextChoices):
        """planning → sent | waiting (no credit yet) → sent; planning | waiting → skipped, failed; or missed at once."""

        PLANNING = "planning", _("Being prepared")
        WAITING = "waiting", _("Waiting for credit")
        SENT = "sent", _("Paid and sent")
        SKIPPED = "skipped", _("Skipped")
        FAILED = "failed", _("Failed")
        MISSED = "missed", _("Missed")

    recurring = models.ForeignKey(RecurringSend, models.CASCADE, related_name="occurrences")
    due_at = models.DateTimeField(_("time"))
    campaign = models.OneToOneField(Campaign, models.SET_NULL, null=True, related_name="occurrence")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNING)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("occurrence")
        verbose_name_plural = _("occurrences")
        ordering = ["-due_at"]
        constraints = [models.UniqueConstraint(fields=["recurring", "due_at"], name="occurrence_once")]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["planning", "waiting"]), name="occurrence_unsettled")
        ]

    def __str__(self) -> str:
        return f"{self.recurring_id} {self.due_at:%Y-%m-%d %H:%M}"


class Anniversary(models.Model):
    """A number that a send on contacts' dates has taken up, once for each year of its calendar: whatever happens to the
    contact and its date meanwhile, it gets the message once a year (2.5)."""

    recurring = models.ForeignKey(RecurringSend, models.CASCADE, related_name="anniversaries")
    occurrence = models.ForeignKey(Occurrence, models.CASCADE, related_name="anniversaries")
    year = models.SmallIntegerField()
    msisdn = models.BigIntegerField()

    class Meta:
        verbose_name = _("anniversary")
        verbose_name_plural = _("anniversaries")
        constraints = [models.UniqueConstraint(fields=["recurring", "year", "msisdn"], name="anniversary_once_a_year")]

    def __str__(self) -> str:
        return f"{self.recurring_id} {self.year} +{self.msisdn}"
