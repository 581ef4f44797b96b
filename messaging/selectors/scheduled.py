"""What was paid for and has not left yet (5.3): whole sends, and their single messages."""

from datetime import datetime

from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Account
from messaging.models import Campaign, Chunk, Message, Status
from messaging.selectors.concealing import OPEN_TO_SEARCH
from messaging.selectors.search import matching_number
from numbers.models import Line

_UNDER_WAY = (Campaign.State.SCHEDULED, Campaign.State.QUEUED, Campaign.State.RUNNING, Campaign.State.PAUSED)


def scheduled(
    account: Account,
    *,
    text: str = "",
    line: Line | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Campaign]:
    """Sends that wait for their time or were paused before it, and those of which rows with times of their own still
    wait (2.3), each with ``leaves_at``; the next to leave first. ``since`` ≤ leaves_at < ``until``."""
    own = Chunk.objects.filter(campaign=OuterRef("pk"), state=Chunk.State.HELD, due_at__isnull=False)
    waits = Q(state=Campaign.State.SCHEDULED) | Q(
        state=Campaign.State.PAUSED, send_at__isnull=False, started_at__isnull=True
    )
    found = Campaign.objects.of(account).filter(waits | Q(Exists(own), state__in=_UNDER_WAY))
    first_own = Subquery(own.order_by("due_at").values("due_at")[:1])
    found = found.annotate(leaves_at=Coalesce(F("send_at"), first_own), next_own_at=first_own)
    if text:
        found = found.filter(Q(title__icontains=text) | Q(text__icontains=text))
    if line:
        found = found.filter(line=line)
    if since:
        found = found.filter(leaves_at__gte=since)
    if until:
        found = found.filter(leaves_at__lt=until)
    return found.select_related("line", "created_by").order_by("leaves_at", "id")


def scheduled_messages(
    account: Account, *, recipient: str = "", campaign: Campaign | None = None, line: Line | None = None
) -> QuerySet[Message]:
    """One row a recipient of those sends, as long as it waits; each with ``leaves_at``, the newest first. Found by the
    range of the ids of the sends that wait, so the rest of the sent messages costs nothing."""
    sends = scheduled(account)
    if campaign:
        sends = sends.filter(pk=campaign.pk)
    ids = sends.order_by().aggregate(first=Min("first_id"), last=Max("last_id"))
    if ids["first"] is None:
        return Message.objects.none()
    held = Chunk.objects.filter(pk=OuterRef("id") / Chunk.SIZE, state=Chunk.State.HELD)
    found = Message.objects.of(account).filter(Exists(held), id__range=(ids["first"], ids["last"]))
    found = found.filter(campaign__in=list(sends.values_list("pk", flat=True)), status__lte=Status.QUEUED)
    if recipient:
        found = found.filter(matching_number(recipient), OPEN_TO_SEARCH)
    if line:
        found = found.filter(line=line)
    own_time = Subquery(held.values("due_at")[:1])
    found = found.annotate(leaves_at=Coalesce(own_time, F("campaign__send_at")))
    return found.select_related("campaign", "line").order_by("-id")
