"""Telling people: an SMS, an e-mail, or both. Any app may; what carries the SMS is chosen in the settings.

A notice is a row in the caller's transaction, so it is told exactly when what it tells of has happened. It leaves after
the commit, by a task; a gateway or mail server that is away is tried again for a day and never troubles the caller.
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from common import phones
from common.models import Notice

logger = logging.getLogger(__name__)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=2)
KEPT_TRYING = timedelta(days=1)
AT_ONCE = 100
STAR = "*"  # as long as a digit in every encoding: a text with it has the size of the real one


class NotToBeSent(Exception):
    """Raised by a backend for a notice that no later attempt will send either; the message says why."""


def notify(
    *,
    kind: str,
    key: str,
    subject: str,
    text: str,
    account_id: int | None = None,
    mobile: str | int | None = None,
    email: str | None = None,
    due_at: datetime | None = None,
    hides: str = "",
    expires_at: datetime | None = None,
) -> None:
    """Tell a person ``text`` by SMS (where ``mobile`` is given) and by e-mail (where ``email`` is), once for a ``key``.

    ``kind`` is a dotted word for what it is about ("credit.low"), ``key`` what makes it this very notice
    ("credit.low:17:2026-11-22"). ``subject`` is the e-mail's, ``text`` is already in the reader's language; ``due_at``
    holds it back until then. An address that is none is passed over. In a transaction the notice shares its fate.

    ``hides`` is a code in the text that nobody may read but the addressee: it is kept encrypted until it leaves, and
    shown as stars everywhere. After ``expires_at`` the notice is worth nothing and is given up.
    """
    due_at = due_at or timezone.now()
    notices = [
        Notice(kind=kind[:40], key=_short(key), way=way, address=address, subject=subject[:200].replace("\n", " "),
               text=text.replace(hides, STAR * len(hides)) if hides else text, wire_text=text if hides else None,
               account_id=account_id, due_at=due_at, expires_at=expires_at)
        for way, address in _addresses(mobile, email)
    ]  # fmt: skip
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    if notices and due_at <= timezone.now():
        transaction.on_commit(_nudge, robust=True)


def deliver_due(*, now: datetime) -> int:
    """Send what is due, each in its own transaction, and return how many left. Safe beside itself."""
    due = Notice.objects.filter(state=Notice.State.WAITING, due_at__lte=now).order_by("due_at")
    return sum(_deliver(pk, now=now) for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]))


def _short(key: str) -> str:
    return key if len(key) <= 120 else f"{key[:55]}…{hashlib.sha256(key.encode()).hexdigest()}"


def _addresses(mobile: str | int | None, email: str | None) -> list[tuple[str, str]]:
    found = []
    number = phones.normalise(mobile) if mobile else None
    if number is not None:
        found.append((Notice.Way.SMS, phones.e164(number)))
    try:
        if email:
            validate_email(email)
            found.append((Notice.Way.EMAIL, email))
    except ValidationError:
        logger.warning("a notice has no e-mail: the address is none")
    return found


def _nudge() -> None:
    from common.tasks import deliver_notices

    deliver_notices.delay()


def _deliver(pk: int, *, now: datetime) -> bool:
    """An SMS and its mark commit together. A mail server knows no transactions: its attempt is written down first, so
    a process that dies in between tries again a while later, with the same Message-ID."""
    with transaction.atomic():
        notice = _lock(pk, now)
        if notice is None:
            return False
        if notice.way == Notice.Way.SMS:
            return _attempt(notice, import_string(settings.NOTICE_SMS_BACKEND), now=now)
        _count_attempt(notice, now)
    return _attempt(notice, _send_mail, now=now, counted=True)


def _lock(pk: int, now: datetime) -> Notice | None:
    waiting = Notice.objects.select_for_update(skip_locked=True).filter(state=Notice.State.WAITING, due_at__lte=now)
    return waiting.filter(pk=pk).first()


def _attempt(notice: Notice, send: Callable[[Notice], None], *, now: datetime, counted: bool = False) -> bool:
    if not counted:
        _count_attempt(notice, now)
    try:
        with transaction.atomic():
            if notice.expires_at is not None and notice.expires_at <= now:
                raise NotToBeSent("too late")
            send(notice)
    except Exception as error:  # whatever stands in the way now may be gone in a minute
        logger.warning("notice %s was not sent: %s", notice.key, error)
        given_up = isinstance(error, NotToBeSent) or now - notice.created_at > KEPT_TRYING
        state = Notice.State.FAILED if given_up else Notice.State.WAITING
        told = {"state": state, "problem": str(error)[:300] or type(error).__name__}
        Notice.objects.filter(pk=notice.pk).update(**told | ({"wire_text": None} if given_up else {}))
        return False
    Notice.objects.filter(pk=notice.pk).update(state=Notice.State.SENT, sent_at=now, problem="", wire_text=None)
    return True


def _count_attempt(notice: Notice, now: datetime) -> None:
    notice.attempts += 1
    notice.due_at = now + min(FIRST_WAIT * 2 ** (notice.attempts - 1), LONGEST_WAIT)
    notice.save(update_fields=["attempts", "due_at"])


def _send_mail(notice: Notice) -> None:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    digest = hashlib.sha256(f"{notice.key} {notice.pk}".encode()).hexdigest()[:32]
    headers = {"Message-ID": f"<{digest}@{domain}>", "Auto-Submitted": "auto-generated"}
    EmailMessage(notice.subject, notice.wire_text or notice.text, to=[notice.address], headers=headers).send()
