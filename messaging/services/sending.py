"""Sends that are answered at once: the web service, replies, notices and tests."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, User
from common.phones import normalise
from messaging.merging import filled_for
from messaging.models import Campaign, MessageClass
from messaging.services.composing import quote
from messaging.services.control import confirm
from messaging.services.preparing import SendRefused
from messaging.services.refusals import Refusal
from numbers.models import Line

MOST = 10_000
_UNAUDITED = {Campaign.Kind.API, Campaign.Kind.AUTO}  # programs; their own logs say what they did


def send(
    *,
    account: Account,
    line: Line,
    text: str = "",
    recipients: Sequence[int | str],
    message_class: int = MessageClass.TRANSACTIONAL,
    kind: str = Campaign.Kind.API,
    created_by: User | None = None,
    title: str = "",
    send_at: datetime | None = None,
    validity_minutes: int | None = None,
    reference: str = "",
    tags: Iterable[str] = (),
    texts: Sequence[str] | None = None,
    wire_text: str | None = None,
    confirms_opt_out: bool = False,
    is_test: bool = False,
    now: datetime,
) -> Campaign:
    """Plan, charge and let go in one transaction, for up to 10,000 recipients (W2).

    ``wire_text``: what leaves, where ``text``, which is kept and shown everywhere, hides a code in it (W6). It lies
    encrypted until the operator has answered, and is then forgotten.
    Numbers that cannot be sent to are left out and counted in ``campaign.summary``. Raises SendRefused, NoTariff,
    billing.services.InsufficientCredit; then nothing was stored and nothing charged. ``confirms_opt_out`` is for the
    one message that tells a subscriber that he has left: it is not held back by his having left.
    """
    if len(recipients) > MOST:
        raise SendRefused(
            Refusal.TOO_MANY_RECIPIENTS,
            _("At most %(most)d recipients at once; upload a file for more.") % {"most": MOST},
            "to",
        )
    with transaction.atomic():
        campaign = quote(
            account=account,
            created_by=created_by,
            line=line,
            text=text,
            texts=texts,
            recipients=recipients,
            kind=kind,
            message_class=message_class,
            title=title,
            send_at=send_at,
            validity_minutes=validity_minutes,
            reference=reference,
            tags=tags,
            wire_text=wire_text,
            confirms_opt_out=confirms_opt_out,
            is_test=is_test,
            now=now,
        )
        if campaign.state != Campaign.State.REVIEW:
            return campaign
        return confirm(campaign=campaign, by=created_by, now=now, hold_seconds=0, audited=kind not in _UNAUDITED)


def send_test(*, account: Account, line: Line, text: str, mobile: str, by: User, now: datetime) -> Campaign:
    """The text to the sender's own mobile, at once and at the usual price (2.5). Placeholders are filled in as for a
    recipient of this number; those without a value show their names."""
    number = normalise(mobile)
    return send(
        account=account,
        line=line,
        text=filled_for(text, account=account, number=number) if number else text,
        recipients=[mobile],
        kind=Campaign.Kind.TEST,
        created_by=by,
        now=now,
    )
