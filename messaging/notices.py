"""Notices by SMS: from the platform's own account and line, in the class that no advertisement holds up."""

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
    campaign = send(
        account=line.account,
        line=line,
        text=notice.text,
        recipients=[notice.address],
        message_class=MessageClass.TRANSACTIONAL,
        kind=Campaign.Kind.NOTICE,
        reference=notice.key,
        title=notice.subject,
        now=timezone.now(),
    )
    if not campaign.confirmed_at:
        raise NotToBeSent(f"nobody to send to: {campaign.summary}")
