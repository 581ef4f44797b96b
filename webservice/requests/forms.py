"""The filters of the request log."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from common.fields import LastDayField, MomentField
from webservice.models import ApiKey
from webservice.requests.reading import FAILED, OK, REFUSED

_DAY = {"data-picker": "day", "autocomplete": "off"}


class RequestsFilter(forms.Form):
    key = forms.ModelChoiceField(
        label=_("Key"), queryset=ApiKey.objects.none(), required=False, empty_label=_("All keys")
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[
            ("", _("All")),
            (OK, _("Done (2xx)")),
            (REFUSED, _("Refused (4xx)")),
            (FAILED, _("Failed on our side (5xx)")),
        ],
    )
    code = forms.CharField(label=_("Code"), required=False, max_length=40, widget=forms.TextInput(attrs={"dir": "ltr"}))
    text = forms.CharField(
        label=_("Path or request's id"), required=False, max_length=100, widget=forms.TextInput(attrs={"dir": "ltr"})
    )
    since = MomentField(label=_("From day"), widget=forms.TextInput(attrs=_DAY))
    until = LastDayField(label=_("Until day"), widget=forms.TextInput(attrs=_DAY))

    def __init__(self, data, *, account: Account) -> None:
        super().__init__(data)
        self.fields["key"].queryset = ApiKey.objects.of(account)

    def wanted(self) -> dict:
        """What was asked for and could be understood."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
