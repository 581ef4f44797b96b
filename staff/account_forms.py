"""What staff look for among accounts, and do to one."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, User
from accounts.selectors import members
from billing.models import Wallet
from common.fields import WholeNumberField
from common.text import clean
from support.models import Ticket, Unit

MOST_RIALS = 10**13


class AccountFilter(forms.Form):
    """What cannot be read filters nothing."""

    text = forms.CharField(label=_("Search"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Account.State.choices])
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *Account.Kind.choices])

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in getattr(self, "cleaned_data", {}).items() if value}


class WhyForm(forms.Form):
    """Why an account is suspended or opened again: kept in its activity log."""

    reason = forms.CharField(
        label=_("Reason"), min_length=5, max_length=200, help_text=_("Kept in the account's activity log.")
    )  # fmt: skip


class CreditForm(forms.Form):
    """A correction of a balance; a form that is sent twice counts once."""

    ADD, TAKE = "add", "take"
    direction = forms.ChoiceField(label=_("What to do"), choices=[(ADD, _("Add credit")), (TAKE, _("Take credit"))])
    amount = WholeNumberField(label=_("Amount (rials)"), min_value=1, max_value=MOST_RIALS)
    reason = forms.CharField(
        label=_("Reason"), min_length=5, max_length=500, help_text=_("The customer reads it in the history of credit.")
    )  # fmt: skip
    reference = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def signed_amount(self) -> int:
        amount = self.cleaned_data["amount"]
        return amount if self.cleaned_data["direction"] == self.ADD else -amount


class LimitsForm(forms.Form):
    """How far below zero an account may go, and when it is warned."""

    credit_limit = WholeNumberField(
        label=_("Credit limit (rials)"), min_value=0, max_value=MOST_RIALS,
        help_text=_("How far below zero the balance may go."),
    )  # fmt: skip
    low_balance_warning = WholeNumberField(label=_("Warn below (rials)"), min_value=0, max_value=MOST_RIALS)

    @classmethod
    def of(cls, wallet: Wallet) -> "LimitsForm":
        return cls(initial={name: getattr(wallet, name) for name in cls.base_fields})


class WriteForForm(forms.Form):
    """A ticket in a customer's place."""

    whose = forms.ModelChoiceField(
        label=_("Whose ticket"), queryset=User.objects.none(), required=False, empty_label=_("The whole account's")
    )  # fmt: skip
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.filter(is_active=True), empty_label=None)
    priority = forms.TypedChoiceField(
        label=_("Urgency"), coerce=int, choices=Ticket.Priority.choices, initial=Ticket.Priority.NORMAL
    )  # fmt: skip
    title = forms.CharField(label=_("Title"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"}))
    body = forms.CharField(
        label=_("What the customer said"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )  # fmt: skip
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args, account: Account, **options) -> None:
        super().__init__(*args, **options)
        people = members(account).values("user_id")
        self.fields["whose"].queryset = User.objects.filter(pk__in=people).order_by("full_name", "id")

    def clean_body(self) -> str:
        return clean(self.cleaned_data["body"])
