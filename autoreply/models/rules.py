"""What an account answers to what: rules with their keywords, and each line's reply to everything else (6)."""

import secrets

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet
from common.crypto import EncryptedTextField
from numbers.models import Line, validate_hours
from phonebook.models import Group

EVERY_DAY = 0b111_1111


def new_secret() -> str:
    return secrets.token_hex(32)


class Book(models.Model):
    """An account that has an auto-responder. Locked while its messages are answered, so that one at a time does it;
    ``version`` grows with every change of the rules, and a process that knows an older one reads them again."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")
    version = models.BigIntegerField(default=0)
    told_no_credit_on = models.DateField(null=True)
    secret = EncryptedTextField(default=new_secret)  # signs what is forwarded to web addresses

    class Meta:
        verbose_name = _("auto-responder")
        verbose_name_plural = _("auto-responders")

    def __str__(self) -> str:
        return str(self.pk)


class Match(models.IntegerChoices):
    """How a keyword is looked for in a text; the smaller goes first among rules of one priority (6.3)."""

    EXACT = 0, _("The whole text")
    FIRST_WORD = 1, _("The beginning of the text")
    CONTAINS = 2, _("Anywhere in the text")


class Rule(models.Model):
    """When one of the keywords comes to the line (or any line of the account), reply, or do more (6.1, 6.6)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="reply_rules", verbose_name=_("account"))
    line = models.ForeignKey(
        Line, models.CASCADE, null=True, blank=True, related_name="reply_rules", verbose_name=_("line")
    )
    reply = models.TextField(_("reply"), blank=True)
    match = models.SmallIntegerField(_("keyword is"), choices=Match, default=Match.EXACT)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=5, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    is_enabled = models.BooleanField(_("on"), default=True)
    active_from = models.DateTimeField(_("active from"), null=True, blank=True)
    active_until = models.DateTimeField(_("active until"), null=True, blank=True)
    weekdays = models.PositiveSmallIntegerField(_("days"), default=EVERY_DAY)  # bit 0 is Saturday
    hours = models.CharField(_("hours"), max_length=11, blank=True, validators=[validate_hours])
    joins = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("add the sender to")
    )
    leaves = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("take the sender out of")
    )
    forward_url = models.CharField(_("forward to a web address"), max_length=500, blank=True)
    forward_to = models.BigIntegerField(_("forward to a mobile"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("auto-reply rule")
        verbose_name_plural = _("auto-reply rules")
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="reply_rule_account")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Keyword(models.Model):
    """One keyword of a rule: as it was written, and folded as texts are for matching (6.4)."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="keywords")
    written = models.CharField(_("keyword"), max_length=60)
    folded = models.CharField(max_length=120, db_index=True)

    class Meta:
        verbose_name = _("keyword")
        verbose_name_plural = _("keywords")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["rule", "folded"], name="reply_keyword_once")]

    def __str__(self) -> str:
        return self.written


class LineReply(models.Model):
    """What a line answers to a message that no rule answers (6.3), and how many answers one sender gets (6.5)."""

    PER_HOUR, PER_DAY = 5, 20

    line = models.OneToOneField(Line, models.CASCADE, primary_key=True, related_name="reply_settings")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("account"))
    default_reply = models.TextField(_("default reply"), blank=True)
    is_enabled = models.BooleanField(_("on"), default=True)
    per_hour = models.PositiveSmallIntegerField(_("answers to one sender in an hour"), default=PER_HOUR)
    per_day = models.PositiveSmallIntegerField(_("answers to one sender in a day"), default=PER_DAY)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("default reply")
        verbose_name_plural = _("default replies")
        constraints = [
            models.CheckConstraint(condition=Q(per_hour__gte=1, per_day__gte=1), name="reply_limits_positive")
        ]

    def __str__(self) -> str:
        return str(self.line_id)
