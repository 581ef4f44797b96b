"""Campaigns, and what a compose form offers: lines and samples."""

from django.db.models import Q, QuerySet

from accounts.models import Account
from messaging.models import Campaign, SampleMessage
from numbers.models import Line

UNCONFIRMED = (Campaign.State.DRAFT, Campaign.State.PLANNING, Campaign.State.REVIEW, Campaign.State.FAILED)
ON_THE_WAY = (Campaign.State.QUEUED, Campaign.State.RUNNING, Campaign.State.PAUSED)


def campaigns(account: Account, *, text: str = "", state: str = "", line: Line | None = None) -> QuerySet[Campaign]:
    """The account's campaigns, the newest first, without the discarded, those of the web service that were only quotes,
    and auto-replies, which have a log of their own; ``text`` is looked for in titles and texts."""
    found = Campaign.objects.of(account).exclude(state__in=[Campaign.State.DISCARDED, Campaign.State.DRAFT])
    found = found.exclude(kind=Campaign.Kind.API, confirmed_at=None).exclude(kind=Campaign.Kind.AUTO)
    if text:
        found = found.filter(Q(title__icontains=text) | Q(text__icontains=text))
    if state:
        found = found.filter(state=state)
    if line:
        found = found.filter(line=line)
    return found.select_related("line", "created_by").order_by("-id")


def running(account: Account) -> QuerySet[Campaign]:
    """Confirmed campaigns whose messages are leaving, or are held (1.3); auto-replies and tests apart."""
    found = Campaign.objects.of(account).filter(state__in=ON_THE_WAY, is_test=False).exclude(kind=Campaign.Kind.AUTO)
    return found.select_related("line").order_by("-id")


def lines_for(account: Account) -> QuerySet[Line]:
    """The lines that the account may send from now (2): its own active ones, then the shared service lines."""
    return Line.objects.usable_by(account).order_by("account_id", "number")


def samples(account: Account, text: str = "", category: str = "") -> QuerySet[SampleMessage]:
    """The account's sample messages, the newest first (7); ``text`` is looked for in titles, categories and texts."""
    found = SampleMessage.objects.of(account)
    if text:
        found = found.filter(Q(title__icontains=text) | Q(text__icontains=text) | Q(category__icontains=text))
    if category:
        found = found.filter(category=category)
    return found.order_by("-id")


def sample_categories(account: Account) -> list[str]:
    """The names that the account gave its samples' categories, in order."""
    named = SampleMessage.objects.of(account).exclude(category="").order_by("category")
    return list(named.values_list("category", flat=True).distinct())
