"""How far a campaign has come: sums of its counts, never a count of its messages."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Sum

from messaging.models import Campaign, Status, StatusCount

_WAITING = (Status.DRAFT, Status.SCHEDULED, Status.QUEUED, Status.SUBMITTING)
_NOT_RECIPIENTS = (Status.BLOCKED,)


@dataclass(frozen=True, slots=True)
class Progress:
    """Messages of a campaign by what became of them. ``total`` is without those that were never to be sent (blocked);
    ``percent`` (0–100) is how many of them no longer wait to be handed to an operator."""

    total: int = 0
    waiting: int = 0
    submitted: int = 0
    delivered: int = 0
    undelivered: int = 0
    failed: int = 0
    cancelled: int = 0
    blocked: int = 0
    unknown: int = 0
    percent: int = 0
    by_status: dict[Status, int] = field(default_factory=dict)

    @property
    def sent(self) -> int:
        """Handed to an operator, whatever came of it."""
        return self.submitted + self.delivered + self.undelivered

    @property
    def delivered_percent(self) -> float:
        """Of those handed over; 0 before any is."""
        return round(self.delivered * 100 / self.sent, 1) if self.sent else 0

    def share(self, count: int) -> float:
        """Per cent of the total, for the width of a bar."""
        return round(count * 100 / self.total, 2) if self.total else 0


def progress(campaign: Campaign) -> Progress:
    """The campaign's counts now; one query."""
    return progress_of([campaign])[campaign.pk]


def progress_of(campaigns: Iterable[Campaign]) -> dict[int, Progress]:
    """Campaign id → its counts, for a page of campaigns; one query."""
    ids = [campaign.pk for campaign in campaigns]
    counts: dict[int, dict[Status, int]] = {pk: {} for pk in ids}
    rows = StatusCount.objects.filter(campaign_id__in=ids).values_list("campaign_id", "status")
    for campaign_id, status, messages in rows.annotate(count=Sum("messages")).order_by():
        if messages:
            counts[campaign_id][Status(status)] = messages
    return {pk: summed(by_status) for pk, by_status in counts.items()}


def summed(by_status: dict[Status, int]) -> Progress:
    """Counts by status, gathered into what people ask about."""

    def of(*statuses: Status) -> int:
        return sum(by_status.get(status, 0) for status in statuses)

    total = sum(by_status.values()) - of(*_NOT_RECIPIENTS)
    waiting = of(*_WAITING)
    return Progress(
        total=total,
        waiting=waiting,
        submitted=of(Status.SUBMITTED),
        delivered=of(Status.DELIVERED),
        undelivered=of(Status.UNDELIVERED, Status.EXPIRED),
        failed=of(Status.REJECTED, Status.FAILED),
        cancelled=of(Status.CANCELLED),
        blocked=of(Status.BLOCKED),
        unknown=of(Status.UNKNOWN),
        percent=int((total - waiting) * 100 / total) if total else 0,
        by_status=dict(sorted(by_status.items())),
    )
