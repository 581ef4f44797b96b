"""Asanak's numbers, the HTTP status of each, and the Persian words beside them: its wire format, never translated."""

from enum import Enum, IntEnum

from messaging.models import Message, Status


class Code(Enum):
    """(HTTP status, ``meta.status``). A number may come with several HTTP statuses."""

    INVALID = (400, 1008)
    LOGIN = (401, 1008)
    PASSWORD_EXPIRED = (401, 1015)
    NO_CREDIT = (402, 1006)
    FORBIDDEN = (403, 403)
    TEMPLATE = (403, 1001)
    UNKNOWN_METHOD = (404, 404)
    WRONG_VERB = (405, 405)
    SOURCE = (406, 1002)
    DESTINATION = (406, 1010)
    TOO_OFTEN = (429, 429)
    INTERNAL = (500, 1004)


WORDS = {
    Code.INVALID: "مقدار یکی از پارامترها معتبر نیست",
    Code.LOGIN: "نام کاربری یا رمز عبور نادرست است",
    Code.PASSWORD_EXPIRED: "رمز عبور وب‌سرویس منقضی شده است",
    Code.NO_CREDIT: "اعتبار کافی نیست",
    Code.FORBIDDEN: "دسترسی مجاز نیست",
    Code.TEMPLATE: "قالب تأیید نشده یا فعال نیست",
    Code.UNKNOWN_METHOD: "متدی با این نام وجود ندارد",
    Code.WRONG_VERB: "درخواست باید با POST فرستاده شود",
    Code.SOURCE: "شمارهٔ فرستنده فعال نیست",
    Code.DESTINATION: "فهرست گیرندگان معتبر نیست",
    Code.TOO_OFTEN: "تعداد درخواست‌ها بیش از حد مجاز است",
    Code.INTERNAL: "خطای داخلی سامانه",
}


class Refused(Exception):
    """The answer is this code; nothing was changed. ``invalids`` are the destinations that cannot be sent to."""

    def __init__(self, code: Code, words: str = "", invalids: list[str] | None = None):
        super().__init__(code)
        self.code = code
        self.words = words or WORDS[code]
        self.invalids = invalids or []


class Fate(IntEnum):
    """``Status`` of msgstatus."""

    NOT_FOUND = -1
    QUEUED = 1
    SENT = 2
    PENDING = 4
    FAILED = 5
    SUCCESS = 6
    NO_RESPONSE = 7
    REJECTED = 8
    NO_SUCH_ID = 11


FATES = {
    Status.DRAFT: Fate.QUEUED,
    Status.SCHEDULED: Fate.PENDING,
    Status.QUEUED: Fate.QUEUED,
    Status.SUBMITTING: Fate.QUEUED,
    Status.UNKNOWN: Fate.NO_RESPONSE,
    Status.SUBMITTED: Fate.SENT,
    Status.DELIVERED: Fate.SUCCESS,
    Status.UNDELIVERED: Fate.FAILED,
    Status.EXPIRED: Fate.FAILED,
    Status.REJECTED: Fate.REJECTED,
    Status.FAILED: Fate.FAILED,
    Status.CANCELLED: Fate.FAILED,
    Status.BLOCKED: Fate.REJECTED,
}


def fate_of(message: Message) -> Fate:
    return FATES[Status(message.status)]
