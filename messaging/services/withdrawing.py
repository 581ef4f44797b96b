"""Taking single messages back while their campaign still waits for its time."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.audit import record
from accounts.models import Account, User
from messaging.lifecycle import News, move
from messaging.models import Campaign, Chunk, Message, Status
from messaging.selectors import progress


@transaction.atomic
def cancel_messages(*, account: Account, ids: Iterable[int], by: User | None, now: datetime) -> set[int]:
    """Cancel those of the account's messages that wait for a scheduled time; the ids that were cancelled. Their price
    comes back. What has begun to leave stays as it is. A campaign whose last message goes is cancelled with it.

    Locks the campaigns in the order of their ids, then messages, then the wallet.
    """
    asked = dict(Message.objects.of(account).filter(id__in=set(ids)).values_list("id", "campaign_id"))
    waiting = Campaign.objects.select_for_update().filter(
        pk__in=set(asked.values()), state=Campaign.State.SCHEDULED, send_at__gt=now
    )
    campaigns = {campaign.pk: campaign for campaign in waiting.order_by("pk")}
    candidates = [pk for pk, campaign_id in asked.items() if campaign_id in campaigns]
    still = Message.objects.filter(id__in=candidates, status__lte=Status.QUEUED)
    chosen = sorted(still.values_list("id", flat=True))
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


def _close_if_empty(campaign: Campaign, now: datetime) -> None:
    if progress(campaign).waiting:
        return
    campaign.state, campaign.finished_at = Campaign.State.CANCELLED, now
    campaign.save(update_fields=["state", "finished_at"])
    Chunk.objects.filter(campaign=campaign, state=Chunk.State.HELD).update(state=Chunk.State.CANCELLED)
