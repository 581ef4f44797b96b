"""The doors of Asanak's dialect: v2rest, and the older v1rest with bare answers."""

import json
import logging

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from webservice.dialects import refusals, wire
from webservice.dialects.asanak import methods
from webservice.dialects.asanak.codes import Code, Refused
from webservice.dialects.keys import key_of_pair
from webservice.dialects.refusals import Reason
from webservice.models import ApiKey

log = logging.getLogger(__name__)

READ, SEND = ApiKey.Scope.READ, ApiKey.Scope.SEND
METHODS = {
    "sendsms": (methods.send_sms, SEND),
    "p2psendsms": (methods.send_p2p, SEND),
    "template": (methods.send_template, SEND),
    "msgstatus": (methods.message_status, READ),
    "getcredit": (methods.credit, READ),
    "getrialcredit": (methods.rial_credit, READ),
    "templatelist": (methods.template_list, READ),
}
V1_METHODS = {name: METHODS[name] for name in ("sendsms", "msgstatus", "getcredit")}

CODES = {
    Reason.UNREADABLE: Code.INVALID,
    Reason.BAD_KEY: Code.LOGIN,
    Reason.KEY_EXPIRED: Code.PASSWORD_EXPIRED,
    Reason.ADDRESS_REFUSED: Code.FORBIDDEN,
    Reason.SCOPE_MISSING: Code.FORBIDDEN,
    Reason.SUSPENDED: Code.FORBIDDEN,
    Reason.TOO_OFTEN: Code.TOO_OFTEN,
    Reason.NO_CREDIT: Code.NO_CREDIT,
    Reason.BAD_LINE: Code.SOURCE,
    Reason.BAD_TEXT: Code.INVALID,
    Reason.NO_OPT_OUT_HINT: Code.INVALID,
    Reason.BAD_TIME: Code.INVALID,
    Reason.BAD_RECIPIENT: Code.DESTINATION,
    Reason.TOO_MANY: Code.DESTINATION,
    Reason.BUSY: Code.INTERNAL,
}


@csrf_exempt
def call(request: HttpRequest, method: str) -> HttpResponse:
    """``/webservice/v2rest/{method}``"""
    return _answer(request, method, METHODS, {"POST"}, bare=False)


@csrf_exempt
def call_v1(request: HttpRequest, method: str) -> HttpResponse:
    """``/webservice/v1rest/{method}``: a success is the data alone."""
    return _answer(request, method, V1_METHODS, {"POST", "GET"}, bare=True)


def _answer(request: HttpRequest, method: str, known: dict, verbs: set[str], *, bare: bool) -> HttpResponse:
    with override("fa"):
        try:
            data = _data(request, method.strip("/").lower(), known, verbs)
        except Refused as refused:
            return _refusal(refused.code, refused.words, refused.invalids)
        except refusals.KNOWN as error:
            reason, words = refusals.reason_of(error)
            return _refusal(CODES[reason], words)
        except Exception:
            log.exception("a request of Asanak's dialect failed")
            return _refusal(Code.INTERNAL)
        return _written(data if bare else {"meta": _meta(200, "success"), "data": data}, 200)


def _data(request: HttpRequest, name: str, known: dict, verbs: set[str]):
    if name not in known:
        raise Refused(Code.UNKNOWN_METHOD)
    if request.method not in verbs:
        raise Refused(Code.WRONG_VERB)
    work, scope = known[name]
    parameters = wire.read(request, query="GET" in verbs)
    key = key_of_pair(parameters.text("username"), parameters.text("password").strip(), request, scope)
    return work(key, parameters, timezone.now())


def _refusal(code: Code, words: str = "", invalids: list[str] | None = None) -> HttpResponse:
    """``data`` is always there, and both names of the number: clients read either."""
    http_status, number = code.value
    document = {"meta": _meta(number, words or Refused(code).words), "data": []}
    if invalids:
        document["Invalids"] = invalids
    return _written(document, http_status)


def _meta(number: int, words: str) -> dict:
    return {"status": number, "code": number, "message": words}


def _written(document, http_status: int) -> HttpResponse:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(body, content_type="application/json; charset=utf-8", status=http_status)
    response["Content-Language"] = "fa"
    response["Cache-Control"] = "no-store"
    return response
