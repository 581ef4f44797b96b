"""Telling the people of an account about its money (13.5)."""

from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Account
from billing.selectors import days_left
from billing.signals import credit_low
from common import showing
from common.notify import notify


@receiver(credit_low, dispatch_uid="billing-tell-low-credit")
def tell_low_credit(sender, account_id: int, balance: int, threshold: int, **kwargs) -> None:
    """By SMS and e-mail, at most once a day: a balance that swings about the threshold is told of once."""
    now = timezone.now()
    account = Account.objects.get(pk=account_id)
    with override("fa"):
        days = days_left(account, now)
        sentence = _("Your credit has fallen to %(balance)s.") % {"balance": showing.rials(balance)}
        pace = _("At the pace of the last two weeks it lasts %(days)s days.") % {"days": showing.number(days or 0)}
        notify(
            kind="credit.low",
            key=f"credit.low:{account_id}:{showing.day(now)}",
            subject=_("Your credit is running low"),
            text=sentence if days is None else f"{sentence} {pace}",
            account_id=account_id,
            mobile=account.mobile,
            email=account.email,
        )
