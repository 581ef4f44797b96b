"""From what was written down to events with ids that only grow, and to what each endpoint is owed."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from webservice.webhooks.listening import KEPT
from webservice.webhooks.models import Attempt, Delivery, Event, EventType, Outgoing

TRIED = timedelta(hours=24)
AT_ONCE = 2000
_LOCK = 0x57484B  # "WHK": the first key of the advisory lock, the account being the second

_PUBLISH = f"""
WITH first AS (
    SELECT id FROM webservice_outgoing WHERE account_id = %(account)s ORDER BY id LIMIT %(most)s
), taken AS (
    DELETE FROM webservice_outgoing o USING first WHERE o.id = first.id RETURNING o.*
), published AS (
    INSERT INTO webservice_event (account_id, type, subject, data, at, published_at)
    SELECT account_id, type, subject, data, at, %(now)s FROM taken ORDER BY id
    RETURNING id, type, subject
), owed AS (
    INSERT INTO webservice_delivery (endpoint_id, event_id, subject, state, attempts, next_at, give_up_at)
    SELECT e.id, p.id, p.subject, {Delivery.State.PENDING:d}, 0, %(now)s, %(give_up_at)s
    FROM published p JOIN webservice_endpoint e ON e.account_id = %(account)s AND p.type = ANY(e.events)
    ORDER BY p.id
)
SELECT count(*) FROM published
"""  # noqa: S608


def publish(*, now: datetime) -> int:
    """Publish everything that is committed; how many events. Safe beside itself: an account has one publisher."""
    waiting = Outgoing.objects.order_by().values_list("account_id", flat=True).distinct()
    return sum(_publish_account(account_id, now=now) for account_id in list(waiting))


def _publish_account(account_id: int, *, now: datetime) -> int:
    published = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            if not lock_account(account_id):
                return published
            cursor.execute(_PUBLISH, {"account": account_id, "most": AT_ONCE, "now": now, "give_up_at": now + TRIED})
            (count,) = cursor.fetchone()
        published += count
        if count < AT_ONCE:
            return published


def lock_account(account_id: int, *, wait: bool = False) -> bool:
    """Become the account's publisher until the transaction ends. Ids are then given in the order of commits."""
    function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_LOCK, account_id % 2**31])
        return cursor.fetchone()[0] is not False


def publish_own(*, account_id: int, kind: EventType, data: dict, now: datetime) -> Event:
    """An event of the webhooks themselves, at once; the caller decides who gets it. In the caller's transaction."""
    lock_account(account_id, wait=True)
    return Event.objects.create(account_id=account_id, type=kind, data=data, at=now, published_at=now)


def forget(*, now: datetime) -> int:
    """Delete what is past its week: attempts, deliveries, events; how many events. What is still owed to a paused
    endpoint goes as well."""
    before = now - KEPT
    Attempt.objects.filter(at__lt=before).delete()
    forgotten = 0
    while True:
        old = list(Event.objects.filter(published_at__lt=before).order_by("published_at").values_list("pk")[:AT_ONCE])
        ids = [row[0] for row in old]
        Delivery.objects.filter(event__in=ids).delete()
        Event.objects.filter(pk__in=ids).delete()
        forgotten += len(ids)
        if len(ids) < AT_ONCE:
            return forgotten
