"""The words of the error tables: (English, Persian), cause and remedy, as plain data."""

# command_status → (action, English, Persian). Actions are the names of errors.Action.
STATUSES = {
    0x00000000: ("ACCEPT", "Accepted by the operator.", "اپراتور پیام را پذیرفت."),
    0x00000001: (
        "REJECT",
        "The operator says the message length is wrong; shorten the text or send it in parts.",
        "اپراتور طول پیام را نادرست می‌داند؛ متن را کوتاه‌تر کنید یا در چند بخش بفرستید.",
    ),
    0x00000002: (
        "REJECT",
        "The operator could not read the request (wrong length); report it to the operator's technical desk.",
        "اپراتور نتوانست درخواست را بخواند (طول نادرست)؛ به واحد فنی اپراتور خبر دهید.",
    ),
    0x00000003: (
        "REJECT",
        "The operator does not know this kind of request; check the gateway's settings with the operator.",
        "اپراتور این نوع درخواست را نمی‌شناسد؛ تنظیمات درگاه را با اپراتور بررسی کنید.",
    ),
    0x00000004: (
        "FATAL_BIND",
        "This bind may not send messages; choose the transmitter or transceiver type for it.",
        "این اتصال اجازهٔ ارسال ندارد؛ نوع آن را فرستنده یا فرستنده‌گیرنده انتخاب کنید.",
    ),
    0x00000005: (
        "RETRY",
        "The operator says we are already connected; it is tried again when the older connection has closed.",
        "اپراتور می‌گوید پیش‌تر متصل شده‌ایم؛ پس از بسته‌شدن اتصال قبلی دوباره تلاش می‌شود.",
    ),
    0x00000006: (
        "REJECT",
        "The operator refused the priority; set the gateway's priority to 0.",
        "اپراتور اولویت پیام را نپذیرفت؛ اولویت درگاه را روی ۰ بگذارید.",
    ),
    0x00000007: (
        "REJECT",
        "The operator refused the request for a receipt; check with the operator whether receipts are enabled.",
        "اپراتور درخواست گزارش تحویل را نپذیرفت؛ فعال بودن آن را از اپراتور بپرسید.",
    ),
    0x00000008: (
        "RETRY",
        "The operator's system had an internal error; the message is sent again later.",
        "سامانهٔ اپراتور خطای داخلی داشت؛ پیام بعداً دوباره فرستاده می‌شود.",
    ),
    0x0000000A: (
        "REJECT",
        "The operator does not accept this sender line; check that the line is active and belongs to you.",
        "اپراتور این خط فرستنده را نمی‌پذیرد؛ فعال بودن خط و تعلق آن به خود را بررسی کنید.",
    ),
    0x0000000B: (
        "REJECT",
        "The operator says the recipient's number is wrong; correct the number.",
        "اپراتور شمارهٔ گیرنده را نادرست می‌داند؛ شماره را اصلاح کنید.",
    ),
    0x0000000C: (
        "REJECT",
        "The operator does not know this message id.",
        "اپراتور این شناسهٔ پیام را نمی‌شناسد.",
    ),
    0x0000000D: (
        "FATAL_BIND",
        "The operator refused the connection; check the account, the allowed addresses and the number of binds.",
        "اپراتور اتصال را نپذیرفت؛ حساب، نشانی‌های مجاز و تعداد اتصال‌ها را بررسی کنید.",
    ),
    0x0000000E: (
        "FATAL_BIND",
        "The operator says the password is wrong; correct the gateway's password.",
        "اپراتور گذرواژه را نادرست می‌داند؛ گذرواژهٔ درگاه را اصلاح کنید.",
    ),
    0x0000000F: (
        "FATAL_BIND",
        "The operator does not know this system_id; correct the gateway's user name.",
        "اپراتور این نام کاربری (system_id) را نمی‌شناسد؛ نام کاربری درگاه را اصلاح کنید.",
    ),
    0x00000011: ("REJECT", "The operator could not cancel the message.", "اپراتور نتوانست پیام را لغو کند."),
    0x00000013: ("REJECT", "The operator could not replace the message.", "اپراتور نتوانست پیام را جایگزین کند."),
    0x00000014: (
        "THROTTLE",
        "The operator's queue is full; sending slows down and goes on by itself.",
        "صف اپراتور پر است؛ ارسال کندتر می‌شود و خودکار ادامه می‌یابد.",
    ),
    0x00000015: (
        "REJECT",
        "The operator refused the service type; correct it in the gateway's settings.",
        "اپراتور نوع سرویس را نپذیرفت؛ آن را در تنظیمات درگاه اصلاح کنید.",
    ),
    0x00000033: ("REJECT", "The number of recipients in one request is wrong.", "تعداد گیرندگان درخواست نادرست است."),
    0x00000034: (
        "REJECT",
        "The operator does not know this distribution list.",
        "اپراتور این فهرست توزیع را نمی‌شناسد.",
    ),
    0x00000040: ("REJECT", "The kind of recipient in the request is wrong.", "نوع گیرنده در درخواست نادرست است."),
    0x00000042: (
        "REJECT",
        "The operator does not accept replacing an earlier message.",
        "اپراتور جایگزینی پیام پیشین را نمی‌پذیرد.",
    ),
    0x00000043: (
        "REJECT",
        "The operator refused the kind of message (esm_class); ask whether multi-part messages are allowed.",
        "اپراتور نوع پیام (esm_class) را نپذیرفت؛ مجاز بودن پیام چندبخشی را از اپراتور بپرسید.",
    ),
    0x00000044: ("REJECT", "The operator cannot send to this list.", "اپراتور نمی‌تواند به این فهرست بفرستد."),
    0x00000045: (
        "REJECT",
        "The operator could not take the message, often because the recipient has blocked advertising or the line.",
        "اپراتور پیام را نپذیرفت؛ اغلب چون گیرنده پیامک تبلیغاتی یا این خط را مسدود کرده است.",
    ),
    0x00000048: (
        "REJECT",
        "The sender's type of number is wrong; correct the source TON in the gateway's settings.",
        "نوع شمارهٔ فرستنده (TON) نادرست است؛ آن را در تنظیمات درگاه اصلاح کنید.",
    ),
    0x00000049: (
        "REJECT",
        "The sender's numbering plan is wrong; correct the source NPI in the gateway's settings.",
        "طرح شماره‌گذاری فرستنده (NPI) نادرست است؛ آن را در تنظیمات درگاه اصلاح کنید.",
    ),
    0x00000050: (
        "REJECT",
        "The recipient's type of number is wrong; correct the destination TON in the gateway's settings.",
        "نوع شمارهٔ گیرنده (TON) نادرست است؛ آن را در تنظیمات درگاه اصلاح کنید.",
    ),
    0x00000051: (
        "REJECT",
        "The recipient's numbering plan is wrong; correct the destination NPI in the gateway's settings.",
        "طرح شماره‌گذاری گیرنده (NPI) نادرست است؛ آن را در تنظیمات درگاه اصلاح کنید.",
    ),
    0x00000053: (
        "FATAL_BIND",
        "The operator refused the system type; correct it in the gateway's settings.",
        "اپراتور نوع سامانه (system_type) را نپذیرفت؛ آن را در تنظیمات درگاه اصلاح کنید.",
    ),
    0x00000054: ("REJECT", "The replace flag is wrong.", "نشان جایگزینی پیام نادرست است."),
    0x00000055: ("REJECT", "The number of messages in the request is wrong.", "تعداد پیام‌های درخواست نادرست است."),
    0x00000058: (
        "THROTTLE",
        "We send faster than the operator allows; sending slows down and goes on by itself.",
        "سرعت ارسال از حد مجاز اپراتور بیشتر است؛ ارسال کندتر می‌شود و خودکار ادامه می‌یابد.",
    ),
    0x00000061: (
        "REJECT",
        "The operator refused the scheduled time.",
        "اپراتور زمان‌بندی ارسال را نپذیرفت.",
    ),
    0x00000062: (
        "REJECT",
        "The operator refused the validity period; choose a shorter one.",
        "اپراتور مدت اعتبار پیام را نپذیرفت؛ مدت کوتاه‌تری انتخاب کنید.",
    ),
    0x00000063: ("REJECT", "The operator has no such ready-made message.", "اپراتور چنین پیام آماده‌ای ندارد."),
    0x00000064: (
        "RETRY",
        "The operator cannot take the message just now; it is sent again later.",
        "اپراتور اکنون نمی‌تواند پیام را بگیرد؛ پیام بعداً دوباره فرستاده می‌شود.",
    ),
    0x00000065: (
        "REJECT",
        "The operator refuses the message for good; ask the operator for the reason.",
        "اپراتور پیام را به‌طور قطعی نمی‌پذیرد؛ علت را از اپراتور بپرسید.",
    ),
    0x00000066: (
        "REJECT",
        "The operator rejected the message; check the text and the recipient with the operator's rules.",
        "اپراتور پیام را رد کرد؛ متن و گیرنده را با قواعد اپراتور بسنجید.",
    ),
    0x00000067: ("REJECT", "The operator could not answer the query.", "اپراتور نتوانست به پرس‌وجو پاسخ دهد."),
    0x000000C0: (
        "REJECT",
        "The operator could not read the optional fields; remove the gateway's optional fields.",
        "اپراتور فیلدهای اختیاری را نخواند؛ فیلدهای اختیاری درگاه را حذف کنید.",
    ),
    0x000000C1: (
        "REJECT",
        "The operator does not allow an optional field that was sent; remove it from the gateway's settings.",
        "اپراتور یکی از فیلدهای اختیاری را مجاز نمی‌داند؛ آن را از تنظیمات درگاه حذف کنید.",
    ),
    0x000000C2: ("REJECT", "The length of a field is wrong.", "طول یکی از فیلدها نادرست است."),
    0x000000C3: (
        "REJECT",
        "The operator expects an optional field that is missing; ask the operator which.",
        "اپراتور فیلدی اختیاری را لازم می‌داند که فرستاده نشده است؛ نام آن را از اپراتور بپرسید.",
    ),
    0x000000C4: ("REJECT", "The value of an optional field is wrong.", "مقدار یکی از فیلدهای اختیاری نادرست است."),
    0x000000FE: (
        "REJECT",
        "The operator could not deliver the message.",
        "اپراتور نتوانست پیام را تحویل دهد.",
    ),
    0x000000FF: (
        "RETRY",
        "The operator reported an unknown error; the message is sent again later.",
        "اپراتور خطای ناشناخته‌ای گزارش کرد؛ پیام بعداً دوباره فرستاده می‌شود.",
    ),
    # From SMPP 5.0; operators that speak 3.4 answer with them too.
    0x00000100: (
        "FATAL_BIND",
        "This account is not authorised for the service; ask the operator to enable it.",
        "این حساب اجازهٔ استفاده از سرویس را ندارد؛ فعال‌سازی آن را از اپراتور بخواهید.",
    ),
    0x00000101: (
        "FATAL_BIND",
        "The operator forbids this operation for the account; ask the operator to enable it.",
        "اپراتور این کار را برای حساب ممنوع کرده است؛ فعال‌سازی آن را از اپراتور بخواهید.",
    ),
    0x00000102: (
        "RETRY",
        "The operator's service is not available now; the message is sent again later.",
        "سرویس اپراتور اکنون در دسترس نیست؛ پیام بعداً دوباره فرستاده می‌شود.",
    ),
    0x00000103: (
        "REJECT",
        "The operator denies this service for the message.",
        "اپراتور این سرویس را برای پیام مجاز نمی‌داند.",
    ),
    0x00000104: (
        "REJECT",
        "The operator does not support this alphabet (data_coding); correct it in the gateway's settings.",
        "اپراتور این الفبا (data_coding) را پشتیبانی نمی‌کند؛ آن را در تنظیمات درگاه اصلاح کنید.",
    ),
}

VENDOR = (
    "REJECT",
    "The operator refused it with its own code {code}; ask the operator what it means.",
    "اپراتور با کد ویژهٔ خود {code} آن را نپذیرفت؛ معنای آن را از اپراتور بپرسید.",
)
RESERVED = (
    "RETRY",
    "The operator answered with code {code}, which the standard does not define; the message is sent again later.",
    "اپراتور با کد {code} پاسخ داد که در استاندارد تعریف نشده است؛ پیام بعداً دوباره فرستاده می‌شود.",
)

# message_state of a receipt, by its number.
STATES = {
    0: ("Scheduled at the operator.", "نزد اپراتور زمان‌بندی شده است."),
    1: ("On its way to the phone.", "در راه گوشی گیرنده است."),
    2: ("Delivered to the phone.", "به گوشی گیرنده رسید."),
    3: (
        "Not delivered in its time: the phone was off or out of reach.",
        "در مهلت اعتبار نرسید: گوشی خاموش یا خارج از دسترس بود.",
    ),
    4: ("Deleted by the operator.", "اپراتور پیام را حذف کرد."),
    5: (
        "Could not be delivered: the number is wrong, unassigned or cannot receive messages.",
        "تحویل ممکن نشد: شماره نادرست یا واگذارنشده است یا پیامک نمی‌گیرد.",
    ),
    6: ("Accepted by the operator's staff on the subscriber's behalf.", "اپراتور به‌جای مشترک پیام را پذیرفت."),
    7: ("The operator does not know what became of it.", "اپراتور از سرنوشت پیام آگاه نیست."),
    8: (
        "Rejected by the operator or by the recipient's blocking list.",
        "اپراتور یا فهرست سیاه گیرنده پیام را رد کرد.",
    ),
    9: ("Skipped by the operator.", "اپراتور از پیام گذر کرد."),
}

# The err of a receipt has no standard; these GSM MAP causes are what most operators write there.
RECEIPT_ERRORS = {
    "000": ("No error.", "بدون خطا."),
    "001": ("Unknown subscriber: the number does not exist.", "مشترک ناشناخته: این شماره وجود ندارد."),
    "005": ("The subscriber cannot be found in the network.", "مشترک در شبکه یافت نشد."),
    "006": ("The phone is absent from the network.", "گوشی در شبکه حضور ندارد."),
    "009": ("The subscription is not allowed to receive it.", "این مشترک اجازهٔ دریافت ندارد."),
    "011": ("The subscriber has no SMS service.", "مشترک سرویس پیامک ندارد."),
    "013": ("The subscriber is barred from receiving messages.", "دریافت پیامک برای این مشترک بسته است."),
    "021": ("The recipient's network does not support it.", "شبکهٔ گیرنده این پیام را پشتیبانی نمی‌کند."),
    "027": ("The phone is off or out of reach.", "گوشی خاموش یا خارج از دسترس است."),
    "031": ("The phone is busy with another message.", "گوشی مشغول دریافت پیام دیگری است."),
    "032": ("The phone's memory is full.", "حافظهٔ گوشی پر است."),
    "034": ("A failure in the recipient's network.", "خطا در شبکهٔ گیرنده."),
}

# Why a bind is not up. The English half is what link, dial and session say (with their details in the braces).
BIND_ERRORS = {
    "the host name {host} is not known: {reason}": (
        "The host name {host} is not known ({reason}); check the gateway's address.",
        "نام میزبان {host} شناخته نشد ({reason})؛ نشانی درگاه را بررسی کنید.",
    ),
    "the host name {host} has no address": (
        "The host name {host} has no address; check the gateway's address.",
        "نام میزبان {host} نشانی ندارد؛ نشانی درگاه را بررسی کنید.",
    ),
    "cannot connect to {address}: {reason}": (
        "No connection to {address}: {reason}. Check the address, the port and the operator's allow-list.",
        "اتصال به {address} برقرار نشد: {reason}. نشانی، پورت و فهرست نشانی‌های مجاز نزد اپراتور را بررسی کنید.",
    ),
    "{address} does not answer": (
        "{address} does not answer; check the network and the operator's list of allowed addresses.",
        "{address} پاسخ نمی‌دهد؛ شبکه و فهرست نشانی‌های مجاز نزد اپراتور را بررسی کنید.",
    ),
    "the connection broke: {reason}": (
        "The connection broke: {reason}. It is made again by itself.",
        "اتصال قطع شد: {reason}. خودکار دوباره برقرار می‌شود.",
    ),
    "the operator closed the connection": (
        "The operator closed the connection. It is made again by itself.",
        "اپراتور اتصال را بست. خودکار دوباره برقرار می‌شود.",
    ),
    "the operator closed the connection in the middle of a PDU": (
        "The operator's connection was cut in the middle of a message. It is made again by itself.",
        "اتصال اپراتور در میانهٔ یک پیام قطع شد. خودکار دوباره برقرار می‌شود.",
    ),
    "the operator sent bytes that are not SMPP: {reason}": (
        "What answers there does not speak SMPP ({reason}); check the address and the port.",
        "آنچه آنجا پاسخ می‌دهد SMPP نیست ({reason})؛ نشانی و پورت را بررسی کنید.",
    ),
    "the operator did not answer the bind": (
        "The operator did not answer the request to bind; ask the operator whether the account is active.",
        "اپراتور به درخواست اتصال پاسخ نداد؛ فعال بودن حساب را از اپراتور بپرسید.",
    ),
    "the operator does not answer enquire_link": (
        "The operator fell silent; the connection is made again by itself.",
        "اپراتور پاسخ نمی‌دهد؛ اتصال خودکار دوباره برقرار می‌شود.",
    ),
    "the operator ends the bind": (
        "The operator ended the connection; it is made again by itself.",
        "اپراتور به اتصال پایان داد؛ خودکار دوباره برقرار می‌شود.",
    ),
    "the operator did not bind us: {status}": ("{status}: {meaning}", "{status}: {meaning}"),
    "the operator refused the bind: {status}": ("{status}: {meaning}", "{status}: {meaning}"),
}
REASONS = {
    "Connection refused": "اتصال پذیرفته نشد",
    "Connection reset by peer": "طرف مقابل اتصال را قطع کرد",
    "Broken pipe": "طرف مقابل اتصال را قطع کرد",
    "Connection timed out": "پاسخی نرسید",
    "Network is unreachable": "شبکه در دسترس نیست",
    "No route to host": "مسیری به میزبان نیست",
    "Name or service not known": "نام ناشناخته است",
    "Temporary failure in name resolution": "خدمت نام (DNS) پاسخ نمی‌دهد",
}
