"""Forms of the pages of credit, payments and invoices."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.gateways import PaymentGateway
from billing.models import BillingProfile, CreditNote, LedgerEntry, Payment, Slip
from billing.services.slips import SlipWords
from common.fields import LastDayField, MomentField, WholeNumberField
from common.identity import is_legal_id, is_national_id
from common.jalali import in_tehran
from common.text.folding import ascii_digits, clean

DAY = {"data-picker": "day", "autocomplete": "off", "placeholder": _("2026-11-22"), "inputmode": "numeric"}


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


class SlipsForm(forms.Form):
    """What to show of the deposit slips (ISP-7.5)."""

    since = MomentField(label=_("From day"), widget=forms.TextInput(attrs=DAY))
    until = LastDayField(label=_("Until day"), widget=forms.TextInput(attrs=DAY))
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Slip.State.choices])
    text = forms.CharField(label=_("Bank or slip number"), required=False, max_length=40)


class TransfersForm(forms.Form):
    """What to show of the transfers (13.5)."""

    since = MomentField(label=_("From day"), widget=forms.TextInput(attrs=DAY))
    until = LastDayField(label=_("Until day"), widget=forms.TextInput(attrs=DAY))
    way = forms.ChoiceField(
        label=_("Direction"), required=False, choices=[("", _("All")), ("out", _("Given")), ("in", _("Received"))]
    )


class TransferForm(forms.Form):
    """To whom, and how much (13.5); ``token`` makes a form sent twice count once."""

    number = WholeNumberField(
        label=_("Account number"), min_value=1, max_value=10**12,
        help_text=_("It stands above the receiver's own list of transfers."),
    )  # fmt: skip
    amount = WholeNumberField(label=_("Amount (rials)"), min_value=1, max_value=10**13)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=120, help_text=_("The receiver reads it."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )  # fmt: skip
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class CreditNoteForm(forms.Form):
    """Money that goes back to a customer, by staff; ``token`` makes a form sent twice count once."""

    amount = WholeNumberField(label=_("amount (rials)"), min_value=1, max_value=10**13, help_text=_("With its VAT."))
    reason = forms.CharField(label=_("reason"), max_length=300, help_text=_("It stands on the credit note."))
    settled_by = forms.ChoiceField(label=_("given back"), choices=CreditNote.Way.choices, widget=forms.RadioSelect)
    bank_reference = forms.CharField(
        label=_("tracking number"), max_length=64,
        help_text=_("Give the money back at the bank first, and write its tracking number here."),
    )  # fmt: skip
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


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


class SlipForm(forms.Form):
    """A deposit that was made by hand (ISP-7.5). Numbers in any digits."""

    method = forms.ChoiceField(label=_("How it was paid"), choices=Slip.Method.choices, widget=forms.RadioSelect)
    bank = forms.CharField(label=_("Bank"), max_length=40)
    number = forms.CharField(
        label=_("Slip or tracking number"), max_length=40, widget=forms.TextInput(attrs={"dir": "ltr"})
    )
    paid_date = MomentField(label=_("Day of payment"), required=True, widget=forms.TextInput(attrs=DAY))
    amount = WholeNumberField(label=_("Amount (rials)"), min_value=1, max_value=10**13)
    card_digits = forms.CharField(
        label=_("Last 4 digits of the card"), required=False, max_length=8,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr"}),
        help_text=_("Needed where it was paid at a cash machine."),
    )  # fmt: skip
    picture = forms.FileField(
        label=_("Picture of the slip"), required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )  # fmt: skip
    accepts_less = forms.BooleanField(label=_("I know that this is less than the proforma"), required=False)

    def clean_number(self) -> str:
        return ascii_digits(self.cleaned_data["number"]).strip()

    def clean_bank(self) -> str:
        return " ".join(clean(self.cleaned_data["bank"]).split())

    def clean_card_digits(self) -> str:
        written = ascii_digits(self.cleaned_data["card_digits"]).strip()
        if written and not (len(written) == 4 and written.isdecimal()):
            raise forms.ValidationError(_("Write the last 4 digits."))
        return written

    def words(self) -> SlipWords:
        names = ("method", "bank", "number", "amount", "card_digits")
        paid = in_tehran(self.cleaned_data["paid_date"]).date()
        return SlipWords(paid_date=paid, **{name: self.cleaned_data[name] for name in names})
