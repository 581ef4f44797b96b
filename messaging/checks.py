"""Proof that charges are messages × tariff: what was reserved is what rows cost, what came back is what they say."""

from dataclasses import dataclass

from django.db import connection

from messaging.models import Campaign


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: what is wrong with which campaign, in rials or messages."""

    campaign_id: int
    code: str
    sentence: str


_SUMS = """
SELECT c.id, c.price, r.charged, r.returned, s.price, s.returned, s.messages, c.recipients, s.uneven
FROM messaging_campaign c
LEFT JOIN credit_reservation r ON r.id = c.reservation_id
CROSS JOIN LATERAL (
    SELECT COALESCE(sum(m.price), 0) AS price, COALESCE(sum(m.returned), 0) AS returned,
           count(*) FILTER (WHERE m.error IS NULL OR m.error NOT IN
                            ('opted_out', 'blocked', 'no_route', 'unfit_text')) AS messages,
           count(*) FILTER (WHERE m.price %% m.parts <> 0 OR m.returned > m.price) AS uneven
    FROM messaging_chunk k JOIN messaging_message m ON m.id BETWEEN k.id * 1000 AND k.id * 1000 + k.size - 1
    WHERE k.campaign_id = c.id
) s
WHERE c.state = ANY(%(states)s) AND (%(account)s::bigint IS NULL OR c.account_id = %(account)s)
"""

_COUNTS = """
SELECT c.id FROM messaging_campaign c
CROSS JOIN LATERAL (
    SELECT bool_and(COALESCE(a.n, 0) = COALESCE(b.n, 0)) AS same
    FROM (
        SELECT m.status, count(*) AS n FROM messaging_chunk k
        JOIN messaging_message m ON m.id BETWEEN k.id * 1000 AND k.id * 1000 + k.size - 1
        WHERE k.campaign_id = c.id GROUP BY m.status
    ) a FULL JOIN (
        SELECT status, sum(messages) AS n FROM messaging_statuscount WHERE campaign_id = c.id
        GROUP BY status HAVING sum(messages) <> 0
    ) b USING (status)
) compared
WHERE NOT compared.same AND c.state = ANY(%(states)s) AND (%(account)s::bigint IS NULL OR c.account_id = %(account)s)
"""

CONFIRMED = [
    Campaign.State.SCHEDULED,
    Campaign.State.QUEUED,
    Campaign.State.RUNNING,
    Campaign.State.PAUSED,
    Campaign.State.FINISHED,
    Campaign.State.CANCELLED,
]


def check_charges(*, account_id: int | None = None) -> list[Problem]:
    """Every confirmed campaign: reserved = sum of its messages' prices, returned = sum of what they say came back,
    no message lost or added, and the counts that pages show are the rows'. One snapshot, reads only."""
    parameters = {"states": [str(state) for state in CONFIRMED], "account": account_id}
    problems = []
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, parameters)
        for row in cursor:
            problems += _compare(*row)
        cursor.execute(_COUNTS, parameters)
        problems += [Problem(row[0], "counts", "the counts shown are not those of the rows") for row in cursor]
    return problems


def _compare(campaign_id, price, charged, returned, rows_price, rows_returned, messages, recipients, uneven):
    if charged is None:
        yield Problem(campaign_id, "not_charged", "the campaign was let go without a reservation")
        return
    if not price == charged == rows_price:
        yield Problem(campaign_id, "charge", f"quoted {price}, charged {charged}, rows cost {rows_price} rials")
    if returned != rows_returned:
        yield Problem(campaign_id, "returns", f"returned {returned} rials, rows say {rows_returned}")
    if messages != recipients:
        yield Problem(campaign_id, "messages", f"{recipients} recipients were charged, {messages} rows stand")
    if uneven:
        yield Problem(campaign_id, "price", f"{uneven} messages whose price is not parts × tariff")
