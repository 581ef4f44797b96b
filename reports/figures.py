"""The figures of an account's desk (1.3): sums over its campaigns' counts, never over its messages."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import DateTimeField, F, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from accounts.models import Account
from billing.models import LedgerEntry
from common.jalali import TEHRAN, in_tehran, jalali_parts
from messaging.models import Campaign, InboundMessage, Status, StatusCount
from messaging.selectors.progress import Progress, summed
from numbers.selectors import operators

DAYS = 30


@dataclass(frozen=True, slots=True)
class Day:
    """A Tehran day's messages by what became of them."""

    date: date
    counts: Progress


def last_days(account: Account, *, now: datetime, days: int = DAYS) -> list[Day]:
    """The last days, today's the last; a campaign counts on the day on which it began to leave. One query."""
    today = in_tehran(now).date()
    first = today - timedelta(days=days - 1)
    counts: dict[date, dict[Status, int]] = defaultdict(dict)
    rows = (
        StatusCount.objects.filter(campaign__in=_begun(account, since=_midnight(first)))
        .annotate(began=_began("campaign__"))
        .annotate(day=TruncDate("began", tzinfo=TEHRAN))
        .values_list("day", "status")
        .annotate(count=Sum("messages"))
        .order_by()
    )
    for day, status, count in rows:
        if count:
            counts[day][Status(status)] = count
    dates = [first + timedelta(days=place) for place in range(days)]
    return [Day(one, summed(counts.get(one, {}))) for one in dates]


def received_since_midnight(account: Account, *, now: datetime) -> int:
    """Messages that came in today, the deleted ones too."""
    today = in_tehran(now).date()
    return InboundMessage.objects.of(account).filter(received_at__gte=_midnight(today)).count()


def cost_of_month(account: Account, *, now: datetime) -> int:
    """Rials charged for messages this Jalali month, less what came back in it."""
    today = in_tehran(now).date()
    first = today - timedelta(days=jalali_parts(today)[2] - 1)
    kinds = [LedgerEntry.Kind.CHARGE, LedgerEntry.Kind.REFUND]
    entries = LedgerEntry.objects.filter(wallet__account=account, kind__in=kinds, created_at__gte=_midnight(first))
    return -(entries.aggregate(sum=Sum("amount"))["sum"] or 0)


def operator_share(campaigns: Iterable[Campaign]) -> list[tuple[str, int]]:
    """(operator's name, recipients) over the campaigns' quotes, the largest first; guests count with their host."""
    shares: dict[int, int] = defaultdict(int)
    known = operators()
    for campaign in campaigns:
        for row in campaign.summary.get("operators", []):
            operator = known.get(row["id"])
            if operator:
                shares[operator.host_id or operator.pk] += row["recipients"]
    named = [(str(known[pk]), count) for pk, count in shares.items() if pk in known]
    return sorted(named, key=lambda share: -share[1])


def recent(account: Account, *, now: datetime, days: int = DAYS) -> QuerySet[Campaign]:
    """Campaigns that began to leave in the last days."""
    return _begun(account, since=_midnight(in_tehran(now).date() - timedelta(days=days - 1)))


def _begun(account: Account, *, since: datetime) -> QuerySet[Campaign]:
    confirmed = Campaign.objects.of(account).filter(confirmed_at__isnull=False, is_test=False)
    return confirmed.exclude(state=Campaign.State.SCHEDULED).alias(began=_began()).filter(began__gte=since)


def _began(prefix: str = "") -> Coalesce:
    names = [F(f"{prefix}{name}") for name in ("started_at", "send_at", "confirmed_at")]
    return Coalesce(*names, output_field=DateTimeField())


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=TEHRAN)
