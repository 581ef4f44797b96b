"""Notices by SMS: from the platform's own account and line, in the class that no advertisement holds up; codes as
one-time passwords, which overtake everything."""

from datetime import datetime

from django.utils import timezone

from common.models import Notice
from common.notify import NotToBeSent
from messaging.models import Campaign, MessageClass
from messaging.services import send
from numbers.selectors import notice_line


class NoNoticeLine(Exception):
    """No active line is marked to carry the platform's notices; mark one in the admin."""


def send_notice(notice: Notice) -> None:
    """The backend of ``settings.NOTICE_SMS_BACKEND``. The message is charged to the platform's account and commits with
    the notice's mark. Raises whatever messaging.services.send raises; then the notice is tried again.
    """
    line = notice_line()
    if line is None:
        raise NoNoticeLine("no active line carries the platform's notices")
    now = timezone.now()
    campaign = send(
        account=line.account,
        line=line,
        text=notice.text,
        wire_text=notice.wire_text,
        recipients=[notice.address],
        message_class=MessageClass.TRANSACTIONAL if notice.wire_text is None else MessageClass.OTP,
        validity_minutes=_minutes_left(notice, now),
        kind=Campaign.Kind.NOTICE,
        reference=notice.key,
        title=notice.subject,
        now=now,
    )
    if not campaign.confirmed_at:
        raise NotToBeSent(f"nobody to send to: {campaign.summary}")


def _minutes_left(notice: Notice, now: datetime) -> int | None:
    """Whole minutes, at least 1, for which the operator may go on trying."""
    if notice.expires_at is None:
        return None
    return max(1, -(-int((notice.expires_at - now).total_seconds()) // 60))
