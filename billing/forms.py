"""Forms of the pages of credit, payments and invoices."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.gateways import PaymentGateway
from billing.models import BillingProfile, LedgerEntry, Payment
from common.fields import LastDayField, MomentField, WholeNumberField
from common.identity import is_legal_id, is_national_id
from common.text.folding import ascii_digits

DAY = {"data-picker": "day", "autocomplete": "off", "placeholder": _("1405/09/01"), "inputmode": "numeric"}


class HistoryForm(forms.Form):
    """What to show of the ledger (13.4)."""

    since = MomentField(label=_("From day"), widget=forms.TextInput(attrs=DAY))
    until = LastDayField(label=_("Until day"), widget=forms.TextInput(attrs=DAY))
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *LedgerEntry.Kind.choices])
    text = forms.CharField(label=_("Reason or reference"), required=False, max_length=120)


class AdjustForm(forms.Form):
    """A correction of a balance by staff; ``reference`` makes a form sent twice count once."""

    amount = forms.IntegerField(
        label=_("amount (rials)"),
        min_value=-(10**15),
        max_value=10**15,
        help_text=_("Positive adds to the balance, negative takes from it."),
    )
    reason = forms.CharField(label=_("reason"), max_length=500, help_text=_("The customer sees it in the history."))
    reference = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class PurchasesForm(forms.Form):
    """What to show of the online payments (13.1)."""

    since = MomentField(label=_("From day"), widget=forms.TextInput(attrs=DAY))
    until = LastDayField(label=_("Until day"), widget=forms.TextInput(attrs=DAY))
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Payment.State.choices])
    text = forms.CharField(label=_("Tracking number"), required=False, max_length=64)


class InvoicesForm(forms.Form):
    """What to show of the invoices (14)."""

    state = forms.CharField(required=False, widget=forms.HiddenInput)
    since = MomentField(label=_("From day"), widget=forms.TextInput(attrs=DAY))
    until = LastDayField(label=_("Until day"), widget=forms.TextInput(attrs=DAY))
    text = forms.CharField(label=_("Invoice number"), required=False, max_length=40)


class PayForm(forms.Form):
    """Which bank to pay at."""

    gateway = forms.ChoiceField(label=_("Pay at"), widget=forms.RadioSelect)

    def __init__(self, *args, gateways: list[PaymentGateway], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gateway"].choices = [(gateway.code, gateway.label) for gateway in gateways]
        if gateways:
            self.fields["gateway"].initial = gateways[0].code


class WarningForm(forms.Form):
    """The balance under which the account is warned (13.5)."""

    threshold = WholeNumberField(
        label=_("Warn when the balance falls below (rials)"), min_value=0, max_value=10**12,
        help_text=_("0: no warning."),
    )  # fmt: skip


class BuyerForm(forms.ModelForm):
    """Who the buyer is on invoices (14). Numbers in any digits."""

    class Meta:
        model = BillingProfile
        fields = [
            "legal_name", "national_id", "economic_code", "registration_number", "postal_code", "address", "phone"
        ]  # fmt: skip

    def __init__(self, data=None, **kwargs) -> None:
        numbers = ("national_id", "economic_code", "registration_number", "postal_code", "phone")
        if data is not None:
            data = data.copy()
            for name in numbers:
                data[name] = ascii_digits(data.get(name, "")).strip()
        super().__init__(data, **kwargs)
        for name in numbers:
            self.fields[name].widget.attrs.update({"inputmode": "numeric", "dir": "ltr"})

    def clean_national_id(self) -> str:
        written = self.cleaned_data["national_id"]
        if written and not (is_national_id(written) or is_legal_id(written)):
            raise forms.ValidationError(_("This is no national ID; check its digits."))
        return written
