"""What was sent, as the native API shows it: lists by cursor, and one message with its parts and receipts."""

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from accounts.models import Account
from messaging.delivery.intake import FINAL_STATUS
from messaging.errors import describe
from messaging.models import Campaign, Message, Receipt, Status, Submission
from messaging.selectors import message_text, recipient_code
from messaging.selectors.concealing import OPEN_TO_SEARCH
from numbers.models import Line
from numbers.selectors import operators
from webservice.models import ApiKey
from webservice.problems import Code, Problem
from webservice.v1.paging import page_of
from webservice.v1.words import CLASSES, CURRENCY, ENCODINGS, STATES, STATUS_OF, moment

MOST_RANGES = 200
RECEIPT = "receipt:"


def page(key: ApiKey, query: dict, *, counted: bool = False) -> dict:
    """A page of messages, newest first, ``next`` being the cursor of the page after it (W9).

    ``counted`` adds how many there are in all. Raises Problem for a cursor that is none of ours.
    """
    messages = _filtered(of_key(key), key.account, query).select_related("campaign__line")
    shown, members = page_of(messages, query, counted=counted)
    return {"messages": [listed(message) for message in shown], **members}


def message_of(key: ApiKey, message_id: int) -> Message:
    """A message that the key may see, with its campaign and line. Raises Problem."""
    found = of_key(key).filter(pk=message_id).select_related("campaign__line").first()
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


def full(found: Message) -> dict:
    """All that is known of one message."""
    return listed(found) | {
        "text": message_text(found),
        "validity": found.campaign.validity_minutes,
        "timeline": _timeline(found),
        "submissions": _submissions(found),
    }


def listed(message: Message) -> dict:
    """A message as lists show it."""
    campaign = message.campaign
    operator = operators().get(message.operator_id)
    return {
        "id": message.id,
        "campaign": campaign.pk,
        "test": campaign.is_test,
        "to": recipient_code(message),
        "line": campaign.line.number,
        "class": CLASSES[campaign.message_class],
        "state": STATES[message.status],
        "error": _error(message),
        "parts": message.parts,
        "encoding": ENCODINGS[message.encoding],
        "price": message.price,
        "returned": message.returned,
        "currency": CURRENCY,
        "operator": operator.code if operator else None,
        "reference": campaign.reference,
        "tags": campaign.tags,
        "send_at": moment(campaign.send_at),
        "created_at": moment(message.created_at),
        "submitted_at": moment(message.submitted_at),
        "final_at": moment(message.final_at),
    }


def of_key(key: ApiKey) -> QuerySet[Message]:
    """The messages of the key's account that are tests where the key is for tests, and none where it is not (W1);
    those of a quote that nobody sent are none."""
    mine = Message.objects.of(key.account)
    return mine.filter(campaign__confirmed_at__isnull=False, campaign__is_test=key.is_test)


def _filtered(messages: QuerySet[Message], account: Account, query: dict) -> QuerySet[Message]:
    if "state" in query:
        messages = messages.filter(status=STATUS_OF[query["state"]])
    if "to" in query:
        messages = messages.filter(OPEN_TO_SEARCH, msisdn=query["to"])
    if "from" in query:
        messages = messages.filter(created_at__gte=query["from"])
    if "until" in query:
        messages = messages.filter(created_at__lt=query["until"])
    if "line" in query:
        messages = messages.filter(
            line__in=list(Line.objects.filter(number=query["line"]).values_list("pk", flat=True))
        )
    if "campaign" in query:
        messages = messages.filter(_of_campaigns(Campaign.objects.of(account).filter(pk=query["campaign"])))
    if "reference" in query:
        messages = messages.filter(_of_campaigns(Campaign.objects.of(account).filter(reference=query["reference"])))
    if "tag" in query:
        tagged = Campaign.objects.of(account).exclude(tags=[])  # the index holds just these
        messages = messages.filter(_of_campaigns(tagged.filter(tags__contains=[query["tag"]])))
    return messages


def _of_campaigns(campaigns: QuerySet[Campaign]) -> Q:
    """Messages of the campaigns: by ranges of the primary key, since the campaign of a message is not indexed."""
    ranges = list(campaigns.exclude(first_id=None).values_list("first_id", "last_id")[: MOST_RANGES + 1])
    belongs = Q(campaign__in=campaigns)
    if len(ranges) > MOST_RANGES:
        return belongs
    within = Q(pk__in=[])
    for first, last in ranges:
        within |= Q(id__range=(first, last))
    return belongs & within


def _error(message: Message) -> dict | None:
    if not message.error or message.status == Status.DELIVERED:  # a first try that failed is no error of it
        return None
    return {"code": message.error, "detail": describe(message.error, get_language())}


def _timeline(message: Message) -> list[dict]:
    first = Status.SCHEDULED if message.campaign.send_at else Status.QUEUED
    steps = [(first, message.created_at), (Status.SUBMITTED, message.submitted_at)]
    if message.final_at:
        steps.append((message.status, message.final_at))
    return [{"state": STATES[status], "at": moment(at)} for status, at in steps if at]


def _submissions(message: Message) -> list[dict]:
    """Every part as the operator answered for it, each attempt apart, with its receipt."""
    submissions = list(Submission.objects.filter(message_id=message.id).order_by("part", "attempt"))
    ids = [(submission.gateway_id, submission.smsc_id) for submission in submissions]
    if message.parts > 1:
        receipts = _receipts(message)
    else:
        receipts = {ids[-1]: _only_receipt(message)} if ids else {}
    return [
        {
            "part": submission.part,
            "attempt": submission.attempt,
            "is_accepted": submission.command_status == 0,
            "command_status": submission.command_status,
            "operator_message_id": submission.smsc_id or None,
            "answered_at": moment(submission.answered_at),
            "receipt": receipts.get(key),
        }
        for submission, key in zip(submissions, ids, strict=True)
    ]


def _receipts(message: Message) -> dict[tuple[int, str], dict]:
    """The newest receipt of each (gateway, operator's id) of a message of several parts."""
    rows = Receipt.objects.filter(message_id=message.id, parts__gt=1).order_by("id")
    return {
        (row.gateway_id, row.smsc_id): {
            "state": STATES[FINAL_STATUS.get(row.state, Status.SUBMITTED)],
            "error": row.error or None,
            "received_at": moment(row.received_at),
        }
        for row in rows
    }


def _only_receipt(message: Message) -> dict | None:
    """The receipt of a message of one part: what it said stands on the message itself."""
    error = message.error or ""
    if message.status != Status.DELIVERED and not error.startswith(RECEIPT):
        return None
    return {
        "state": STATES[message.status],
        "error": error.removeprefix(RECEIPT) or None,
        "received_at": moment(message.final_at),
    }
