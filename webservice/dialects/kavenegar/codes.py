"""Kavenegar's numbers and the Persian words beside them. They are its wire format: never translated."""

from enum import IntEnum
from http import HTTPStatus

from messaging.models import Message, Status


class Code(IntEnum):
    """``return.status``; also the HTTP status, but for 6xx, which HTTP does not know."""

    OK = 200
    INCOMPLETE = 400
    ACCOUNT_DISABLED = 401
    FAILED = 402
    BAD_KEY = 403
    UNKNOWN_METHOD = 404
    WRONG_VERB = 405
    EMPTY_PARAMETER = 406
    ADDRESS_LIST_NEEDED = 407
    BUSY = 409
    BAD_RECEPTOR = 411
    BAD_SENDER = 412
    BAD_MESSAGE = 413
    TOO_MANY = 414
    START_BEYOND = 415
    ADDRESS_REFUSED = 416
    BAD_DATE = 417
    NO_CREDIT = 418
    LENGTHS_DIFFER = 419
    NO_TEMPLATE = 424
    NO_CALL = 428
    BAD_TOKEN = 431
    TOKEN_NOT_IN_TEMPLATE = 432
    TOO_OFTEN = 451
    TOO_MANY_NUMBERS = 604
    BAD_TAG = 607

    @property
    def http_status(self) -> int:
        return self if self < 600 else HTTPStatus.BAD_REQUEST


WORDS = {
    Code.OK: "تایید شد",
    Code.INCOMPLETE: "پارامترها ناقص هستند",
    Code.ACCOUNT_DISABLED: "حساب کاربری غیرفعال شده است",
    Code.FAILED: "عملیات ناموفق بود",
    Code.BAD_KEY: "کد شناسائی API-Key معتبر نمی‌باشد",
    Code.UNKNOWN_METHOD: "متدی با این نام وجود ندارد",
    Code.WRONG_VERB: "متد Get/Post اشتباه است",
    Code.EMPTY_PARAMETER: "پارامترهای اجباری خالی ارسال شده‌اند",
    Code.ADDRESS_LIST_NEEDED: "برای این متد باید IP سرور شما در فهرست نشانی‌های مجاز کلید ثبت شده باشد",
    Code.BUSY: "سرور قادر به پاسخ‌گویی نیست، بعداً تلاش کنید",
    Code.BAD_RECEPTOR: "دریافت کننده نامعتبر است",
    Code.BAD_SENDER: "ارسال کننده نامعتبر است",
    Code.BAD_MESSAGE: "پیام خالی است و یا طول پیام بیش از حد مجاز می‌باشد",
    Code.TOO_MANY: "حجم درخواست بیشتر از حد مجاز است",
    Code.START_BEYOND: "اندیس شروع بزرگ‌تر از تعداد شماره‌هاست",
    Code.ADDRESS_REFUSED: "IP سرویس مبدا با تنظیمات کلید مطابقت ندارد",
    Code.BAD_DATE: "تاریخ ارسال اشتباه است یا قالب آن صحیح نیست",
    Code.NO_CREDIT: "اعتبار شما کافی نمی‌باشد",
    Code.LENGTHS_DIFFER: "طول آرایه‌های متن، گیرنده و فرستنده هم‌اندازه نیست",
    Code.NO_TEMPLATE: "الگوی مورد نظر پیدا نشد یا هنوز تأیید نشده است",
    Code.NO_CALL: "ارسال کد از طریق تماس تلفنی امکان‌پذیر نیست",
    Code.BAD_TOKEN: "ساختار کد صحیح نمی‌باشد",
    Code.TOKEN_NOT_IN_TEMPLATE: "پارامتر کد در متن الگو پیدا نشد",
    Code.TOO_OFTEN: "فراخوانی بیش از حد مجاز در بازهٔ زمانی مشخص",
    Code.TOO_MANY_NUMBERS: "تعداد شماره‌ها بیش از حد مجاز است",
    Code.BAD_TAG: "تگ انتخابی معتبر نیست",
}


class Refused(Exception):
    """The answer is this code; nothing was changed. ``words`` replace the code's own."""

    def __init__(self, code: Code, words: str = ""):
        super().__init__(code)
        self.code = code
        self.words = words or WORDS[code]


class Fate(IntEnum):
    """``status`` of a message."""

    QUEUED = 1
    SCHEDULED = 2
    SENT = 4
    FAILED = 6
    DELIVERED = 10
    UNDELIVERED = 11
    CANCELLED = 13
    BLOCKED = 14
    UNKNOWN_ID = 100


FATE_WORDS = {
    Fate.QUEUED: "در صف ارسال",
    Fate.SCHEDULED: "زمان بندی شده",
    Fate.SENT: "ارسال شده به مخابرات",
    Fate.FAILED: "خطا در ارسال",
    Fate.DELIVERED: "رسیده به گیرنده",
    Fate.UNDELIVERED: "نرسیده به گیرنده",
    Fate.CANCELLED: "لغو شده",
    Fate.BLOCKED: "بلاک شده",
    Fate.UNKNOWN_ID: "شناسه نامعتبر",
}

FATES = {
    Status.DRAFT: Fate.QUEUED,
    Status.SCHEDULED: Fate.SCHEDULED,
    Status.QUEUED: Fate.QUEUED,
    Status.SUBMITTING: Fate.QUEUED,
    Status.UNKNOWN: Fate.SENT,  # it was handed to a socket; whether it arrived is not known
    Status.SUBMITTED: Fate.SENT,
    Status.DELIVERED: Fate.DELIVERED,
    Status.UNDELIVERED: Fate.UNDELIVERED,
    Status.EXPIRED: Fate.UNDELIVERED,
    Status.REJECTED: Fate.FAILED,
    Status.FAILED: Fate.FAILED,
    Status.CANCELLED: Fate.CANCELLED,
    Status.BLOCKED: Fate.BLOCKED,
}


def fate_of(message: Message) -> Fate:
    """A scheduled message whose time has come is on its way, though it keeps its status until it is handed over."""
    status = Status(message.status)
    if status is Status.SCHEDULED and message.campaign.state != message.campaign.State.SCHEDULED:
        return Fate.QUEUED
    if status is Status.BLOCKED and message.error == "no_route":
        return Fate.FAILED
    return FATES[status]


def statuses_of(fate: int) -> list[Status] | None:
    """Our statuses that are shown as this number; None for a number that Kavenegar does not know."""
    known = {*Fate, 5}
    if fate not in known or fate == Fate.UNKNOWN_ID:
        return None
    return [status for status, shown in FATES.items() if shown == (Fate.SENT if fate == 5 else fate)]
