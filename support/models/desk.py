"""How the desk is arranged: units, promises of time, holidays, ready answers."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Priority(models.IntegerChoices):
    """The urgency of a ticket (SUP-2.5)."""

    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")
    URGENT = 4, _("Very high")


class Unit(models.Model):
    """A part of the business that answers tickets; each has its own queue (SUP-1.3). ``code`` is its stable name."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_fa = models.CharField(_("Persian name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    members = models.ManyToManyField(User, blank=True, related_name="support_units", verbose_name=_("who works there"))

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name_fa if (get_language() or "fa").startswith("fa") else self.name_en


class ServiceLevel(models.Model):
    """What is promised for a priority, in minutes of working time."""

    priority = models.SmallIntegerField(_("priority"), choices=Priority, unique=True)
    response_minutes = models.PositiveIntegerField(_("first answer within (working minutes)"))
    resolution_minutes = models.PositiveIntegerField(_("solved within (working minutes)"))

    class Meta:
        verbose_name = _("promise of time")
        verbose_name_plural = _("promises of time")
        ordering = ["-priority"]

    def __str__(self) -> str:
        return self.get_priority_display()


class Holiday(models.Model):
    """A day on which the desk does not work, Fridays apart."""

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("occasion"), max_length=80)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]

    def __str__(self) -> str:
        return self.name


class CannedAnswer(models.Model):
    """A ready answer, with the variables that support.selectors.filled knows."""

    title = models.CharField(_("title"), max_length=80)
    body = models.TextField(
        _("text"), help_text=_("{name}, {account}, {number}, {title}, {unit} and {staff} are filled in.")
    )
    unit = models.ForeignKey(
        Unit, models.CASCADE, null=True, blank=True, verbose_name=_("unit"), help_text=_("Empty: for every unit.")
    )

    class Meta:
        verbose_name = _("ready answer")
        verbose_name_plural = _("ready answers")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
