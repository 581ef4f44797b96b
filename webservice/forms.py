"""The form of a new key."""

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from webservice.models import ApiKey

USUAL = (ApiKey.Scope.SEND, ApiKey.Scope.READ)  # what most programs need; the dialects also ask for the others


class KeyForm(forms.Form):
    """Scopes, addresses and lifetime of a key; webservice.services.create_key judges them."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What uses the key, such as “Shop site”. Only you see it.")
    )
    is_test = forms.TypedChoiceField(
        label=_("Kind"),
        coerce=int,
        required=False,
        empty_value=0,
        initial=0,
        choices=[(0, _("Live: real messages, at their price")), (1, _("Test: simulated operator, free of charge"))],
    )
    scopes = forms.MultipleChoiceField(
        label=_("What the key may do"),
        choices=ApiKey.Scope.choices,
        initial=[scope.value for scope in USUAL],
        widget=forms.CheckboxSelectMultiple,
    )
    networks = forms.CharField(
        label=_("Allowed addresses"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One address or network a line, such as 203.0.113.0/24. Empty: from anywhere."),
    )
    lifetime = forms.TypedChoiceField(
        label=_("Expires"),
        coerce=int,
        initial=0,
        choices=[(0, _("Never")), (30, _("In 30 days")), (90, _("In 90 days")), (365, _("In a year"))],
    )

    def wishes(self, now: datetime) -> dict:
        """Arguments for create_key."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "is_test": bool(data["is_test"]),
            "scopes": data["scopes"],
            "networks": data["networks"].splitlines(),
            "expires_at": now + timedelta(days=data["lifetime"]) if data["lifetime"] else None,
        }


class ActivationForm(forms.Form):
    """Who uses the web service, from where and what for (S1)."""

    used_by = forms.CharField(
        label=_("Site or application"),
        max_length=200,
        help_text=_("Its address or name, such as shop.example.com or “Accounting of Pars Co.”."),
    )
    networks = forms.CharField(
        label=_("IP addresses"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("From where your servers call: one address or network a line, such as 203.0.113.0/24."),
    )
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is sent and to whom, such as order notices to customers."),
    )

    def wishes(self) -> dict:
        """Arguments for save_activation."""
        return self.cleaned_data | {"networks": self.cleaned_data["networks"].splitlines()}
