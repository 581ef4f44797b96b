"""Sending for every dialect: what a client wishes, through the one door, all of it or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account
from billing.selectors import spendable
from common.text import Encoding
from credit.pricing import NoTariff, prices
from messaging.models import Campaign, Message, MessageClass
from messaging.selectors import lines_for
from messaging.services import SendRefused, cancel, send
from messaging.services.composing import check_text
from messaging.services.refusals import Refusal
from numbers.models import Line
from webservice.dialects.wire import line_numbers
from webservice.models import ApiKey
from webservice.sandbox import refuse_agreed

LONGEST_TEXT = 4000  # letters; longer than any text of settings.MESSAGE_MAX_PARTS parts that a line of ours takes


@dataclass(frozen=True, slots=True)
class Wish:
    """One message as a client asked for it. ``number`` is E.164 without the plus."""

    line: Line
    number: int
    text: str


def send_wishes(
    *,
    key: ApiKey,
    wishes: Sequence[Wish],
    message_class: MessageClass | None = None,
    send_at: datetime | None = None,
    tags: Iterable[str] = (),
    now: datetime,
) -> list[Message]:
    """The message of each wish, in their order, charged and let go: one campaign a line, in one transaction.

    A wish repeated (line, number and text) is one message, sent once and given for each. A recipient who may not be
    sent to has a message too: blocked, free of charge. Without ``message_class``, advertising lines send bulk and
    others transactional messages. Raises SendRefused, NoTariff, InsufficientCredit; then nothing was changed.
    """
    refuse_agreed(key, [wish.number for wish in wishes])
    check_texts(wishes)
    by_line: dict[int, list[Wish]] = {}
    for wish in wishes:
        by_line.setdefault(wish.line.pk, []).append(wish)
    found: dict[tuple[int, int, str], Message] = {}
    with transaction.atomic():
        for line_id, mine in sorted(by_line.items()):
            campaign = _send_one_line(key, mine, message_class, send_at, tags, now)
            for message in messages_of(campaign):
                text = campaign.text if message.text is None else message.text
                found[line_id, message.msisdn, text] = message
    return [found[wish.line.pk, wish.number, wish.text] for wish in wishes]


def check_texts(wishes: Iterable[Wish]) -> None:
    """Raises SendRefused for a text that may not be sent from its line."""
    for line, text in {(wish.line, wish.text) for wish in wishes}:
        if len(text) > LONGEST_TEXT:
            raise SendRefused(Refusal.TEXT_TOO_LONG, _("The text is too long; shorten it."), "text")
        check_text(text, line=line)


def _send_one_line(key: ApiKey, wishes: list[Wish], message_class, send_at, tags, now: datetime) -> Campaign:
    line = wishes[0].line
    texts = {wish.text for wish in wishes}
    if message_class is None:
        is_bulk = line.kind == Line.Kind.ADVERTISING
        message_class = MessageClass.BULK if is_bulk else MessageClass.TRANSACTIONAL
    return send(
        account=key.account,
        created_by=key.created_by,
        line=line,
        text=wishes[0].text if len(texts) == 1 else "",
        texts=None if len(texts) == 1 else [wish.text for wish in wishes],
        recipients=[wish.number for wish in wishes],
        message_class=message_class,
        kind=Campaign.Kind.API,
        send_at=send_at,
        tags=tags,
        is_test=key.is_test,
        now=now,
    )


def messages_of(campaign: Campaign) -> QuerySet[Message]:
    """The stored messages of a campaign, each with its campaign and line."""
    ids = (campaign.first_id or 0, campaign.last_id or 0)
    mine = Message.objects.filter(id__range=ids, campaign=campaign)
    return mine.select_related("campaign", "line").order_by("id")


def messages_by_id(key: ApiKey, ids: Iterable[int]) -> dict[int, Message]:
    """The account's own messages among ``ids``, a test key's only tests; those of a price that was only asked for are
    none."""
    mine = Message.objects.of(key.account).filter(id__in=list(ids), campaign__is_test=key.is_test)
    mine = mine.exclude(campaign__state=Campaign.State.REVIEW)
    return {message.pk: message for message in mine.select_related("campaign", "line")}


def withdraw(messages: Iterable[Message], *, now: datetime) -> None:
    """Take back, in the caller's transaction, every campaign of messages that were just sent; the price returns."""
    campaigns = {message.campaign_id: message.campaign for message in messages}
    for _pk, campaign in sorted(campaigns.items()):
        if campaign.confirmed_at:
            cancel(campaign=campaign, by=None, now=now)


def line_of(account: Account, written: str) -> Line | None:
    """The line to send from that a client writes in any of the usual forms; None where the account has none such."""
    likeliest = line_numbers(written)
    lines = {line.number: line for line in lines_for(account).filter(number__in=likeliest)}
    return next((lines[number] for number in likeliest if number in lines), None)


def affordable(account: Account) -> int:
    """How many Persian messages of one part the credit pays for, at the dearest operator, from the account's first
    line; 0 where there is no line or no price."""
    per_part = dearest_part(account)
    return max(spendable(account), 0) // per_part if per_part else 0


def dearest_part(account: Account) -> int:
    """Rials for one Persian part from the account's first line at the dearest operator; 0 where none is known."""
    line = lines_for(account).first()
    if line is None:
        return 0
    try:
        table = prices(account=account, line=line)
    except NoTariff:
        return 0
    return max((by_encoding[Encoding.UCS2].per_part for by_encoding in table.values()), default=0)
