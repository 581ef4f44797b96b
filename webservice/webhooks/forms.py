"""The form of a webhook, and the filter of its attempts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from webservice.webhooks.models import MOST_IN_A_CALL, SUBSCRIBABLE

OUTCOMES = [("", _("All")), ("failed", _("Failed")), ("succeeded", _("Answered well"))]


class EndpointForm(forms.Form):
    """webservice.webhooks.services judges what is written here."""

    url = forms.CharField(
        label=_("Address"), max_length=2000, widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        help_text=_("Such as https://example.com/sms-events. It is called from our servers; private addresses never."),
    )  # fmt: skip
    name = forms.CharField(label=_("Name"), max_length=80, required=False)
    events = forms.MultipleChoiceField(
        label=_("What is told"),
        choices=[(kind.value, kind.label) for kind in SUBSCRIBABLE],
        widget=forms.CheckboxSelectMultiple,
    )
    batch_size = forms.IntegerField(
        label=_("Events in a call"), min_value=1, max_value=MOST_IN_A_CALL, initial=1,
        help_text=_("1: each event by itself. More: up to that many in one call, which large campaigns need."),
    )  # fmt: skip


class AttemptFilter(forms.Form):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES, required=False)
