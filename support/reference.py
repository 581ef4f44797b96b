"""What a new desk starts with: units, promises of time, the fixed holidays of the solar calendar, ready answers."""

import jdatetime

UNITS = [
    ("technical", "پشتیبانی فنی", "Technical support"),
    ("finance", "امور مالی", "Finance"),
    ("sales", "فروش و خطوط", "Sales and lines"),
    ("management", "مدیریت (انتقاد و پیشنهاد)", "Management (criticism and suggestions)"),
]
PROMISES = {4: (60, 240), 3: (120, 480), 2: (240, 960), 1: (480, 2400)}
SOLAR_HOLIDAYS = [
    ((1, 1), "نوروز"), ((1, 2), "نوروز"), ((1, 3), "نوروز"), ((1, 4), "نوروز"), ((1, 12), "روز جمهوری اسلامی"),
    ((1, 13), "روز طبیعت"), ((3, 14), "رحلت امام خمینی"), ((3, 15), "قیام ۱۵ خرداد"),
    ((11, 22), "پیروزی انقلاب اسلامی"), ((12, 29), "ملی شدن صنعت نفت"),
]  # fmt: skip
YEARS = range(1405, 1411)
_GREETING = "با سلام و احترام\n\n{name} گرامی، "
ANSWERS = {
    "در حال بررسی": "درخواست شماره {number} شما دریافت شد و در واحد {unit} در حال بررسی است.",
    "نیاز به اطلاعات بیشتر": (
        "برای بررسی درخواست شماره {number} لطفاً **متن پیام، تاریخ، ساعت و سرشماره ارسال** را بنویسید."
    ),
    "رفع شد": "مورد «{title}» برطرف شد. اگر هنوز مشکلی می‌بینید در همین درخواست بنویسید.",
}


def fill_when_empty(apps, using: str = "default") -> None:
    """Make each kind of row where there is none yet; what staff changed stays. Runs after every migrate and flush, and
    does nothing while the tables are not there."""
    for name, rows in (
        ("Unit", _units()), ("ServiceLevel", _promises()), ("Holiday", _holidays()), ("CannedAnswer", _answers()),
    ):  # fmt: skip
        try:
            model = apps.get_model("support", name)
        except LookupError:
            return
        if not model.objects.using(using).exists():
            model.objects.using(using).bulk_create(model(**row) for row in rows)


def _units() -> list[dict]:
    return [
        {"code": code, "name_fa": fa, "name_en": en, "position": place} for place, (code, fa, en) in enumerate(UNITS)
    ]


def _promises() -> list[dict]:
    return [
        {"priority": priority, "response_minutes": response, "resolution_minutes": resolution}
        for priority, (response, resolution) in PROMISES.items()
    ]


def _holidays() -> list[dict]:
    return [
        {"day": jdatetime.date(year, *place).togregorian(), "name": name}
        for year in YEARS
        for place, name in SOLAR_HOLIDAYS
    ]


def _answers() -> list[dict]:
    return [{"title": title, "body": f"{_GREETING}{body}\n\n{{staff}}"} for title, body in ANSWERS.items()]
