"""What people do with received messages: read, delete, restore, answer (4, 15)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account, User
from messaging.models import Campaign, InboundMessage, InboundPart, MessageClass
from messaging.services.once import wait_for_twin
from messaging.services.refusals import Refusal, SendRefused
from messaging.services.sending import send

MOST_AT_ONCE = 20_000
BATCH = 2_000


def mark_read(*, account: Account, ids: Iterable[int], now: datetime) -> int:
    """How many were unread until now."""
    return InboundMessage.objects.of(account).filter(pk__in=list(ids), read_at=None).update(read_at=now)


def mark_unread(*, account: Account, ids: Iterable[int]) -> int:
    """How many were read until now."""
    return InboundMessage.objects.of(account).filter(pk__in=list(ids), read_at__isnull=False).update(read_at=None)


def trash(*, account: Account, ids: Iterable[int], now: datetime) -> list[int]:
    """Into the trash; the ids of those that were not there yet."""
    mine = InboundMessage.objects.of(account).filter(pk__in=list(ids), deleted_at=None)
    moved = list(mine.values_list("pk", flat=True))
    mine.filter(pk__in=moved).update(deleted_at=now)
    return moved


def restore(*, account: Account, ids: Iterable[int]) -> int:
    """Out of the trash, back to the inbox; how many."""
    mine = InboundMessage.objects.of(account).filter(pk__in=list(ids), deleted_at__isnull=False)
    return mine.update(deleted_at=None)


@transaction.atomic
def delete_for_ever(*, account: Account, ids: Iterable[int]) -> int:
    """Those that are in the trash, with the parts that they came in; how many."""
    return _erase(InboundMessage.objects.of(account).filter(pk__in=list(ids), deleted_at__isnull=False))


def to_all(found: QuerySet[InboundMessage], change: Callable[[list[int]], object]) -> tuple[int, bool]:
    """Call ``change`` with the ids of everything found, in batches: how many, and whether more is left.

    At most 20,000 at once, the newest; each batch is a transaction of its own.
    """
    ids = list(found.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    for start in range(0, min(len(ids), MOST_AT_ONCE), BATCH):
        change(ids[start : min(start + BATCH, MOST_AT_ONCE)])
    return min(len(ids), MOST_AT_ONCE), len(ids) > MOST_AT_ONCE


def empty_old_trash(*, now: datetime) -> int:
    """Delete for ever what has been in anybody's trash for settings.TRASH_DAYS; how many. Safe to run again."""
    gone = 0
    old = InboundMessage.objects.filter(deleted_at__lt=now - timedelta(days=settings.TRASH_DAYS))
    while ids := list(old.order_by("deleted_at").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            gone += _erase(InboundMessage.objects.filter(pk__in=ids))
    return gone


def _erase(messages: QuerySet[InboundMessage]) -> int:
    """The parts go too: they hold the same words, and without their message they would seem to wait for others."""
    ids = list(messages.select_for_update().order_by("pk").values_list("pk", flat=True))
    InboundPart.objects.filter(message__in=ids).delete()
    InboundMessage.objects.filter(pk__in=ids).delete()
    return len(ids)


def answer(
    *,
    message: InboundMessage,
    text: str,
    by: User | None,
    now: datetime,
    form_token: UUID | None = None,
    is_test: bool = False,
) -> Campaign:
    """Send ``text`` to whoever sent ``message``, from the line that it came to, at once; the message counts as read.

    A ``form_token`` that comes again, even at the same moment, gets the campaign that is there. Raises SendRefused,
    NoTariff, InsufficientCredit; then nothing was sent or charged.
    """
    if not message.msisdn or message.line is None:
        raise SendRefused(
            Refusal.NO_RECIPIENTS, _("This sender has no mobile number, so it cannot be answered."), "text"
        )
    with transaction.atomic():
        if form_token:
            wait_for_twin(form_token)
            there = Campaign.objects.of(message.account).filter(form_token=form_token).first()
            if there:
                return there
        campaign = send(
            account=message.account,
            line=message.line,
            text=text,
            recipients=[message.msisdn],
            message_class=MessageClass.TRANSACTIONAL,
            kind=Campaign.Kind.REPLY,
            created_by=by,
            is_test=is_test,
            now=now,
        )
        if campaign.confirmed_at is None:
            raise SendRefused(Refusal.NO_RECIPIENTS, _why_nobody(campaign), "text")
        Campaign.objects.filter(pk=campaign.pk).update(form_token=form_token)
        mark_read(account=message.account, ids=[message.pk], now=now)
    return campaign


def _why_nobody(campaign: Campaign) -> str:
    if campaign.summary.get("opted_out"):
        return _("The recipient has asked for no more messages from this line; nothing was sent or charged.")
    if campaign.summary.get("blocked"):
        return _("The recipient is on the operators' block list for advertising; nothing was sent or charged.")
    return campaign.problem or _("There is no way to this number from this line at present; nothing was sent.")
