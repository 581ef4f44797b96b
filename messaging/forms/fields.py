"""Fields that read what people write here: Jalali or Gregorian times, days, lists of ids."""

from datetime import datetime, timedelta

from django import forms

from common import date_words
from common.jalali import DateRefused, parse_jalali

LARGEST_ID = 2**63 - 1


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


class IdsField(forms.Field):
    """The ids of a list's chosen rows, repeats dropped; what is no id is dropped too, since nobody types them."""

    widget = forms.MultipleHiddenInput

    def __init__(self, **options) -> None:
        super().__init__(**{"required": False, **options})

    def clean(self, value: list[str] | None) -> list[int]:
        ids = dict.fromkeys(int(one) for one in value or [] if one.isascii() and one.isdecimal())
        return [one for one in ids if one <= LARGEST_ID]
