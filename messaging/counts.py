"""Counts from inserted changes: nobody updates a hot row; the changes of a campaign are summed up now and then."""

from collections.abc import Iterable

from django.db import connection, transaction

from messaging.models import Status


def counts_of(campaign_ids: Iterable[int]) -> dict[int, dict[Status, int]]:
    """campaign id → status → messages, statuses without messages left out."""
    ids = list(campaign_ids)
    found: dict[int, dict[Status, int]] = {campaign_id: {} for campaign_id in ids}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT campaign_id, status, sum(messages) FROM messaging_statuscount WHERE campaign_id = ANY(%s) "
            "GROUP BY campaign_id, status HAVING sum(messages) <> 0",
            [ids],
        )
        for campaign_id, status, messages in cursor:
            found[campaign_id][Status(status)] = int(messages)
    return found


_SQUASH = """
WITH gone AS (
    DELETE FROM messaging_statuscount WHERE campaign_id = %s
    RETURNING campaign_id, status, messages, parts
)
INSERT INTO messaging_statuscount (campaign_id, status, messages, parts)
SELECT campaign_id, status, sum(messages), sum(parts) FROM gone
GROUP BY campaign_id, status HAVING sum(messages) <> 0 OR sum(parts) <> 0
"""


def squash(*, at_least: int = 50) -> int:
    """Sum up the changes of every campaign that has gathered ``at_least`` of them; how many campaigns."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT campaign_id FROM messaging_statuscount GROUP BY campaign_id HAVING count(*) >= %s", [at_least]
        )
        campaigns = [row[0] for row in cursor]
        for campaign_id in campaigns:
            with transaction.atomic():
                cursor.execute(_SQUASH, [campaign_id])
    return len(campaigns)
