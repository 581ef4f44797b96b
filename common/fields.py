"""Form fields that read days, times and numbers as people write them here."""

import re
from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from common import date_words
from common.jalali import DateRefused, parse_jalali
from common.text.folding import ascii_digits

_CLOCK = re.compile(r"([01]?\d|2[0-4])[:٫.]([0-5]\d)")
_GROUPING = str.maketrans("", "", ",٬، \u200e\u200f\u2066\u2067\u2068\u2069")


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


class WholeNumberField(forms.IntegerField):
    """A whole number in any digits, grouped or not: «۱۲٬۵۰۰», 12,500."""

    widget = forms.TextInput

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"})

    def to_python(self, value) -> int | None:
        if isinstance(value, str):
            value = ascii_digits(value).translate(_GROUPING)
        return super().to_python(value)


class ClockField(forms.CharField):
    """An hour of the day such as 10:00 or «۲۱:۳۰»; cleans to minutes of the day, or None where it may be empty.
    ``to_the_end`` takes 24:00 too."""

    default_error_messages = {"required": _("Write the hour, such as 10:00.")}

    def __init__(self, *, to_the_end: bool = False, **options) -> None:
        super().__init__(**{"max_length": 10, **options})
        self.latest = 24 * 60 if to_the_end else 24 * 60 - 1
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off"})

    def clean(self, value: str) -> int | None:
        written = super().clean(value)
        if not written:
            return None
        found = _CLOCK.fullmatch(ascii_digits(written).strip())
        minutes = int(found[1]) * 60 + int(found[2]) if found else self.latest + 1
        if minutes > self.latest:
            raise forms.ValidationError(self.error_messages["required"])
        return minutes
