"""Sample messages (7)."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from messaging.models import SampleMessage


class SamplesFull(Exception):
    """The account has as many samples as it may."""

    def __str__(self) -> str:
        return _("You have %(most)d samples, which is all there is room for. Delete one that you no longer use.") % {
            "most": settings.SAMPLE_MESSAGES_MAX
        }


@transaction.atomic
def add_sample(*, account: Account, text: str, title: str = "", category: str = "") -> SampleMessage:
    """Keep a text; one that is kept already comes back as it is. Raises SamplesFull."""
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    mine = SampleMessage.objects.of(account)
    there = mine.filter(text=text).first() if not title else None
    if there:
        return there
    if mine.count() >= settings.SAMPLE_MESSAGES_MAX:
        raise SamplesFull
    return SampleMessage.objects.create(account=account, title=title, category=category.strip(), text=text)
