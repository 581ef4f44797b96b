"""The form of a send that comes again (2.5)."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from common.fields import LastDayField
from common.showing import number
from common.text import ascii_digits
from messaging.forms.compose import ComposeForm
from messaging.models import Campaign, RecurringSend
from messaging.recurrence import Frequency, Rule

_CLOCK = re.compile(r"([01]?\d|2[0-3])[:٫.]([0-5]\d)")
DAY = {"data-picker": "day", "data-picker-min": "now", "autocomplete": "off", "inputmode": "numeric"}
WEEKDAYS = [(5, _("Saturday")), (6, _("Sunday")), (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")),
            (3, _("Thursday")), (4, _("Friday"))]  # fmt: skip


class RecurringForm(ComposeForm):
    """Text and recipients as in the advanced send, and when it comes."""

    later = send_at = None
    frequency = forms.ChoiceField(label=_("Repeats"), choices=RecurringSend.Frequency, initial="daily")
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days of the week"), choices=WEEKDAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    day = forms.TypedChoiceField(
        label=_("Day of the month"),
        choices=lambda: [(day, number(day)) for day in range(1, 32)],
        coerce=int,
        required=False,
        empty_value=1,
    )
    clock = forms.CharField(
        label=_("Hour (Tehran time)"), initial="10:00", error_messages={"required": _("Write the hour, such as 10:00.")}
    )
    ends_at = LastDayField(label=_("Until"), widget=forms.TextInput(DAY))
    most = forms.IntegerField(label=_("Number of times"), required=False, min_value=1, max_value=10_000)
    short_credit = forms.ChoiceField(label=_("When the credit does not cover it"), choices=RecurringSend.ShortCredit)

    def __init__(self, *args, account: Account, **options) -> None:
        super().__init__(*args, account=account, kind=Campaign.Kind.ADVANCED, **options)

    def clean_clock(self) -> int:
        """Minutes of the day."""
        found = _CLOCK.fullmatch(ascii_digits(self.cleaned_data["clock"]).strip())
        if not found:
            raise forms.ValidationError(_("Write the hour, such as 10:00."))
        return int(found[1]) * 60 + int(found[2])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("frequency") == Frequency.WEEKLY and not data.get("weekdays") and "weekdays" not in self.errors:
            self.add_error("weekdays", _("Choose at least one day of the week."))
        return data

    def request(self) -> dict[str, Any]:
        """The keyword arguments of the service; of a valid form."""
        data = self.cleaned_data
        names = (
            "line",
            "title",
            "typed",
            "groups",
            "contacts",
            "upload",
            "text",
            "validity_minutes",
            "ends_at",
            "most",
        )
        rule = Rule(Frequency(data["frequency"]), data["clock"], frozenset(data["weekdays"]), data["day"] or 1)
        fields = {name: data[name] for name in names} | {"column": data["column"] or 0, "rule": rule}
        return fields | {"short_credit": data["short_credit"], "form_token": data["token"]}
