"""Taking a request to send: is it complete, may this account do it from this line?"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account, User
from common import context
from common.phones import extract
from common.text import MergeTemplate, has_opt_out_hint, measure
from messaging.merging import offers, unknown_names
from messaging.models import Campaign, MessageClass, Upload
from messaging.p2p import Columns
from messaging.services.preparing import plan_given, plan_later, plan_now
from messaging.services.refusals import Refusal, SendRefused, WrongState
from messaging.services.targeting import check_target
from messaging.services.uploads import hold_file
from numberbank.targets import Target
from numbers.models import Line

FURTHEST = timedelta(days=366)
PLANNED_AT_ONCE = 5_000
LONGEST_VALIDITY_MINUTES = 7 * 24 * 60


def draft_of(
    *,
    account: Account,
    created_by: User | None,
    line: Line,
    text: str,
    kind: str,
    message_class: int = MessageClass.BULK,
    title: str = "",
    send_at: datetime | None = None,
    validity_minutes: int | None = None,
    reference: str = "",
    tags: Iterable[str] = (),
    is_test: bool = False,
    now: datetime,
    text_is_per_recipient: bool = False,
    wire_text: str | None = None,
    confirms_opt_out: bool = False,
) -> Campaign:
    """An unsaved campaign, checked. ``wire_text`` leaves instead of ``text``, which hides a part of it; both have the
    same size (ValueError otherwise). ``is_test``: free, and only to the sandbox (W1). Raises SendRefused."""
    if not account.is_active:
        raise SendRefused(
            Refusal.ACCOUNT_SUSPENDED, _("This account may not send at present. Contact support to have it reopened.")
        )
    if not Line.objects.usable_by(account).filter(pk=line.pk).exists():
        raise SendRefused(
            Refusal.LINE_UNUSABLE, _("You cannot send from this line. Choose one of your active lines."), "line"
        )
    check_times(send_at=send_at, validity_minutes=validity_minutes, now=now)
    campaign = Campaign(
        account=account,
        created_by=created_by,
        line=line,
        kind=kind,
        message_class=message_class,
        title=title.strip()[:120],
        text=text,
        send_at=send_at,
        validity_minutes=validity_minutes,
        reference=reference,
        tags=list(tags),
        is_test=is_test,
        sources=context.caller(),
        created_at=now,
        wire_text=wire_text,
    )
    campaign.confirms_opt_out = confirms_opt_out
    if not text_is_per_recipient:
        size = check_text(text, line=line)
        if wire_text is not None and measure(wire_text) != size:
            raise ValueError("the text that leaves must have the size of the one that is shown")
        campaign.encoding, campaign.parts_each = int(size.encoding), size.parts
    return campaign


def check_text(text: str, *, line: Line):
    """The measure of a text that may be sent from ``line``. Raises SendRefused."""
    if not text.strip():
        raise SendRefused(Refusal.TEXT_EMPTY, _("Write the text of the message."), "text")
    size = measure(text)
    if size.parts > settings.MESSAGE_MAX_PARTS:
        raise SendRefused(
            Refusal.TEXT_TOO_LONG,
            _("The text is %(parts)d parts long; at most %(most)d can be sent. Shorten it.")
            % {"parts": size.parts, "most": settings.MESSAGE_MAX_PARTS},
            "text",
        )
    if line.requires_opt_out_hint and not has_opt_out_hint(text):
        raise SendRefused(
            Refusal.OPT_OUT_HINT_MISSING,
            _("Texts from this line must end with «لغو11», so that people can stop them. Add it on the last line."),
            "text",
        )
    return size


def check_times(*, send_at: datetime | None, validity_minutes: int | None, now: datetime) -> None:
    if send_at is not None and send_at <= now:
        raise SendRefused(
            Refusal.SEND_AT_PAST, _("The time to send has passed. Choose a time in the future."), "send_at"
        )
    if send_at is not None and send_at - now > FURTHEST:
        raise SendRefused(Refusal.SEND_AT_TOO_FAR, _("Choose a time within the next year."), "send_at")
    if validity_minutes is not None and not 1 <= validity_minutes <= LONGEST_VALIDITY_MINUTES:
        raise SendRefused(
            Refusal.INVALID_VALIDITY, _("The validity must be between 1 minute and 7 days."), "validity_minutes"
        )


def compose(
    *,
    account: Account,
    created_by: User | None,
    line: Line,
    text: str,
    kind: str,
    message_class: int = MessageClass.BULK,
    title: str = "",
    typed: str = "",
    groups: Sequence[int] = (),
    contacts: Sequence[int] = (),
    upload: Upload | None = None,
    column: int = 0,
    columns: Columns | None = None,
    target: Target | None = None,
    send_at: datetime | None = None,
    validity_minutes: int | None = None,
    reference: str = "",
    tags: Iterable[str] = (),
    is_test: bool = False,
    now: datetime,
) -> Campaign:
    """A campaign from the panel's form, planned at once if it is small, otherwise being planned (2.1, 2.2, 2.3, 3).

    Peer to peer takes its texts from the ``columns`` of the file. Nothing is charged and nothing leaves before
    ``confirm``. Raises SendRefused; then nothing is stored.
    """
    campaign = draft_of(
        account=account,
        created_by=created_by,
        line=line,
        text=text,
        kind=kind,
        message_class=message_class,
        title=title,
        send_at=send_at,
        validity_minutes=validity_minutes,
        reference=reference,
        tags=tags,
        is_test=is_test,
        now=now,
        text_is_per_recipient=kind == Campaign.Kind.P2P,
    )
    sources = {"typed": typed, "groups": list(groups), "contacts": list(contacts), "column": column}
    few = upload is None and not groups and len(contacts) <= PLANNED_AT_ONCE
    if kind == Campaign.Kind.P2P:
        sources = {"columns": _checked_columns(upload, columns).as_json()}
    elif target is None:
        check_recipients(campaign, sources, upload)
    else:
        few = check_target(campaign, target, now=now) <= PLANNED_AT_ONCE
        sources["target"] = target.as_json()
    if kind != Campaign.Kind.P2P and MergeTemplate.parse(text).blanks:
        check_placeholders(text, account=account, upload=upload, is_targeted=target is not None)
        sources["placeholders"] = True
    campaign.sources = sources | context.caller()
    campaign.upload = upload
    campaign.state = Campaign.State.PLANNING
    with transaction.atomic():
        if upload:
            hold_file(upload)
        campaign.save()
    if few:
        return plan_now(campaign, now=now)
    plan_later(campaign, now=now)
    return campaign


def check_placeholders(text: str, *, account: Account, upload: Upload | None, is_targeted: bool = False) -> None:
    """Refuse a text that names what nobody has a value for (2.5), before anything is planned. Raises SendRefused."""
    if is_targeted:
        sentence = _("The number bank knows no names. Write the text without braces.")
        raise SendRefused(Refusal.UNKNOWN_PLACEHOLDER, sentence, "text")
    unknown = unknown_names(text, account=account, upload=upload)
    if unknown:
        known = [offer.written for offer in offers(account)] + [
            one["name"] for one in (upload.columns if upload else [])
        ]
        comma = _(", ")
        raise SendRefused(
            Refusal.UNKNOWN_PLACEHOLDER,
            _("Nothing is known by the name %(unknown)s. You can use %(known)s; or write ( ) instead of { }.")
            % {
                "unknown": comma.join(f"{{{name}}}" for name in unknown),
                "known": comma.join(f"{{{name}}}" for name in known[:12]),
            },
            "text",
        )


def quote(*, now: datetime, texts: Sequence[str] | None = None, recipients: Sequence[int | str], **fields) -> Campaign:
    """A priced campaign in review, for up to 10,000 recipients given one by one (W3). ``confirm`` sends it."""
    campaign = draft_of(now=now, text_is_per_recipient=texts is not None, **fields)
    return plan_given(campaign, recipients=recipients, texts=texts, now=now)


def edit_again(*, campaign: Campaign) -> dict:
    """What the compose form needs to show an unconfirmed campaign again, nothing lost. Raises WrongState."""
    if campaign.state not in {Campaign.State.REVIEW, Campaign.State.FAILED}:
        raise WrongState(campaign)
    return campaign.sources | {
        "line": campaign.line_id,
        "title": campaign.title,
        "text": campaign.text,
        "send_at": campaign.send_at,
        "validity_minutes": campaign.validity_minutes,
        "upload": campaign.upload_id,
    }


def check_recipients(campaign: Campaign, sources: dict, upload: Upload | None) -> None:
    """Refuse what names nobody, or too many for a simple send. Raises SendRefused."""
    if upload is None and not sources["groups"] and not sources["contacts"]:
        found = extract(sources["typed"])
        if not found.numbers:
            sentence = _("Write at least one mobile number, or choose a group.")
            if found.invalid:
                sentence = _("None of what you wrote is a mobile number. Write numbers such as 09121234567.")
            raise SendRefused(Refusal.NO_RECIPIENTS, sentence, "typed")
    if campaign.kind != Campaign.Kind.SIMPLE:
        return
    typed = len(set(extract(sources["typed"]).numbers)) + len(set(sources["contacts"]))
    most = settings.SIMPLE_SEND_MAX_RECIPIENTS
    if typed > most:
        raise too_many(most)


def _checked_columns(upload: Upload | None, columns: Columns | None) -> Columns:
    if upload is None or columns is None:
        raise SendRefused(Refusal.NO_RECIPIENTS, _("Choose the file of the messages."), "upload")
    chosen = [place for place in (columns.number, columns.text, columns.time) if place is not None]
    if len(set(chosen)) < len(chosen) or not all(0 <= place < len(upload.columns) for place in chosen):
        raise SendRefused(
            Refusal.NO_RECIPIENTS,
            _("Choose one column for the number, and others for the text and the time."),
            "upload",
        )
    return columns


def too_many(most: int) -> SendRefused:
    sentence = ngettext(
        "A simple send goes to at most %(most)d recipient. Use the advanced send for more.",
        "A simple send goes to at most %(most)d recipients. Use the advanced send for more.",
        most,
    )
    return SendRefused(Refusal.TOO_MANY_RECIPIENTS, sentence % {"most": most}, "typed")
