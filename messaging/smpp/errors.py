"""What an operator's answer means: one table for command_status, one for receipts, with words in English and Persian.

>>> action(0x58)
<Action.THROTTLE: 'throttle'>
>>> sentence(0x58, "en")
'We send faster than the operator allows; sending slows down and goes on by itself.'
"""

import re
from enum import Enum, IntEnum

from messaging.smpp import sentences


class Status(IntEnum):
    """command_status (5.1.3) of SMPP 3.4, and those of 5.0 that operators of 3.4 answer with."""

    ESME_ROK = 0x00000000
    ESME_RINVMSGLEN = 0x00000001
    ESME_RINVCMDLEN = 0x00000002
    ESME_RINVCMDID = 0x00000003
    ESME_RINVBNDSTS = 0x00000004
    ESME_RALYBND = 0x00000005
    ESME_RINVPRTFLG = 0x00000006
    ESME_RINVREGDLVFLG = 0x00000007
    ESME_RSYSERR = 0x00000008
    ESME_RINVSRCADR = 0x0000000A
    ESME_RINVDSTADR = 0x0000000B
    ESME_RINVMSGID = 0x0000000C
    ESME_RBINDFAIL = 0x0000000D
    ESME_RINVPASWD = 0x0000000E
    ESME_RINVSYSID = 0x0000000F
    ESME_RCANCELFAIL = 0x00000011
    ESME_RREPLACEFAIL = 0x00000013
    ESME_RMSGQFUL = 0x00000014
    ESME_RINVSERTYP = 0x00000015
    ESME_RINVNUMDESTS = 0x00000033
    ESME_RINVDLNAME = 0x00000034
    ESME_RINVDESTFLAG = 0x00000040
    ESME_RINVSUBREP = 0x00000042
    ESME_RINVESMCLASS = 0x00000043
    ESME_RCNTSUBDL = 0x00000044
    ESME_RSUBMITFAIL = 0x00000045
    ESME_RINVSRCTON = 0x00000048
    ESME_RINVSRCNPI = 0x00000049
    ESME_RINVDSTTON = 0x00000050
    ESME_RINVDSTNPI = 0x00000051
    ESME_RINVSYSTYP = 0x00000053
    ESME_RINVREPFLAG = 0x00000054
    ESME_RINVNUMMSGS = 0x00000055
    ESME_RTHROTTLED = 0x00000058
    ESME_RINVSCHED = 0x00000061
    ESME_RINVEXPIRY = 0x00000062
    ESME_RINVDFTMSGID = 0x00000063
    ESME_RX_T_APPN = 0x00000064
    ESME_RX_P_APPN = 0x00000065
    ESME_RX_R_APPN = 0x00000066
    ESME_RQUERYFAIL = 0x00000067
    ESME_RINVOPTPARSTREAM = 0x000000C0
    ESME_ROPTPARNOTALLWD = 0x000000C1
    ESME_RINVPARLEN = 0x000000C2
    ESME_RMISSINGOPTPARAM = 0x000000C3
    ESME_RINVOPTPARAMVAL = 0x000000C4
    ESME_RDELIVERYFAILURE = 0x000000FE
    ESME_RUNKNOWNERR = 0x000000FF
    ESME_RSERTYPUNAUTH = 0x00000100
    ESME_RPROHIBITED = 0x00000101
    ESME_RSERTYPUNAVAIL = 0x00000102
    ESME_RSERTYPDENIED = 0x00000103
    ESME_RINVDCS = 0x00000104


class Action(Enum):
    """What to do with a message, or a bind, that was answered so."""

    ACCEPT = "accept"
    THROTTLE = "throttle"  # the whole bind backs off; the message keeps its place
    RETRY = "retry"  # later, on another bind if there is one; attempts are limited by the caller
    REJECT = "reject"  # at once, with the sentence
    FATAL_BIND = "fatal_bind"  # the bind is set up wrongly: no message goes out until somebody mends it


def passes_on(status: int) -> bool:
    """Whether the answer speaks of the operator's own trouble, or of our bind's with it, and not of the message: then
    another operator may take it. Not when it asks us to slow down."""
    return action(status) in {Action.RETRY, Action.FATAL_BIND}


_BIND_ERRORS = [
    (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(said))), row)
    for said, row in sentences.BIND_ERRORS.items()
]
_VENDOR_RANGE = range(0x400, 0x500)
_ACTIONS = {code: Action[row[0]] for code, row in sentences.STATUSES.items()}


def action(status: int) -> Action:
    """What to do about a command_status. Vendors' own codes (0x400–0x4FF, or past the standard's) are rejections: an
    operator that invents a code for "slow down" is rare, one that invents codes for "blocked" is the rule."""
    known = _ACTIONS.get(status)
    return known if known is not None else Action[_row(status)[0]]


def name(status: int) -> str:
    """ESME_RTHROTTLED, or 0x00000402 for a code without a name."""
    try:
        return Status(status).name
    except ValueError:
        return f"0x{status:08X}"


def sentence(status: int, language: str = "fa") -> str:
    """Cause and remedy of a command_status in ``language`` ("fa" or anything else for English)."""
    row = _row(status)
    return row[2 if language == "fa" else 1].format(code=f"0x{status:08X}")


def state_sentence(state: int, language: str = "fa") -> str:
    """What a receipt's state means; an unknown state reads as UNKNOWN."""
    return sentences.STATES.get(state, sentences.STATES[7])[language == "fa"]


def receipt_error_sentence(error: str, language: str = "fa") -> str:
    """What the err of a receipt usually means; "" when there is no common meaning, as there is no standard for it."""
    digits = error.strip()
    row = sentences.RECEIPT_ERRORS.get(digits.zfill(3) if digits.isdigit() else digits)
    return row[language == "fa"] if row else ""


def bind_error_sentence(error: str, language: str = "fa") -> str:
    """Cause and remedy of what `Handler.state` or `Session.last_error` said; what is not known is returned as it is."""
    for pattern, row in _BIND_ERRORS:
        if found := pattern.fullmatch(error):
            details = found.groupdict()
            if "status" in details:
                details["meaning"] = sentence(_status(details["status"]), language)
            if language == "fa" and "reason" in details:
                details["reason"] = sentences.REASONS.get(details["reason"], details["reason"])
            return row[language == "fa"].format(**details)
    return error


def _status(named):
    return Status[named] if named in Status.__members__ else int(named, 16)


def _row(status):
    row = sentences.STATUSES.get(status)
    if row is None:
        row = sentences.VENDOR if status in _VENDOR_RANGE or status > 0x500 else sentences.RESERVED
    return row
