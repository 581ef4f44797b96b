"""Contacts, groups and opt-outs."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, OwnedQuerySet
from numbers.models import Line


class Group(models.Model):
    """A named set of an account's contacts."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="contact_groups", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=80)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="group_name_once")]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person an account writes to; one row a number."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="contacts", verbose_name=_("account"))
    msisdn = models.BigIntegerField(_("mobile"), help_text=_("E.164 without the plus: 989121234567"))
    first_name = models.CharField(_("first name"), max_length=60, blank=True)
    last_name = models.CharField(_("last name"), max_length=60, blank=True)
    groups = models.ManyToManyField(Group, through="GroupMember", related_name="contacts", verbose_name=_("groups"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["last_name", "first_name", "id"]
        constraints = [models.UniqueConstraint(fields=["account", "msisdn"], name="contact_number_once")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or f"+{self.msisdn}"


class GroupMember(models.Model):
    """A contact's place in a group."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="members")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="memberships")

    class Meta:
        verbose_name = _("group member")
        verbose_name_plural = _("group members")
        constraints = [models.UniqueConstraint(fields=["group", "contact"], name="group_member_once")]

    def __str__(self) -> str:
        return f"{self.group_id}/{self.contact_id}"


class OptOut(models.Model):
    """A subscriber who does not want messages from a line («لغو11»), or from any line of the account (line empty)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="opt_outs", verbose_name=_("account"))
    line = models.ForeignKey(
        Line, models.CASCADE, null=True, blank=True, related_name="opt_outs", verbose_name=_("line")
    )
    msisdn = models.BigIntegerField(_("mobile"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("opt-out")
        verbose_name_plural = _("opt-outs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "line", "msisdn"], nulls_distinct=False, name="opt_out_once")
        ]

    def __str__(self) -> str:
        return f"+{self.msisdn}"


class BlockedNumber(models.Model):
    """A number on the operators' list of subscribers who refuse advertising (R4): skipped on advertising lines."""

    msisdn = models.BigIntegerField(_("mobile"), primary_key=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("blocked number")
        verbose_name_plural = _("operators' block list")

    def __str__(self) -> str:
        return f"+{self.msisdn}"
