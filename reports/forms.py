"""The filters above the reports."""

from datetime import date, datetime, timedelta

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from common.fields import MomentField
from common.jalali import in_tehran
from messaging.models import Campaign
from messaging.selectors.sent import status_choices
from numbers.models import Line
from numbers.selectors import operators
from reports.selectors import MOST_DAYS, USUAL_DAYS, Wanted

KINDS = [choice for choice in Campaign.Kind.choices if choice[0] != Campaign.Kind.TEST]
_ALL = ("", gettext_lazy("All"))


def _day(label) -> MomentField:
    attrs = {"data-picker": "day", "autocomplete": "off", "placeholder": gettext_lazy("1405/09/01")}
    return MomentField(label=label, widget=forms.TextInput(attrs={**attrs, "inputmode": "numeric"}))


class ReportForm(forms.Form):
    """The period and what narrows it. Without days, the last 30; a filter that cannot be read shows its error."""

    since = _day(gettext_lazy("From day"))
    until = _day(gettext_lazy("Until day"))
    line = forms.ModelChoiceField(label=gettext_lazy("Line"), queryset=None, required=False, empty_label=_ALL[1])
    operator = forms.TypedChoiceField(label=gettext_lazy("Operator"), required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, choices=[_ALL, *KINDS])
    status = forms.TypedChoiceField(label=gettext_lazy("Status"), required=False, coerce=int, empty_value=None)
    by = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data, *, account: Account, without: tuple[str, ...] = ()) -> None:
        super().__init__(data)
        self.fields["line"].queryset = Line.objects.filter(Q(account=account) | Q(kind=Line.Kind.SHARED_SERVICE))
        self.fields["operator"].choices = [_ALL, *((pk, str(operator)) for pk, operator in operators().items())]
        self.fields["status"].choices = [_ALL, *status_choices()]
        for name in without:
            del self.fields[name]

    def clean(self) -> dict:
        given = super().clean()
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last day is before the first; choose a later one."))
        elif since and until and until - since > timedelta(days=MOST_DAYS):
            self.add_error("since", _("A report covers at most two years. Choose a shorter period."))
        return given

    def wanted(self, *, now: datetime, kind: str = "") -> Wanted:
        """What was asked for and could be understood."""
        self.is_valid()
        given = self.cleaned_data
        first, last = _period(given.get("since"), given.get("until"), in_tehran(now).date())
        line = given.get("line")
        return Wanted(
            first, last, line=line.pk if line else None, operator=given.get("operator"),
            kind=kind or given.get("kind", ""), status=given.get("status"),
        )  # fmt: skip


def _period(since: datetime | None, until: datetime | None, today: date) -> tuple[date, date]:
    last = in_tehran(until).date() if until else today
    if since and since.date() > last and not until:
        last = since.date()
    first = in_tehran(since).date() if since else last - timedelta(days=USUAL_DAYS - 1)
    return max(first, last - timedelta(days=MOST_DAYS)), last
