"""The sent box: what left, or is leaving, one row a recipient (5.1, 5.4). Never counts; pages go by id."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, Q, QuerySet

from accounts.models import Account
from common.text import ascii_digits
from messaging.models import Campaign, Message, Status
from messaging.selectors.concealing import OPEN_TO_SEARCH
from messaging.selectors.search import matching_number
from numbers.models import Line

_PERSIAN_FORMS = str.maketrans("يك", "یک")
_ARABIC_FORMS = str.maketrans("یک", "يك")


@dataclass(frozen=True, slots=True)
class SentFilter:
    """``recipient``: a number, its beginning or its last digits. ``since`` ≤ time of sending < ``until``. ``is_test``:
    only tests, or none; both where None."""

    recipient: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    line: Line | None = None
    status: int | None = None
    campaign: Campaign | None = None
    is_test: bool | None = None


def sent_messages(account: Account, wanted: SentFilter | None = None) -> QuerySet[Message]:
    """The account's messages that were paid for and whose time has come, the newest first, with campaign and line.

    Of one campaign, those that still wait for their time as well; they are found by the range of their ids.
    """
    wanted = wanted or SentFilter()
    messages = Message.objects.of(account).filter(campaign__confirmed_at__isnull=False)
    if wanted.campaign:
        first, last = wanted.campaign.first_id or 0, wanted.campaign.last_id or 0
        messages = messages.filter(campaign=wanted.campaign, id__range=(first, last))
    else:
        messages = messages.exclude(campaign__state=Campaign.State.SCHEDULED)
    if wanted.recipient:
        messages = messages.filter(matching_number(wanted.recipient), OPEN_TO_SEARCH)
    if wanted.text:
        messages = messages.filter(_with_text(account, wanted.text))
    if wanted.line:
        messages = messages.filter(line=wanted.line)
    if wanted.is_test is not None:
        messages = messages.filter(campaign__is_test=wanted.is_test)
    if wanted.status is not None:
        messages = messages.filter(status=wanted.status)
    messages = _within(messages, account, wanted)
    return messages.select_related("campaign", "line").order_by("-id")


def message_text(message: Message) -> str:
    """What the recipient got: the message's own text, or its campaign's."""
    return message.campaign.text if message.text is None else message.text


def text_samples(campaign: Campaign, count: int = 10) -> list[Message]:
    """The first messages of a campaign whose recipients get texts of their own; none where all get the same."""
    if not campaign.summary.get("most_parts") or campaign.first_id is None:
        return []
    rows = Message.objects.filter(id__range=(campaign.first_id, campaign.last_id), campaign=campaign)
    return list(rows.filter(text__isnull=False).exclude(status=Status.BLOCKED).order_by("id")[:count])


def _with_text(account: Account, text: str) -> Q:
    """Texts of messages, and of campaigns whose messages have none of their own."""
    written = _in_either_letters(text)
    campaigns = Campaign.objects.of(account).filter(written)
    return written | Q(text=None, campaign__in=campaigns)


def _in_either_letters(text: str) -> Q:
    """As typed, and with the Persian or the Arabic forms of the letters and digits that keyboards mix up."""
    persian = text.translate(_PERSIAN_FORMS)
    ways = {text, persian, persian.translate(_ARABIC_FORMS), ascii_digits(persian)}
    condition = Q()
    for way in sorted(ways):
        condition |= Q(text__icontains=way)
    return condition


def _within(messages: QuerySet[Message], account: Account, wanted: SentFilter) -> QuerySet[Message]:
    """Messages sent in the range. The ids of the campaigns that were alive then bound the search, since the time of a
    message is not indexed."""
    if not wanted.since and not wanted.until:
        return messages
    alive = Campaign.objects.of(account).filter(confirmed_at__isnull=False)
    if wanted.until:
        alive = alive.filter(created_at__lt=wanted.until)
        sent = Q(submitted_at__lt=wanted.until) | Q(submitted_at=None, created_at__lt=wanted.until)
        messages = messages.filter(sent)
    if wanted.since:
        alive = alive.filter(Q(finished_at=None) | Q(finished_at__gte=wanted.since))
        sent = Q(submitted_at__gte=wanted.since) | Q(submitted_at=None, created_at__gte=wanted.since)
        messages = messages.filter(sent)
    ids = alive.aggregate(first=Min("first_id"), last=Max("last_id"))
    if ids["first"] is None:
        return messages.none()
    return messages.filter(id__range=(ids["first"], ids["last"]))


def status_choices() -> list[tuple[int, str]]:
    """Statuses that a message of the sent box may have."""
    return [(status.value, status.label) for status in Status if status is not Status.DRAFT]
