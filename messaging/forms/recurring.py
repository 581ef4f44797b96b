"""The form of a send that comes again (2.5)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from common.fields import ClockField, LastDayField, WholeNumberField
from common.showing import number
from messaging.forms.compose import ComposeForm
from messaging.models import Campaign, RecurringSend
from messaging.recurrence import Frequency, Rule
from messaging.services.anniversaries import MOST_DAYS
from phonebook.selectors import date_fields

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
    date_key = forms.ChoiceField(label=_("Date of the contact"), required=False)
    calendar = forms.ChoiceField(
        label=_("Comes round by the calendar"), choices=RecurringSend.Calendar, initial="jalali"
    )
    when = forms.ChoiceField(
        label=_("When"), choices=[("on", _("On the day")), ("before", _("Days before")), ("after", _("Days after"))]
    )
    days = WholeNumberField(label=_("Number of days"), required=False, min_value=1, max_value=MOST_DAYS, initial=1)
    clock = ClockField(label=_("Hour (Tehran time)"), initial="10:00")
    ends_at = LastDayField(label=_("Until"), widget=forms.TextInput(DAY))
    most = forms.IntegerField(label=_("Number of times"), required=False, min_value=1, max_value=10_000)
    short_credit = forms.ChoiceField(label=_("When the credit does not cover it"), choices=RecurringSend.ShortCredit)

    def __init__(self, *args, account: Account, **options) -> None:
        super().__init__(*args, account=account, kind=Campaign.Kind.ADVANCED, **options)
        self.fields["date_key"].choices = [("", "—"), *((field.key, field.name) for field in date_fields(account))]
        self.has_dates = len(self.fields["date_key"].choices) > 1
        for name in ("calendar", "when"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("frequency") == Frequency.WEEKLY and not data.get("weekdays") and "weekdays" not in self.errors:
            self.add_error("weekdays", _("Choose at least one day of the week."))
        if data.get("frequency") != Frequency.DATES:
            self.errors.pop("days", None)
        elif data.get("when") in {"before", "after"} and not data.get("days") and "days" not in self.errors:
            self.add_error("days", _("Write the number of days."))
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
        days = (data.get("days") or 0) * {"before": -1, "after": 1}.get(data["when"], 0)
        fields |= {"date_key": data["date_key"], "calendar": data["calendar"] or "jalali", "offset_days": days}
        return fields | {"short_credit": data["short_credit"], "form_token": data["token"]}
