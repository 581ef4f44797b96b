"""The form of a purchase of credit."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from common.fields import WholeNumberField
from credit.purchasing import Offer, PurchaseRefused, offer_messages, offer_rials


class PurchaseForm(forms.Form):
    """How much: so many messages, or so many rials of credit (13.3)."""

    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=[("messages", _("Messages")), ("rials", _("Rials of credit"))],
        initial="messages",
        widget=forms.RadioSelect,
    )
    quantity = WholeNumberField(label=_("How many"), min_value=1, max_value=10**12)

    offer: Offer | None = None

    def __init__(self, *args, account: Account, now: datetime, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.account, self.now = account, now

    def clean(self) -> dict:
        cleaned = super().clean()
        if "quantity" in cleaned and "unit" in cleaned:
            try:
                if cleaned["unit"] == "rials":
                    self.offer = offer_rials(account=self.account, rials=cleaned["quantity"], now=self.now)
                else:
                    self.offer = offer_messages(account=self.account, messages=cleaned["quantity"], now=self.now)
            except PurchaseRefused as refusal:
                self.add_error("quantity", str(refusal))
        return cleaned
