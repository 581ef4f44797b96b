"""Staff's lists by months of the reader's calendar: Django's own drill-down knows Gregorian ones only."""

from datetime import date, datetime, time

import jdatetime
from django.contrib.admin import FieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common import showing
from common.jalali import GREGORIAN_MONTHS, MONTHS, TEHRAN, in_tehran, jalali_parts

SHOWN = 13  # a year, and the month of a year ago


class MonthFilter(FieldListFilter):
    """``list_filter = [("created_at", MonthFilter)]``: Jalali months in Persian, Gregorian ones in English, by Tehran's
    time. ``?created_at_month=1405-09`` or ``2026-11``, whatever the language: an address may be shared."""

    def __init__(self, field, request: HttpRequest, params: dict, model, model_admin, field_path: str) -> None:
        self.parameter = f"{field_path}_month"
        super().__init__(field, request, params, model, model_admin, field_path)
        self.chosen = str((self.used_parameters.get(self.parameter) or [""])[-1])
        self.title = _("month of %(field)s") % {"field": field.verbose_name}

    def expected_parameters(self) -> list[str]:
        return [self.parameter]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.chosen:
            return queryset
        try:
            year, month = (int(part) for part in self.chosen.split("-"))
            first, after = _first_day(year, month), _first_day(*_next(year, month))
        except ValueError as error:
            raise IncorrectLookupParameters(self.chosen) from error
        if isinstance(self.field, DateTimeField):
            first, after = (datetime.combine(day, time(), TEHRAN) for day in (first, after))
        return queryset.filter(**{f"{self.field_path}__gte": first, f"{self.field_path}__lt": after})

    def choices(self, changelist):
        yield {
            "selected": not self.chosen,
            "query_string": changelist.get_query_string(remove=[self.parameter]),
            "display": _("All"),
        }
        for year, month in _latest_months(in_tehran(timezone.now()).date()):
            value = f"{year:04}-{month:02}"
            yield {
                "selected": self.chosen == value,
                "query_string": changelist.get_query_string({self.parameter: value}),
                "display": _name(year, month),
            }


def _latest_months(today: date) -> list[tuple[int, int]]:
    year, month = jalali_parts(today)[:2] if showing.is_persian() else (today.year, today.month)
    months = [divmod(year * 12 + month - 1 - back, 12) for back in range(SHOWN)]
    return [(year, index + 1) for year, index in months]


def _name(year: int, month: int) -> str:
    """«آذر ۱۴۰۵», "November 2026"."""
    if showing.is_persian():
        return f"{MONTHS['fa'][month - 1]} {showing.digits(year)}"
    return f"{GREGORIAN_MONTHS[month - 1]} {year}"


def _first_day(year: int, month: int) -> date:
    """ValueError for a month that there is not; years before 1700 are Jalali."""
    return jdatetime.date(year, month, 1).togregorian() if year < 1700 else date(year, month, 1)


def _next(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)
