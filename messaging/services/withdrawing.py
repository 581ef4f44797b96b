"""Taking single messages back before they are handed to an operator."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.audit import record
from accounts.models import Account, User
from messaging.lifecycle import News, move
from messaging.models import Campaign, Chunk, Message, Status
from messaging.selectors import progress

_WAITING = (Chunk.State.HELD, Chunk.State.READY, Chunk.State.PAUSED)
_LEAVING = (Campaign.State.QUEUED, Campaign.State.RUNNING, Campaign.State.PAUSED)


@transaction.atomic
def cancel_messages(
    *, account: Account, ids: Iterable[int], by: User | None, now: datetime, only_scheduled: bool = False
) -> set[int]:
    """Cancel those of the account's messages that were not handed over; the ids that were cancelled (W2). Their price
    comes back. What a bind holds at this moment counts as handed over. A campaign of which nothing is left to go, and
    nothing went, is cancelled with its last message.

    ``only_scheduled`` leaves out what waits for no time, its campaign's or its own (2.3). Locks the
    campaigns in the order of their ids, then chunks, messages and the wallet.
    """
    asked = dict(Message.objects.of(account).filter(id__in=set(ids)).values_list("id", "campaign_id"))
    campaigns = _locked(set(asked.values()), now, only_scheduled=only_scheduled)
    candidates = [pk for pk, campaign_id in asked.items() if campaign_id in campaigns]
    chosen = _not_handed_over(candidates)
    if only_scheduled:
        timed = _held_until_later(chosen, now)
        whole = {pk for pk, campaign in campaigns.items() if campaign.state == Campaign.State.SCHEDULED}
        chosen = [pk for pk in chosen if asked[pk] in whole or pk // Chunk.SIZE in timed]
    chosen.sort()
    move([News(pk, Status.CANCELLED, now, "cancelled") for pk in chosen])
    for campaign_id, campaign in campaigns.items():
        count = sum(asked[pk] == campaign_id for pk in chosen)
        if count:
            _close_if_empty(campaign, now)
            details = {"messages": count}
            record(
                action="messages.cancelled", user=by, account=account, target=f"campaign:{campaign_id}", details=details
            )
    return set(chosen)


def _locked(campaign_ids: set[int], now: datetime, *, only_scheduled: bool) -> dict[int, Campaign]:
    campaigns = Campaign.objects.select_for_update().filter(pk__in=campaign_ids)
    if only_scheduled:
        campaigns = campaigns.filter(Q(state=Campaign.State.SCHEDULED, send_at__gt=now) | Q(state__in=_LEAVING))
    else:
        campaigns = campaigns.filter(state__in=[Campaign.State.SCHEDULED, *_LEAVING])
    return {campaign.pk: campaign for campaign in campaigns.order_by("pk")}


def _not_handed_over(ids: list[int]) -> list[int]:
    """Those whose chunk nobody holds. A chunk that a bind is just taking is passed over, never waited for: that bind
    holds it and will ask for the campaign, which we hold."""
    chunks = Chunk.objects.select_for_update(skip_locked=True, no_key=True).filter(
        pk__in={pk // Chunk.SIZE for pk in ids}, state__in=_WAITING
    )
    cursors = dict(chunks.order_by("pk").values_list("pk", "cursor"))
    rows = Message.objects.filter(id__in=[pk for pk in ids if pk // Chunk.SIZE in cursors], status__lte=Status.QUEUED)
    return [pk for pk, attempts in rows.values_list("id", "attempts") if attempts or pk > cursors[pk // Chunk.SIZE]]


def _held_until_later(ids: Iterable[int], now: datetime) -> set[int]:
    held = Chunk.objects.filter(pk__in={pk // Chunk.SIZE for pk in ids}, state=Chunk.State.HELD, due_at__gt=now)
    return set(held.values_list("pk", flat=True))


def _close_if_empty(campaign: Campaign, now: datetime) -> None:
    """Where messages have left, the sweeper ends the campaign as sent once none of its chunks is left to go."""
    if progress(campaign).waiting:
        return
    Chunk.objects.filter(campaign=campaign, state__in=_WAITING).update(state=Chunk.State.CANCELLED)
    if campaign.started_at is None:
        campaign.state, campaign.finished_at, campaign.wire_text = Campaign.State.CANCELLED, now, None
        campaign.save(update_fields=["state", "finished_at", "wire_text"])
