"""Summing the days' figures from what happened: set-based, idempotent, an account at a time (8.3).

A message counts on the day on which it was handed to an operator; one that never was, on the day on which that was
settled; one that still waits, today. Since none of these is later than the end of its campaign, the campaigns that had
not ended before the first day to sum are all that need be read, each by its range of the primary key.
"""

from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db import connection, transaction

from accounts.models import Account
from common.jalali import TEHRAN, in_tehran
from messaging.models import Status
from reports.models import Rolled

FINAL_DAYS = 2  # a day is summed again on the two days after it, so until 24 hours after its end (8.2)
FRESH = timedelta(seconds=20)
LIVE_CAMPAIGNS = 500  # what a page sums by itself; more is summed by a task, and the page says as of when
LIVE_MESSAGES = 20_000
NUDGE_SECONDS = 30
EVERY = timedelta(minutes=10)
_FIRST_DAY = datetime(2000, 1, 1, tzinfo=TEHRAN)

_ALIVE = """
    SELECT {columns} FROM messaging_campaign
    WHERE account_id = %(account)s AND finished_at IS NULL AND state IN ('queued', 'running', 'paused')
        AND confirmed_at IS NOT NULL AND first_id IS NOT NULL AND NOT is_test
    UNION ALL
    SELECT {columns} FROM messaging_campaign
    WHERE account_id = %(account)s AND finished_at IS NOT NULL AND finished_at >= %(since)s
        AND confirmed_at IS NOT NULL AND first_id IS NOT NULL AND NOT is_test
"""
_CAMPAIGNS = _ALIVE.format(
    columns="id, kind, message_class, first_id, last_id, finished_at,"
    " COALESCE(started_at, send_at, confirmed_at) AS began"
)
# The grouping inside LATERAL keeps the planner at ranges of the primary key, whatever it thinks of their size.
_SUM_SENT = f"""
INSERT INTO reports_dailyfigure
    (account_id, day, line_id, operator_id, kind, message_class, status, error, messages, parts, price, returned)
SELECT %(account)s, f.day, f.line_id, f.operator_id, c.kind, c.message_class, f.status, f.error,
    sum(f.messages), sum(f.parts), sum(f.price), sum(f.returned)
FROM ({_CAMPAIGNS}) c CROSS JOIN LATERAL (
    SELECT m.line_id, m.operator_id, m.status,
        CASE WHEN m.status > {Status.DELIVERED:d} OR m.status = {Status.UNKNOWN:d}
             THEN COALESCE(m.error, '') ELSE '' END AS error,
        (CASE WHEN m.status < {Status.UNKNOWN:d} THEN %(now)s
              ELSE COALESCE(m.submitted_at,
                            CASE WHEN m.status <> {Status.BLOCKED:d} THEN LEAST(m.final_at, c.finished_at) END,
                            c.began)
         END AT TIME ZONE 'Asia/Tehran')::date AS day,
        count(*) AS messages, sum(m.parts) AS parts, sum(m.price) AS price, sum(m.returned) AS returned
    FROM messaging_message m
    WHERE m.id BETWEEN c.first_id AND c.last_id AND m.campaign_id = c.id
    GROUP BY 1, 2, 3, 4, 5
) f
WHERE f.day >= %(day)s AND f.day <= %(today)s
GROUP BY f.day, f.line_id, f.operator_id, c.kind, c.message_class, f.status, f.error
"""  # noqa: S608
_SUM_RECEIVED = """
INSERT INTO reports_receivedfigure (account_id, day, line_id, messages)
SELECT account_id, (received_at AT TIME ZONE 'Asia/Tehran')::date, line_id, count(*)
FROM messaging_inboundmessage
WHERE account_id = %(account)s AND received_at >= %(since)s AND received_at < %(until)s AND line_id IS NOT NULL
GROUP BY 1, 2, 3
"""
_WEIGHT = f"""
SELECT count(*), COALESCE(sum(recipients), 0) FROM
    (SELECT recipients FROM ({_ALIVE.format(columns="recipients")}) alive LIMIT %(most)s) bounded
"""  # noqa: S608
_RECEIVED_WEIGHT = """
SELECT count(*) FROM (SELECT FROM messaging_inboundmessage
    WHERE account_id = %(account)s AND received_at >= %(since)s LIMIT %(most)s) bounded
"""


def roll(account: Account, *, now: datetime) -> datetime:
    """Sum the days that are not final yet, and all before them that were never summed; ``now``.

    The first time, that is all that the account ever sent. Safe to run twice and beside itself.
    """
    with transaction.atomic():
        _made, is_new = Rolled.objects.get_or_create(account=account, defaults={"rolled_at": now})
        rolled = Rolled.objects.select_for_update().get(pk=account.pk)
        since = _FIRST_DAY if is_new else _open_since(rolled.rolled_at, now)
        today = in_tehran(now).date()
        given = {
            "account": account.pk, "now": now, "since": since, "day": since.date(), "today": today,
            "until": _midnight(today + timedelta(days=1)),
        }  # fmt: skip
        with connection.cursor() as cursor:
            for table in ("reports_dailyfigure", "reports_receivedfigure"):
                cursor.execute(f"DELETE FROM {table} WHERE account_id = %s AND day >= %s", [account.pk, since.date()])  # noqa: S608
            cursor.execute(_SUM_SENT, given)
            cursor.execute(_SUM_RECEIVED, given)
        rolled.rolled_at = now
        rolled.save(update_fields=["rolled_at"])
    return now


def freshen(account: Account, *, now: datetime) -> datetime | None:
    """As of when the account's figures are, None before they were ever summed.

    Where what is open is little, it is summed here and now; where it is much, a task is asked to.
    """
    rolled_at = Rolled.objects.filter(pk=account.pk).values_list("rolled_at", flat=True).first()
    if rolled_at and now - FRESH < rolled_at <= now:
        return rolled_at
    if _is_little(account, _open_since(rolled_at, now) if rolled_at else _FIRST_DAY):
        return roll(account, now=now)
    if cache.add(f"roll:{account.pk}", 1, NUDGE_SECONDS):
        from reports.tasks import roll_account

        transaction.on_commit(lambda: roll_account.delay(account.pk))
    return rolled_at


def stale_accounts(*, now: datetime) -> list[int]:
    """Accounts whose figures nobody summed in the last ten minutes."""
    fresh = Rolled.objects.filter(rolled_at__gt=now - EVERY).values("pk")
    return list(Account.objects.exclude(pk__in=fresh).order_by("pk").values_list("pk", flat=True))


def _is_little(account: Account, since: datetime) -> bool:
    given = {"account": account.pk, "since": since}
    with connection.cursor() as cursor:
        cursor.execute(_WEIGHT, given | {"most": LIVE_CAMPAIGNS + 1})
        campaigns, recipients = cursor.fetchone()
        cursor.execute(_RECEIVED_WEIGHT, given | {"most": LIVE_MESSAGES + 1})
        (received,) = cursor.fetchone()
    return campaigns <= LIVE_CAMPAIGNS and recipients <= LIVE_MESSAGES and received <= LIVE_MESSAGES


def _open_since(rolled_at: datetime, now: datetime) -> datetime:
    """The midnight from which on days may still change: what was open when they were summed last, or is now."""
    return _midnight(in_tehran(min(rolled_at, now)).date() - timedelta(days=FINAL_DAYS))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=TEHRAN)
