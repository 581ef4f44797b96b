"""Forms of the ledger's pages."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.models import LedgerEntry
from common.fields import LastDayField, MomentField

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
