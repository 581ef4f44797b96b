"""What staff may change of a gateway while it runs, and a message to try it with."""

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from common import phones
from common.fields import WholeNumberField
from common.text import clean
from messaging.models import Gateway


class FlowForm(forms.Form):
    """How much a gateway carries. Neither address nor password: those are the admin's."""

    binds = WholeNumberField(label=_("Number of binds"), min_value=1, max_value=64)
    window = WholeNumberField(
        label=_("Window of a bind"), min_value=1, max_value=10_000, help_text=_("Unanswered submit_sm at a time.")
    )  # fmt: skip
    throughput = WholeNumberField(
        label=_("Throughput (parts/s)"), min_value=0, max_value=100_000,
        help_text=_("All binds together; 0: no cap."),
    )  # fmt: skip
    failover_seconds = WholeNumberField(
        label=_("Passed over when down for (s)"), min_value=0, max_value=86_400,
        help_text=_("Without a connected bind for so long, messages take the next route; 0: never."),
    )  # fmt: skip

    @classmethod
    def of(cls, gateway: Gateway) -> "FlowForm":
        return cls(initial={name: getattr(gateway, name) for name in cls.base_fields})


class TestForm(forms.Form):
    __test__ = False

    mobile = forms.CharField(
        label=_("To the number"), max_length=30, widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "tel"})
    )  # fmt: skip
    text = forms.CharField(
        label=_("Text"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        initial=_("This is a test message of the gateway."),
    )  # fmt: skip

    def clean_mobile(self) -> str:
        number = phones.normalise(self.cleaned_data["mobile"])
        if number is None:
            raise forms.ValidationError(_now("Write a mobile number such as 09121234567."))
        return phones.e164(number)

    def clean_text(self) -> str:
        return clean(self.cleaned_data["text"])
