"""What staff tell the customers (1.1): who sees what, and putting it away."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts import audit
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


@transaction.atomic
def publish(announcement: Announcement, *, by: User, request: HttpRequest | None = None) -> None:
    """Keep a new announcement, or what was changed in one."""
    verb = "changed" if announcement.pk else "published"
    if not announcement.pk:
        announcement.created_by = by
    announcement.save()
    audit.record(action=f"announcement.{verb}", user=by, target=announcement.title_fa, request=request)


@transaction.atomic
def end(announcement: Announcement, *, by: User, now: datetime, request: HttpRequest | None = None) -> bool:
    """Show it no longer from ``now`` on; one that has not begun never shows. False where it has ended already."""
    locked = Announcement.objects.select_for_update().get(pk=announcement.pk)
    if locked.ends_at is not None and locked.ends_at <= now:
        return False
    locked.starts_at, locked.ends_at = min(locked.starts_at, now - timedelta(seconds=1)), now
    locked.save(update_fields=["starts_at", "ends_at"])
    audit.record(action="announcement.ended", user=by, target=locked.title_fa, request=request)
    return True
