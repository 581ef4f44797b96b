"""Which problem each kind of exception is: the one place that turns refusals of the services into answers."""

import logging
from collections.abc import Iterator

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions

from billing.services import InsufficientCredit
from credit.pricing import NoTariff
from messaging.services import SendRefused, WrongState
from phonebook.refusals import PhonebookRefused
from webservice.problems import OF_STATUS, Code, FieldCode, FieldError, Problem, answer

log = logging.getLogger(__name__)

_FIELD_CODES = {
    "required": FieldCode.REQUIRED,
    "null": FieldCode.WRONG_TYPE,
    "blank": FieldCode.EMPTY,
    "empty": FieldCode.EMPTY,
    "not_a_list": FieldCode.WRONG_TYPE,
    "max_length": FieldCode.TOO_LONG,
    "min_value": FieldCode.TOO_SMALL,
    "max_value": FieldCode.TOO_LARGE,
    "invalid_choice": FieldCode.NOT_A_CHOICE,
}
_KNOWN = set(FieldCode)


def problem_response(error: Exception, context: dict) -> HttpResponse | None:
    """REST framework's EXCEPTION_HANDLER. None for what is our own fault: it is logged with its trace, and
    webservice.middleware answers."""
    problem = problem_of(error)
    return problem and answer(problem)


def problem_of(error: Exception) -> Problem | None:
    """The problem that an exception means to the caller; None for a fault of ours."""
    match error:
        case Problem():
            return error
        case exceptions.ValidationError():
            return Problem(Code.VALIDATION_FAILED, errors=list(_field_errors(error.detail, "")))
        case InsufficientCredit():
            return Problem(
                Code.INSUFFICIENT_CREDIT,
                _("The price is %(needed)s rials and the balance %(balance)s rials.")
                % {"needed": error.needed, "balance": error.balance},
                more={"needed": error.needed, "balance": error.balance},
            )
        case SendRefused():
            return Problem(Code.SEND_REFUSED, errors=[FieldError(error.field or "", error.code, error.message)])
        case PhonebookRefused():
            return Problem(Code.VALIDATION_FAILED, errors=[FieldError(error.field, FieldCode.INVALID, str(error))])
        case NoTariff():
            return Problem(Code.SEND_REFUSED, errors=[FieldError("line", "no_tariff", str(error))])
        case WrongState():
            return Problem(Code.WRONG_STATE, more={"state": str(error.state)})
        case exceptions.Throttled():
            return Problem(Code.RATE_LIMITED, headers={"Retry-After": str(int(error.wait or 1))})
        case OperationalError():
            log.exception("the database could not answer")
            return Problem(Code.UNAVAILABLE, headers={"Retry-After": "5"})
        case Http404():
            return Problem(Code.NOT_FOUND)
        case PermissionDenied():
            return Problem(Code.FORBIDDEN)
        case exceptions.APIException() if error.status_code in OF_STATUS:
            return Problem(OF_STATUS[error.status_code])
    return None


def _field_errors(detail, path: str) -> Iterator[FieldError]:
    """One error per sentence, its path written ``to[3]`` or ``a.b``."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _field_errors(inner, path if name == "non_field_errors" else _inside(path, name))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            yield from _field_errors(inner, path if isinstance(inner, str) else f"{path}[{place}]")
    else:
        code = _FIELD_CODES.get(detail.code, detail.code)
        yield FieldError(path, code if code in _KNOWN else FieldCode.INVALID, str(detail))


def _inside(path: str, name: str | int) -> str:
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else str(name)
