"""Why some messages of a campaign did not arrive."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count

from messaging.models import Campaign, Status
from messaging.selectors.sent import SentFilter, sent_messages

MOST_REASONS = 20
FRESH_SECONDS = 10  # a page that shows progress asks every two seconds; counting a million rows does not


@dataclass(frozen=True, slots=True)
class Failure:
    """``error`` as messages carry it (see messaging.errors), with how many messages ended so."""

    error: str
    messages: int


def failures(campaign: Campaign) -> list[Failure]:
    """The reasons, the commonest first; at most ten seconds old."""
    key = f"failures:{campaign.pk}"
    rows = cache.get(key)
    if rows is None:
        ended = sent_messages(campaign.account, SentFilter(campaign=campaign)).filter(
            status__gt=Status.DELIVERED, error__isnull=False
        )
        counted = ended.order_by().values_list("error").annotate(count=Count("id")).order_by("-count", "error")
        rows = list(counted[:MOST_REASONS])
        cache.set(key, rows, FRESH_SECONDS)
    return [Failure(error, messages) for error, messages in rows]
