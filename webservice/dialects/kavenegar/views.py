"""The door of Kavenegar's dialect: one address, a table of methods."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from webservice.dialects import refusals, wire
from webservice.dialects.kavenegar import account, blocked, inbox, postal, reading, sending
from webservice.dialects.kavenegar.answers import answer
from webservice.dialects.kavenegar.codes import Code, Refused
from webservice.dialects.keys import key_of_path
from webservice.dialects.refusals import Reason
from webservice.models import ApiKey

log = logging.getLogger(__name__)

READ, SEND, INBOX, CONTACTS = ApiKey.Scope.READ, ApiKey.Scope.SEND, ApiKey.Scope.INBOX, ApiKey.Scope.CONTACTS
GET_OR_POST = frozenset({"GET", "POST"})


@dataclass(frozen=True, slots=True)
class Method:
    work: Callable
    scope: str
    verbs: frozenset[str] = field(default=GET_OR_POST)
    is_paged: bool = False


METHODS = {
    "sms/send": Method(sending.send, SEND),
    "sms/sendarray": Method(sending.send_array, SEND, frozenset({"POST"})),
    "sms/cancel": Method(sending.cancel, SEND),
    "sms/sendbypostalcode": Method(postal.send, SEND),
    "verify/lookup": Method(sending.lookup, SEND),
    "sms/countpostalcode": Method(postal.count, READ),
    "sms/status": Method(reading.status, READ),
    "sms/statuslocalmessageid": Method(reading.status_by_local_id, READ),
    "sms/statusbyreceptor": Method(reading.status_by_receptor, READ),
    "sms/select": Method(reading.select, READ),
    "sms/selectoutbox": Method(reading.select_outbox, READ),
    "sms/latestoutbox": Method(reading.latest_outbox, READ),
    "sms/countoutbox": Method(reading.count_outbox, READ),
    "sms/receive": Method(inbox.receive, INBOX),
    "sms/inboxpaged": Method(inbox.page, INBOX, is_paged=True),
    "sms/countinbox": Method(inbox.count, INBOX),
    "account/info": Method(account.info, READ),
    "account/config": Method(account.config, READ),
    "line/blocked/list": Method(blocked.page, CONTACTS, is_paged=True),
    "line/blocked/add": Method(blocked.add, CONTACTS),
    "line/blocked/exists": Method(blocked.exists, CONTACTS),
    "line/blocked/remove": Method(blocked.remove, CONTACTS, frozenset({"DELETE"})),
}
DATE = "utils/getdate"

CODES = {
    Reason.UNREADABLE: Code.INCOMPLETE,
    Reason.BAD_KEY: Code.BAD_KEY,
    Reason.KEY_EXPIRED: Code.BAD_KEY,
    Reason.SCOPE_MISSING: Code.BAD_KEY,
    Reason.ADDRESS_REFUSED: Code.ADDRESS_REFUSED,
    Reason.SUSPENDED: Code.ACCOUNT_DISABLED,
    Reason.TOO_OFTEN: Code.TOO_OFTEN,
    Reason.NO_CREDIT: Code.NO_CREDIT,
    Reason.BAD_LINE: Code.BAD_SENDER,
    Reason.BAD_TEXT: Code.BAD_MESSAGE,
    Reason.NO_OPT_OUT_HINT: Code.BAD_MESSAGE,
    Reason.BAD_TIME: Code.BAD_DATE,
    Reason.BAD_RECIPIENT: Code.BAD_RECEPTOR,
    Reason.TOO_MANY: Code.TOO_MANY,
    Reason.BUSY: Code.BUSY,
}


@csrf_exempt
def call(request: HttpRequest, key: str, method: str) -> HttpResponse:
    """``/v1/{key}/{scope}/{method}.json``, with or without a slash after it."""
    with override("fa"):
        try:
            return _answered(request, key, method.lower())
        except Refused as refused:
            return answer(None, code=refused.code, words=refused.words)
        except refusals.KNOWN as error:
            reason, words = refusals.reason_of(error)
            return answer(None, code=CODES[reason], words=words)
        except Exception:
            log.exception("a request of Kavenegar's dialect failed")
            return answer(None, code=Code.BUSY)


def _answered(request: HttpRequest, secret: str, path: str) -> HttpResponse:
    name, dot, form = path.rstrip("/").rpartition(".")
    if form != "json" or not dot:
        raise Refused(Code.UNKNOWN_METHOD)
    now = timezone.now()
    if name == DATE:
        return answer(account.date(now))
    method = METHODS.get(name)
    if method is None:
        raise Refused(Code.UNKNOWN_METHOD)
    if request.method not in method.verbs:
        raise Refused(Code.WRONG_VERB)
    key = key_of_path(secret, request, method.scope)
    entries = method.work(key, wire.read(request), now)
    if method.is_paged:
        rows, metadata = entries
        return answer(rows, metadata=metadata)
    return answer(entries)
