"""What became of messages: status, select, the outbox."""

from datetime import datetime, timedelta

from django.db.models import Count, Sum

from messaging.models import Message
from messaging.selectors import SentFilter, sent_messages
from webservice.dialects.kavenegar import local_ids
from webservice.dialects.kavenegar import parameters as read
from webservice.dialects.kavenegar.answers import seconds, sent_row, status_row
from webservice.dialects.kavenegar.codes import Code, Fate, Refused, fate_of, statuses_of
from webservice.dialects.sending import messages_by_id
from webservice.dialects.wire import Parameters
from webservice.models import ApiKey

DAY = timedelta(days=1)
STATUS_AGE = timedelta(hours=48)
LOCAL_ID_AGE = timedelta(hours=12)
OUTBOX_AGE = timedelta(days=3)
MOST_ROWS = 500


def status(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    """Unknown, another account's or older than 48 hours: status 100."""
    ids = read.message_ids(parameters)
    found = {pk: message for pk, message in read.messages(key, ids).items() if _age(message, now) <= STATUS_AGE}
    return [status_row(pk, fate_of(found[pk]) if pk in found else Fate.UNKNOWN_ID) for pk in ids]


def status_by_local_id(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    """By the clients' own ids of the last 12 hours; others have status 100 and the message id 0."""
    ids = read.required_items(parameters, "localid", most=read.MOST_IDS)
    message_ids = local_ids.known(key, ids, since=now - LOCAL_ID_AGE)
    found = messages_by_id(key, message_ids.values())
    return [_local_row(local_id, found.get(message_ids.get(local_id))) for local_id in ids]


def _local_row(local_id: str, message: Message | None) -> dict:
    row = status_row(message.pk, fate_of(message)) if message else status_row(0, Fate.UNKNOWN_ID)
    return {"messageid": row.pop("messageid"), "localid": local_id, **row}


def status_by_receptor(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    receptor = read.receptors([read.required(parameters, "receptor")])[0]
    since, until = read.period(parameters, now, longest=DAY)
    found = sent_messages(
        key.account, SentFilter(recipient=str(receptor), since=since, until=until, is_test=key.is_test)
    )[:MOST_ROWS]
    return [_receptor_row(message) for message in found]


def _receptor_row(message: Message) -> dict:
    row = sent_row(message)
    return {name: row[name] for name in ("messageid", "receptor", "status", "statustext")}


def select(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    """Whole rows; ids that are not the account's are left out."""
    ids = read.message_ids(parameters)
    need_address_list(key)
    found = read.messages(key, ids)
    return [sent_row(found[pk]) for pk in dict.fromkeys(ids) if pk in found]


def select_outbox(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    since, until = read.period(parameters, now, longest=DAY, oldest=OUTBOX_AGE)
    need_address_list(key)
    wanted = SentFilter(since=since, until=until, line=_line(key, parameters), is_test=key.is_test)
    return [sent_row(message) for message in sent_messages(key.account, wanted)[:MOST_ROWS]]


def latest_outbox(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    size = read.whole(parameters, "pagesize", MOST_ROWS) or MOST_ROWS
    if size > MOST_ROWS:
        raise Refused(Code.INCOMPLETE)
    need_address_list(key)
    wanted = SentFilter(line=_line(key, parameters), is_test=key.is_test)
    return [sent_row(message) for message in sent_messages(key.account, wanted)[:size]]


def count_outbox(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    """How many messages and parts were sent, and what they cost after what came back."""
    since, until = read.period(parameters, now, longest=DAY)
    found = sent_messages(key.account, SentFilter(since=since, until=until, is_test=key.is_test))
    fate = read.whole(parameters, "status", 0)
    if fate:
        statuses = statuses_of(fate)
        if statuses is None:
            raise Refused(Code.INCOMPLETE)
        found = found.filter(status__in=statuses)
    sums = found.order_by().aggregate(
        count=Count("id"),
        parts=Sum("parts"),
        cost=Sum("price"),
        returned=Sum("returned"),
    )
    return [
        {
            "startdate": seconds(since),
            "enddate": seconds(until),
            "sumpart": sums["parts"] or 0,
            "sumcount": sums["count"],
            "cost": (sums["cost"] or 0) - (sums["returned"] or 0),
        }
    ]


def need_address_list(key: ApiKey) -> None:
    """These methods show texts and numbers: only to a key that is bound to addresses (407 else). Whether the caller's
    is among them was checked with the key itself."""
    if not key.networks:
        raise Refused(Code.ADDRESS_LIST_NEEDED)


def _line(key: ApiKey, parameters: Parameters):
    written = parameters.text("sender")
    return read.sender(key, written) if written else None


def _age(message: Message, now: datetime) -> timedelta:
    return now - (message.campaign.send_at or message.created_at)
