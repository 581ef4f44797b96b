"""Why a dialect refuses, before it is put into the provider's own numbers: one word for each reason of the services."""

from enum import StrEnum

from django.db import OperationalError

from billing.services import InsufficientCredit
from credit.pricing import NoTariff
from messaging.services import SendRefused
from messaging.services.refusals import Refusal
from webservice.dialects.wire import Unreadable
from webservice.problems import Code, Problem


class Reason(StrEnum):
    UNREADABLE = "unreadable"
    BAD_KEY = "bad_key"
    KEY_EXPIRED = "key_expired"
    ADDRESS_REFUSED = "address_refused"
    SCOPE_MISSING = "scope_missing"
    SUSPENDED = "suspended"
    TOO_OFTEN = "too_often"
    NO_CREDIT = "no_credit"
    BAD_LINE = "bad_line"
    BAD_TEXT = "bad_text"
    NO_OPT_OUT_HINT = "no_opt_out_hint"
    BAD_TIME = "bad_time"
    BAD_RECIPIENT = "bad_recipient"
    TOO_MANY = "too_many"
    BUSY = "busy"


_OF_PROBLEM = {
    Code.KEY_EXPIRED: Reason.KEY_EXPIRED,
    Code.ADDRESS_NOT_ALLOWED: Reason.ADDRESS_REFUSED,
    Code.SCOPE_MISSING: Reason.SCOPE_MISSING,
    Code.ACCOUNT_SUSPENDED: Reason.SUSPENDED,
    Code.RATE_LIMITED: Reason.TOO_OFTEN,
}
_OF_REFUSAL = {
    Refusal.TEXT_EMPTY: Reason.BAD_TEXT,
    Refusal.TEXT_TOO_LONG: Reason.BAD_TEXT,
    Refusal.OPT_OUT_HINT_MISSING: Reason.NO_OPT_OUT_HINT,
    Refusal.LINE_UNUSABLE: Reason.BAD_LINE,
    Refusal.LINE_MAY_NOT_TARGET: Reason.BAD_LINE,
    Refusal.NO_CREDIT: Reason.NO_CREDIT,
    Refusal.NO_RECIPIENTS: Reason.BAD_RECIPIENT,
    Refusal.TOO_MANY_RECIPIENTS: Reason.TOO_MANY,
    Refusal.SEND_AT_PAST: Reason.BAD_TIME,
    Refusal.SEND_AT_TOO_FAR: Reason.BAD_TIME,
    Refusal.ACCOUNT_SUSPENDED: Reason.SUSPENDED,
}
KNOWN = (Problem, SendRefused, NoTariff, InsufficientCredit, Unreadable, OperationalError)


def reason_of(error: Exception) -> tuple[Reason, str]:
    """The reason of one of ``KNOWN``, and the sentence that says more, where there is one."""
    match error:
        case Problem():
            return _OF_PROBLEM.get(error.code, Reason.BAD_KEY), ""
        case SendRefused():
            return _OF_REFUSAL.get(error.code, Reason.UNREADABLE), error.message
        case NoTariff():
            return Reason.BAD_LINE, str(error)
        case InsufficientCredit():
            return Reason.NO_CREDIT, ""
        case Unreadable():
            return Reason.UNREADABLE, ""
    return Reason.BUSY, ""
