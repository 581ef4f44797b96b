"""line/blocked: who gets nothing from a line. The rows are the phonebook's opt-outs."""

from datetime import datetime

from django.db.models import Q

from common.phones import national
from common.text import has_opt_out_hint
from phonebook.models import OptOut
from phonebook.opt_outs import PANEL, WEB_SERVICE, opt_in, opt_out, opted_out_among
from webservice.dialects.kavenegar import parameters as read
from webservice.dialects.kavenegar.answers import pages, seconds
from webservice.dialects.kavenegar.codes import Code, Refused
from webservice.dialects.wire import Parameters, number
from webservice.models import ApiKey

MOST_ADDED = 200
MOST_REMOVED = 50
PAGE = 200
BY_WEB_SERVICE, BY_PANEL, BY_SUBSCRIBER, BY_STAFF, UNKNOWN = 0, 1, 2, 3, 10


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
    rows = [(row, reason_of(row)) for row in found]
    written = parameters.word("blockreason")
    if written:
        wanted = number(written)
        rows = [(row, reason) for row, reason in rows if reason == wanted]
    place = max(read.whole(parameters, "pagenumber", 1), 1)
    shown = rows[(place - 1) * PAGE : place * PAGE]
    return [
        {"number": national(row.msisdn), "blockreason": reason, "date": seconds(row.created_at)}
        for row, reason in shown
    ], pages(len(rows), place, PAGE)


def reason_of(row: OptOut) -> int:
    """Kavenegar's number for why: our reasons are words, or what staff wrote."""
    known = {WEB_SERVICE: BY_WEB_SERVICE, PANEL: BY_PANEL, "": UNKNOWN}
    if row.reason in known:
        return known[row.reason]
    return BY_SUBSCRIBER if has_opt_out_hint(row.reason) else BY_STAFF


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
