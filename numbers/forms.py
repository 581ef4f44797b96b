"""Forms of the requests for lines, and of the staff's decision."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from common import showing
from common.fields import ClockField, WholeNumberField
from numbers.models import Line, LineDocument, LineOffer, LineRequest

NUMBER = {"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"}


class RequestsFilter(forms.Form):
    """What to show of the requests."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *LineRequest.State.choices])
    q = forms.CharField(label=_("Line number"), required=False, max_length=20, widget=forms.TextInput(attrs=NUMBER))


class InquiryForm(forms.Form):
    """Is this number free? (12.5)"""

    number = forms.CharField(label=_("The number you want"), max_length=40, widget=forms.TextInput(attrs=NUMBER))


class OfferField(forms.ModelChoiceField):
    def label_from_instance(self, offer: LineOffer) -> str:
        price = showing.rials(offer.price) if offer.price else _("free of charge")
        return _("%(family)s, %(length)s digits: %(price)s") % {
            "family": showing.digits(offer.prefix_family), "length": showing.number(offer.length), "price": price
        }  # fmt: skip


class NumberRequestForm(forms.Form):
    """A number of one's own (12.3 a)."""

    offer = OfferField(label=_("Type of number"), queryset=LineOffer.objects.filter(is_active=True))
    number = forms.CharField(label=_("The number you want"), max_length=40, widget=forms.TextInput(attrs=NUMBER))


class ShippingForm(forms.Form):
    """How the originals of the papers travel."""

    shipping = forms.ChoiceField(
        label=_("Originals sent"), required=False, choices=[("", _("Not yet")), *LineRequest.Shipping.choices]
    )
    tracking_code = forms.CharField(
        label=_("Tracking code of the parcel"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("shipping") and not cleaned.get("tracking_code"):
            self.add_error("tracking_code", _("Write the code of the parcel, so that it is found."))
        return cleaned


class ServiceRequestForm(ShippingForm):
    """Turn an advertising line into a service line (12.3 b): one file for each kind of paper."""

    line = forms.ModelChoiceField(label=_("Line"), queryset=Line.objects.none())
    field_order = ["line"]

    def __init__(self, *args, account: Account, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = Line.objects.filter(
            account=account, kind=Line.Kind.ADVERTISING, state=Line.State.ACTIVE
        )
        for kind in LineDocument.Kind:
            self.fields[f"paper_{kind}"] = forms.FileField(
                label=kind.label, required=kind == LineDocument.Kind.LETTER,
                widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
            )  # fmt: skip

    def paper_fields(self) -> list:
        return [self[name] for name in self.fields if name.startswith("paper_")]


class ReviewForm(forms.Form):
    """The staff's decision about a request."""

    decision = forms.ChoiceField(
        label=_("decision"), choices=[("approve", _("Approve")), ("reject", _("Refuse"))], widget=forms.RadioSelect
    )
    price = WholeNumberField(
        label=_("price (rials)"), required=False, min_value=0, max_value=10**12,
        help_text=_("Without VAT. 0: it is done at once, without an invoice."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customer reads it."),
    )  # fmt: skip

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("decision") == "approve" and cleaned.get("price") is None and "price" not in self.errors:
            self.add_error("price", _("Write the price; 0 for none."))
        if cleaned.get("decision") == "reject" and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Write why the request is refused."))
        return cleaned


class QuietHoursForm(forms.Form):
    """When messages may leave (2.5)."""

    is_kept = forms.BooleanField(label=_("Keep quiet hours"), required=False)
    opens = ClockField(label=_("Messages leave from"), required=False)
    closes = ClockField(label=_("Messages leave until"), required=False, to_the_end=True)

    def __init__(self, *args, hours: tuple[int, int] | None, **options) -> None:
        opens, closes = hours or (8 * 60, 21 * 60)
        initial = {"is_kept": hours is not None, "opens": _clock(opens), "closes": _clock(closes)}
        super().__init__(*args, initial=initial, **options)

    def clean(self) -> dict:
        data = super().clean()
        for name in ("opens", "closes"):
            if data.get("is_kept") and data.get(name) is None and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return data

    def hours(self) -> tuple[int, int] | None:
        """What the service takes; of a valid form."""
        data = self.cleaned_data
        return (data["opens"], data["closes"]) if data["is_kept"] else None


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
