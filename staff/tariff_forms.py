"""What staff fill in to change prices."""

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from common.fields import MomentField, WholeNumberField
from common.text.folding import ascii_digits
from credit.models import Tariff, TariffRevision
from credit.tariffs import PriceRow
from numbers.models import Line, Operator

BLANK_ROWS = 3


class PriceForm(forms.Form):
    """One row of a draft. A row whose price is empty is left out."""

    line_kind = forms.ChoiceField(label=_("Kind of line"), choices=Line.Kind.choices)
    prefix_family = forms.CharField(
        label=_("Prefix family"), required=False, max_length=6,
        validators=[RegexValidator(r"^\d{3,6}$", _("Write digits such as 1000 or 021, or leave it empty."))],
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "size": 6}),
    )  # fmt: skip
    operator = forms.ModelChoiceField(
        label=_("Operator"), queryset=Operator.objects.all(), required=False, empty_label=_("Any operator")
    )
    language = forms.ChoiceField(label=_("Language"), choices=Tariff.Language.choices)
    price = WholeNumberField(label=_("Price of a part (rials)"), min_value=0, max_value=10**7, required=False)
    refunds = forms.BooleanField(label=_("Undelivered is returned"), required=False)

    def __init__(self, data=None, *args, **kwargs) -> None:
        super().__init__(data, *args, **kwargs)
        self.fields["price"].widget.attrs["size"] = 8
        for name, field in self.fields.items():
            is_check = isinstance(field.widget, forms.CheckboxInput)
            is_select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = (
                "form-check-input" if is_check else "form-select" if is_select else "form-control"
            )
            field.widget.attrs["aria-label"] = self.fields[name].label

    def clean_prefix_family(self) -> str:
        return ascii_digits(self.cleaned_data["prefix_family"]).strip()

    @property
    def is_asked(self) -> bool:
        return self.cleaned_data.get("price") is not None

    def row(self) -> PriceRow:
        data = self.cleaned_data
        operator = data["operator"]
        return PriceRow(
            data["line_kind"], operator.pk if operator else None, data["prefix_family"], data["language"],
            data["price"], data["refunds"],
        )  # fmt: skip


class BasePriceFormSet(forms.BaseFormSet):
    """All rows of a draft. The operators are read once, not for each row."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._operators = [("", str(_("Any operator")))] + [(one.pk, str(one)) for one in Operator.objects.all()]

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.fields["operator"].widget.choices = self._operators
        return form

    def rows(self) -> list[PriceRow]:
        return [form.row() for form in self.forms if form.is_asked]


PriceFormSet = forms.formset_factory(PriceForm, formset=BasePriceFormSet, extra=BLANK_ROWS, max_num=500)


def initial_rows(revision: TariffRevision) -> list[dict]:
    rows = revision.tariffs.select_related("operator").order_by(
        "line_kind", "prefix_family", "operator__name_en", "-language"
    )
    return [
        {
            "line_kind": row.line_kind, "prefix_family": row.prefix_family, "operator": row.operator_id,
            "language": row.language, "price": row.price_per_part, "refunds": row.refunds_undelivered,
        }
        for row in rows
    ]  # fmt: skip


class DraftForm(forms.Form):
    """What a draft says besides its rows."""

    minimum_messages = WholeNumberField(
        label=_("From messages"), required=False, min_value=0, max_value=2 * 10**9,
        help_text=_("Who buys at least this many messages at once pays by this plan, then and afterwards. "
                    "Empty: the plan is given by staff only."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Why the prices change"), required=False, max_length=200, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    edits = forms.IntegerField(widget=forms.HiddenInput)


class PublishForm(forms.Form):
    """From when the prices hold."""

    effective_from = MomentField(
        label=_("In force from"),
        widget=forms.TextInput(attrs={"data-picker": "", "data-picker-min": "now", "autocomplete": "off"}),
        help_text=_("Empty: at once, that is from the next minute but one at the latest."),
    )
    seen = forms.CharField(widget=forms.HiddenInput)
