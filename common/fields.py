"""Form fields that read days and times as people write them here."""

from datetime import datetime, timedelta

from django import forms

from common import date_words
from common.jalali import DateRefused, parse_jalali


class MomentField(forms.CharField):
    """A moment written YYYY/MM/DD HH:mm, Jalali or Gregorian, in any digits; cleans to an aware datetime or None."""

    def __init__(self, **options) -> None:
        super().__init__(**{"required": False, "max_length": 40, **options})

    def clean(self, value: str) -> datetime | None:
        written = super().clean(value)
        if not written:
            return None
        try:
            return parse_jalali(written)
        except DateRefused as error:
            raise forms.ValidationError(str(date_words.sentence(error))) from error


class LastDayField(MomentField):
    """The end of a range: of a day written without a clock time, the moment at which it ends."""

    def clean(self, value: str) -> datetime | None:
        moment = super().clean(value)
        return moment + timedelta(days=1) if moment and ":" not in value else moment
