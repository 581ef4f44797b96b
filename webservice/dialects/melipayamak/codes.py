"""Melipayamak's numbers and the words that its answers carry: its wire format, never translated."""

from enum import IntEnum

from messaging.models import Message, Status


class Code(IntEnum):
    """``RetStatus``, and ``Value`` of a refusal. The negative ones are BaseServiceNumber's own."""

    BAD_LOGIN = 0
    OK = 1
    NO_CREDIT = 2
    VOLUME_LIMIT = 4
    BAD_SENDER = 5
    UPDATING = 6
    USER_INACTIVE = 10
    NOT_SENT = 11
    NO_OPT_OUT_HINT = 15
    INVALID_DATA = 35
    NO_ACCESS = -1
    MORE_THAN_ONE_NUMBER = -2
    LINE_UNKNOWN = -3
    NO_TEMPLATE = -4
    TEXT_DOES_NOT_FIT = -5
    INTERNAL = -6
    SENDER_ERROR = -7

    @property
    def ret_status(self) -> int:
        return self if self >= 0 else Code.INVALID_DATA


WORDS = {
    Code.BAD_LOGIN: "InvalidUserPass",
    Code.OK: "Ok",
    Code.NO_CREDIT: "NoCredit",
    Code.VOLUME_LIMIT: "VolumeLimit",
    Code.BAD_SENDER: "InvalidSender",
    Code.UPDATING: "SystemBusy",
    Code.USER_INACTIVE: "UserInactive",
    Code.NOT_SENT: "NotSent",
    Code.NO_OPT_OUT_HINT: "OptOutHintMissing",
}
INVALID_DATA = "InvalidData"


class Refused(Exception):
    """The answer is this code; nothing was changed."""

    def __init__(self, code: Code):
        super().__init__(code)
        self.code = code


class Fate(IntEnum):
    """``Value`` of GetDeliveries2."""

    DELIVERED = 1
    UNDELIVERED = 2
    REFUSED_BY_TELECOM = 3
    UNKNOWN_ERROR = 5
    AT_TELECOM = 8
    NOT_AT_TELECOM = 16
    BLACKLIST = 35
    UNKNOWN = 100
    WAITING = 400
    NOT_ACCEPTED = 500


FATES = {
    Status.DRAFT: Fate.WAITING,
    Status.SCHEDULED: Fate.WAITING,
    Status.QUEUED: Fate.WAITING,
    Status.SUBMITTING: Fate.WAITING,
    Status.UNKNOWN: Fate.UNKNOWN_ERROR,
    Status.SUBMITTED: Fate.AT_TELECOM,
    Status.DELIVERED: Fate.DELIVERED,
    Status.UNDELIVERED: Fate.UNDELIVERED,
    Status.EXPIRED: Fate.UNDELIVERED,
    Status.REJECTED: Fate.REFUSED_BY_TELECOM,
    Status.FAILED: Fate.NOT_AT_TELECOM,
    Status.CANCELLED: Fate.NOT_ACCEPTED,
    Status.BLOCKED: Fate.BLACKLIST,
}


def fate_of(message: Message) -> Fate:
    if message.status == Status.BLOCKED and message.error == "no_route":
        return Fate.NOT_AT_TELECOM
    return FATES[Status(message.status)]
