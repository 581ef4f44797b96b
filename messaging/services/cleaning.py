"""Taking away what was begun and never finished: campaigns that nobody confirmed, files that no campaign needs.

What is in use stays: a campaign is locked before it is judged, and a file's row is locked against whoever would take it
for a campaign at the same moment (``uploads.hold_file``).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from common import uploads
from messaging.models import Campaign, Occurrence, RecurringSend, Upload
from messaging.services.control import discard
from messaging.services.refusals import WrongState
from messaging.services.uploads import FOLDER

AT_ONCE = 500
_OPEN = [Occurrence.State.PLANNING, Occurrence.State.WAITING]


def too_old(now: datetime) -> datetime:
    """What was begun before this is given up (settings.ABANDONED_HOURS)."""
    return now - timedelta(hours=settings.ABANDONED_HOURS)


def discard_abandoned(*, now: datetime) -> int:
    """Discard the campaigns whose price has expired and that nobody has confirmed for so long, and those that could not
    be planned: their rows, held chunks and gathered numbers go. How many. An occurrence of a recurring send that waits
    for credit is no such campaign; quotes of the web service have a job of their own."""
    before = too_old(now)
    left = Campaign.objects.filter(
        state__in=[Campaign.State.REVIEW, Campaign.State.FAILED], created_at__lt=before
    ).exclude(kind=Campaign.Kind.API)
    left = left.exclude(state=Campaign.State.REVIEW, quote_expires_at__gte=now)
    left = left.exclude(Exists(Occurrence.objects.filter(campaign=OuterRef("pk"), state__in=_OPEN)))
    count = 0
    for campaign in left.order_by("pk")[:AT_ONCE]:
        try:
            discard(campaign=campaign, audited=False)
        except WrongState:  # confirmed, or discarded by its owner, since it was read
            continue
        count += 1
    return count


def forget_files(*, now: datetime) -> int:
    """Delete the uploaded files that no campaign has taken, or only ones that were discarded, and files on the disk
    that have no row (a process was killed between the two). How many."""
    before = too_old(now)
    unused = _unused().filter(created_at__lt=before)
    count = sum(_forgotten(pk) for pk in unused.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    known = set(Upload.objects.values_list("path", flat=True))
    return count + uploads.discard_orphans(FOLDER, known=known, before=before)


def _unused():
    taken = Campaign.objects.filter(upload=OuterRef("pk")).exclude(state=Campaign.State.DISCARDED)
    return Upload.objects.exclude(Exists(taken)).exclude(Exists(RecurringSend.objects.filter(upload=OuterRef("pk"))))


@transaction.atomic
def _forgotten(pk: int) -> bool:
    """Look again with the row locked. Who is taking it for a campaign holds it; then it is passed over."""
    if Upload.objects.select_for_update(skip_locked=True).filter(pk=pk).first() is None:
        return False
    upload = _unused().filter(pk=pk).first()
    if upload is None:
        return False
    upload.delete()
    transaction.on_commit(lambda: uploads.discard(upload.path))
    return True
