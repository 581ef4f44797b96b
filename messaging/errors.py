"""What stands in ``Message.error``, in words: ``smpp:<command_status>``, ``receipt:<code>``, or one of ours."""

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from messaging.smpp import errors as smpp
from messaging.smpp.receipts import MessageState

_STATES = {state.name.lower(): state for state in MessageState}


def describe(error: str | None, language: str | None = None) -> str:
    """Cause and, where there is one, remedy, in ``language`` ("fa" or "en"; None: the reader's). "" for no error."""
    if not error:
        return ""
    kind, _colon, code = error.partition(":")
    spoken = "fa" if (language or get_language() or "fa").startswith("fa") else "en"
    if kind == "smpp" and code.isdecimal():
        return smpp.sentence(int(code), spoken)
    with override(spoken):
        return _of_receipt(code, spoken) if kind == "receipt" else _ours(error)


def code_of(error: str | None) -> str:
    """The short code for those who want to look it up: ESME_RINVDSTADR, err:027; "" for our own errors."""
    kind, _colon, code = (error or "").partition(":")
    if kind == "smpp" and code.isdecimal():
        return smpp.name(int(code))
    return f"err:{code}" if kind == "receipt" and code else ""


def _of_receipt(code: str, language: str) -> str:
    if code in _STATES:
        return smpp.state_sentence(_STATES[code], language)
    if code.strip("0") == "":  # "no error" beside a failure: the operator left its reason out
        return _("The operator reported that the message was not delivered, and gave no reason.")
    known = smpp.receipt_error_sentence(code, language)
    if known:
        return known
    return _("The operator reported that the message was not delivered (its code %(code)s).") % {"code": code}


def _ours(error: str) -> str:
    sentences = {
        "opted_out": _("The recipient has asked for no more messages from you; nothing was charged."),
        "blocked": _("The recipient is on the operators' block list for advertising; nothing was charged."),
        "no_route": _("There is no way to this operator from this line at present; nothing was charged."),
        "unfit_text": _("With this recipient's details the text is empty or too long; nothing was charged."),
        "expired": _("Its validity ended before it could be sent."),
        "cancelled": _("Cancelled before it was sent; its price was returned."),
        "unknown": _("The connection broke while it was being sent. It is not sent again, lest it arrive twice."),
    }
    return sentences.get(error, error)
