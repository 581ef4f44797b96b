"""The door of Melipayamak's dialect."""

import json
import logging

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from webservice.dialects import refusals, wire
from webservice.dialects.keys import key_of_pair, key_of_path
from webservice.dialects.melipayamak import methods
from webservice.dialects.melipayamak.codes import INVALID_DATA, WORDS, Code, Refused
from webservice.dialects.refusals import Reason
from webservice.models import ApiKey

log = logging.getLogger(__name__)

READ, SEND, INBOX = ApiKey.Scope.READ, ApiKey.Scope.SEND, ApiKey.Scope.INBOX
BASE_SERVICE_NUMBER = "baseservicenumber"
METHODS = {
    "sendsms": (methods.send, SEND),
    BASE_SERVICE_NUMBER: (methods.send_by_base_number, SEND),
    "getdeliveries2": (methods.deliveries, READ),
    "getmessages": (methods.messages, INBOX),
    "getcredit": (methods.credit, READ),
    "getbaseprice": (methods.base_price, READ),
    "getusernumbers": (methods.numbers, READ),
}

CODES = {
    Reason.UNREADABLE: Code.INVALID_DATA,
    Reason.BAD_KEY: Code.BAD_LOGIN,
    Reason.KEY_EXPIRED: Code.BAD_LOGIN,
    Reason.ADDRESS_REFUSED: Code.BAD_LOGIN,
    Reason.SCOPE_MISSING: Code.BAD_LOGIN,
    Reason.SUSPENDED: Code.USER_INACTIVE,
    Reason.TOO_OFTEN: Code.UPDATING,
    Reason.NO_CREDIT: Code.NO_CREDIT,
    Reason.BAD_LINE: Code.BAD_SENDER,
    Reason.BAD_TEXT: Code.INVALID_DATA,
    Reason.NO_OPT_OUT_HINT: Code.NO_OPT_OUT_HINT,
    Reason.BAD_TIME: Code.INVALID_DATA,
    Reason.BAD_RECIPIENT: Code.INVALID_DATA,
    Reason.TOO_MANY: Code.VOLUME_LIMIT,
    Reason.BUSY: Code.UPDATING,
}
BASE_NUMBER_CODES = CODES | {
    Reason.SCOPE_MISSING: Code.NO_ACCESS,
    Reason.BAD_LINE: Code.SENDER_ERROR,
    Reason.BUSY: Code.INTERNAL,
}


@csrf_exempt
def call(request: HttpRequest, service: str, method: str) -> HttpResponse:
    """``/api/SendSMS/{method}``, in any letter case."""
    name = method.strip("/").lower()
    codes = BASE_NUMBER_CODES if name == BASE_SERVICE_NUMBER else CODES
    with override("fa"):
        try:
            return _value(_result(request, name))
        except Refused as refused:
            return _refusal(refused.code)
        except refusals.KNOWN as error:
            reason, _words = refusals.reason_of(error)
            return _refusal(codes[reason])
        except Exception:
            log.exception("a request of Melipayamak's dialect failed")
            return _refusal(codes[Reason.BUSY])


def _result(request: HttpRequest, name: str):
    if name not in METHODS or request.method != "POST":
        raise Refused(Code.INVALID_DATA)
    work, scope = METHODS[name]
    parameters = wire.read(request, query=False)
    secret = request.headers.get("apikey", "").strip()
    if secret:
        key = key_of_path(secret, request, scope)
    else:
        key = key_of_pair(parameters.text("username"), parameters.text("password").strip(), request, scope)
    return work(key, parameters, timezone.now())


def _value(result: str | tuple[str, list[dict]]) -> HttpResponse:
    """``Value``; a list also stands under ``Data``, its three keys also under ``MyBase``."""
    value, rows = result if isinstance(result, tuple) else (result, None)
    base = {"Value": value, "RetStatus": int(Code.OK), "StrRetStatus": WORDS[Code.OK]}
    return _written(base if rows is None else {"MyBase": base, "Data": rows, **base})


def _refusal(code: Code) -> HttpResponse:
    words = WORDS.get(code, INVALID_DATA)
    return _written({"Value": str(int(code)), "RetStatus": int(code.ret_status), "StrRetStatus": words})


def _written(document: dict) -> HttpResponse:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Language"] = "fa"
    response["Cache-Control"] = "no-store"
    return response
