"""Polls and contests by SMS: options with keywords, votes, winners drawn so that anybody can check it (6.6)."""

import secrets

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet, User
from autoreply.models.rules import Rule
from numbers.models import Line


def new_seed() -> str:
    return secrets.token_hex(16)


class Poll(models.Model):
    """A question whose options are keywords. Each option is a rule, so it is matched, tested and logged as rules are.

    ``seed`` decides the draw and is made with the poll: its SHA-256 is shown from the beginning, the seed itself with
    the first draw, so nobody can choose it after seeing who took part.
    """

    class Counting(models.TextChoices):
        FIRST = "first", _("The first vote of a number counts")
        LAST = "last", _("The last vote of a number counts")
        ALL = "all", _("Every vote counts")

    account = models.ForeignKey(Account, models.CASCADE, related_name="polls", verbose_name=_("account"))
    line = models.ForeignKey(Line, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("line"))
    title = models.CharField(_("title"), max_length=120)
    counting = models.CharField(_("votes"), max_length=5, choices=Counting, default=Counting.FIRST)
    opens_at = models.DateTimeField(_("from"), null=True, blank=True)
    closes_at = models.DateTimeField(_("until"), null=True, blank=True)
    thanks = models.TextField(_("reply to a vote"), blank=True)
    again = models.TextField(_("reply to who has voted already"), blank=True)
    seed = models.CharField(max_length=64, default=new_seed, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("poll")
        verbose_name_plural = _("polls")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class PollOption(models.Model):
    """A choice. ``is_right`` marks the right answer of a contest; winners may be drawn among those who chose it."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="options")
    rule = models.OneToOneField(Rule, models.CASCADE, related_name="option")
    title = models.CharField(_("option"), max_length=80)
    is_right = models.BooleanField(_("right answer"), default=False)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class Vote(models.Model):
    """A counted vote. ``serial`` is 0 where a number has one vote, else the received message's id."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="votes")
    option = models.ForeignKey(PollOption, models.CASCADE, related_name="votes")
    msisdn = models.BigIntegerField(_("number"))
    serial = models.BigIntegerField(default=0)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [models.UniqueConstraint(fields=["poll", "msisdn", "serial"], name="vote_once")]

    def __str__(self) -> str:
        return f"{self.poll_id}/{self.msisdn}"


class Draw(models.Model):
    """A draw of winners: reproducible from the poll's seed, ``number`` and the participants. Added, never changed."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="draws")
    number = models.PositiveSmallIntegerField(_("draw"))
    only_right = models.BooleanField(_("among right answers"), default=False)
    participants = models.PositiveIntegerField(_("participants"))
    digest = models.CharField(max_length=64, help_text="SHA-256 of the sorted numbers, one a line")
    winners = models.JSONField(_("winners"))
    drawn_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    drawn_at = models.DateTimeField(_("drawn"), default=timezone.now)

    class Meta:
        verbose_name = _("draw")
        verbose_name_plural = _("draws")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["poll", "number"], name="draw_number_once")]

    def __str__(self) -> str:
        return f"{self.poll_id}/{self.number}"
