"""The hours in which an account lets its messages leave, whatever the line."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account


class QuietHours(models.Model):
    """Outside these minutes of the Tehran day nothing that the account sends leaves (2.5); no row: at any hour."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="quiet_hours", verbose_name=_("account"))
    opens_minute = models.SmallIntegerField(_("messages leave from"))
    closes_minute = models.SmallIntegerField(_("until"))

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_minute__gte=0)
                & Q(closes_minute__lte=24 * 60)
                & Q(opens_minute__lt=F("closes_minute")),
                name="quiet_hours_of_one_day",
            )
        ]

    def __str__(self) -> str:
        return str(self.account)

    @property
    def hours(self) -> tuple[int, int]:
        return self.opens_minute, self.closes_minute
