"""Form fields that every app shares."""

from datetime import datetime, timedelta

from django import forms

from common import date_words, jalali


class MomentField(forms.Field):
    """A day, or a day and a time, as people write it (Jalali or Gregorian, Tehran's clock); gives an aware datetime.

    With ``ends=True`` a day alone means its end, so that "until the 5th" includes the 5th.
    """

    def __init__(self, *, ends: bool = False, **options) -> None:
        self.ends = ends
        options.setdefault("widget", forms.TextInput(attrs={"data-picker": True, "autocomplete": "off"}))
        super().__init__(**options)

    def to_python(self, value) -> datetime | None:
        written = "" if value is None else str(value).strip()
        if not written:
            return None
        try:
            moment = jalali.parse_jalali(written)
        except jalali.DateRefused as error:
            raise forms.ValidationError(date_words.sentence(error), code="invalid") from error
        has_clock = ":" in written
        return moment + timedelta(days=1) if self.ends and not has_clock else moment
