"""line/blocked: who gets nothing from a line. The rows are the phonebook's opt-outs."""

from datetime import datetime

from django.db.models import Q

from common.phones import national
from phonebook.models import OptOut
from phonebook.opt_outs import PANEL, WEB_SERVICE, opt_in, opt_out, opted_out_among
from webservice.dialects.kavenegar import parameters as read
from webservice.dialects.kavenegar.answers import pages, seconds
from webservice.dialects.kavenegar.codes import Code, Refused
from webservice.dialects.wire import Parameters
from webservice.models import ApiKey

MOST_ADDED = 200
MOST_REMOVED = 50
PAGE = 200
FURTHEST = 10**9
BY_WEB_SERVICE, BY_PANEL, BY_SUBSCRIBER, BY_STAFF, UNKNOWN = 0, 1, 2, 3, 10
ANY = -1
LEAVE = "لغو"  # what subscribers write to leave a line
REASONS = {
    BY_WEB_SERVICE: Q(reason=WEB_SERVICE),
    BY_PANEL: Q(reason=PANEL),
    BY_SUBSCRIBER: Q(reason__contains=LEAVE),
    BY_STAFF: ~Q(reason__in=(WEB_SERVICE, PANEL, "")) & ~Q(reason__contains=LEAVE),
    UNKNOWN: Q(reason=""),
}


def add(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    line, numbers = _line_and_numbers(key, parameters, most=MOST_ADDED)
    new = opt_out(account=key.account, line=line, msisdns=numbers, reason=WEB_SERVICE, by=key.created_by, now=now)
    return [_row(line, one, "Active" if one in new else "AlreadyExists") for one in numbers]


def exists(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    line, numbers = _line_and_numbers(key, parameters, most=MOST_ADDED)
    there = opted_out_among(account=key.account, line=line, msisdns=numbers)
    return [_row(line, one, "AlreadyExists" if one in there else "NotExists") for one in numbers]


def remove(key: ApiKey, parameters: Parameters, now: datetime) -> dict:
    line, numbers = _line_and_numbers(key, parameters, most=MOST_REMOVED)
    removed = opt_in(account=key.account, line=line, msisdns=numbers, by=key.created_by)
    return {"message": f"{removed} شماره از فهرست مسدودها برداشته شد"}


def page(key: ApiKey, parameters: Parameters, now: datetime) -> tuple[list[dict], dict]:
    """A page of 200 of those who get nothing from the line, or from no line of the account; the newest first."""
    line = read.own_line(key, read.required(parameters, "linenumber"))
    found = OptOut.objects.of(key.account).filter(Q(line=line) | Q(line=None)).order_by("-id")
    since = read.moment(parameters.text("startdate"))
    if since:
        found = found.filter(created_at__gte=since)
    reason = read.whole(parameters, "blockreason", ANY)
    if reason != ANY:
        found = found.filter(REASONS.get(reason, Q(pk=None)))
    place = max(read.whole(parameters, "pagenumber", 1), 1)
    begin = (place - 1) * PAGE
    rows = found[begin : begin + PAGE] if begin < FURTHEST else []
    return [_list_row(row) for row in rows], pages(found.count(), place, PAGE)


def _list_row(row: OptOut) -> dict:
    return {"number": national(row.msisdn), "blockreason": reason_of(row), "date": seconds(row.created_at)}


def reason_of(row: OptOut) -> int:
    """Kavenegar's number for why: our reasons are words, or what staff wrote."""
    known = {WEB_SERVICE: BY_WEB_SERVICE, PANEL: BY_PANEL, "": UNKNOWN}
    if row.reason in known:
        return known[row.reason]
    return BY_SUBSCRIBER if LEAVE in row.reason else BY_STAFF


def _line_and_numbers(key: ApiKey, parameters: Parameters, *, most: int):
    line = read.own_line(key, read.required(parameters, "linenumber"))
    items = parameters.items("receptor")
    if not items:
        raise Refused(Code.EMPTY_PARAMETER)
    if len(items) > most:
        raise Refused(Code.TOO_MANY_NUMBERS)
    return line, list(dict.fromkeys(read.receptors(items)))


def _row(line, msisdn: int, status: str) -> dict:
    return {"linenumber": line.number, "receptor": national(msisdn), "status": status}
