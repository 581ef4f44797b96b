"""sms/receive, sms/inboxpaged, sms/countinbox."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from messaging.models import InboundMessage
from messaging.selectors import inbox
from messaging.services import mark_read
from webservice.dialects.kavenegar import parameters as read
from webservice.dialects.kavenegar.answers import pages, received_row, seconds
from webservice.dialects.kavenegar.codes import Code, Refused
from webservice.dialects.wire import Parameters
from webservice.models import ApiKey

AT_A_TIME = 100
PAGE = 200


@transaction.atomic
def receive(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    """At most 100 received messages of a line, the oldest first; the unread among them become read. Two programs that
    ask at the same moment get different ones."""
    line = read.own_line(key, read.required(parameters, "linenumber"))
    read.required(parameters, "isread")
    found = _with_read(inbox(key.account, line=line), parameters)
    rows = list(found.select_for_update(of=("self",), skip_locked=True).order_by("id")[:AT_A_TIME])
    mark_read(account=key.account, ids=[row.pk for row in rows if row.read_at is None], now=now)
    return [received_row(row) for row in rows]


def page(key: ApiKey, parameters: Parameters, now: datetime) -> tuple[list[dict], dict]:
    """A page of 200, the newest first, without making them read; rows and ``metadata``."""
    line = read.own_line(key, read.required(parameters, "linenumber"))
    since = until = None
    if parameters.text("startdate"):
        since, until = read.period(parameters, now, longest=timedelta(days=2))
    found = _with_read(inbox(key.account, line=line, since=since, until=until), parameters)
    number = max(read.whole(parameters, "pagenumber", 1), 1)
    begin = (number - 1) * PAGE
    rows = [received_row(row) for row in found[begin : begin + PAGE]] if begin < 10**9 else []
    return rows, pages(found.count(), number, PAGE)


def count(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    since, until = read.period(parameters, now, longest=timedelta(days=1), oldest=timedelta(days=60))
    written = parameters.text("linenumber")
    line = read.own_line(key, written) if written else None
    found = _with_read(inbox(key.account, line=line, since=since, until=until), parameters)
    return [{"startdate": seconds(since), "enddate": seconds(until), "sumcount": found.count()}]


def _with_read(found: QuerySet[InboundMessage], parameters: Parameters) -> QuerySet[InboundMessage]:
    """``isread``: 0 unread, 1 read, absent both."""
    match parameters.word("isread"):
        case "":
            return found
        case "0" | "false":
            return found.filter(read_at=None)
        case "1" | "true":
            return found.filter(read_at__isnull=False)
    raise Refused(Code.INCOMPLETE)
