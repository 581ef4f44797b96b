"""What staff tell the customers (1.1): who sees what, and putting it away."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Announcement, Dismissal, User

MOST_SHOWN = 10


def announcements_for(user: User, *, tier: int | None, now: datetime) -> QuerySet[Announcement]:
    """What is shown to the reader now, the newest first: for everybody, or for their account's tier."""
    shown = Announcement.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)
    shown = shown.filter(Q(tier=None) | Q(tier=tier)).exclude(dismissals__user=user)
    return shown.order_by("-starts_at", "-id")[:MOST_SHOWN]


def dismiss(announcement: Announcement, *, user: User) -> None:
    """Put it away for this reader alone; again changes nothing."""
    Dismissal.objects.bulk_create([Dismissal(announcement=announcement, user=user)], ignore_conflicts=True)
