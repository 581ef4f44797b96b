from django import forms
from django.utils.translation import gettext_lazy as _

from common.text import clean
from messaging.forms.compose import LONGEST_TEXT
from messaging.models import SampleMessage


class SampleForm(forms.ModelForm):
    """A sample message (7)."""

    text = forms.CharField(
        label=_("Text"),
        strip=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write the text of the sample.")},
    )

    class Meta:
        model = SampleMessage
        fields = ["title", "category", "text"]
        widgets = {"category": forms.TextInput(attrs={"list": "categories", "autocomplete": "off"})}

    def clean_category(self) -> str:
        return self.cleaned_data["category"].strip()

    def clean_text(self) -> str:
        text = clean(self.cleaned_data["text"])
        if not text.strip():
            raise forms.ValidationError(_("Write the text of the sample."))
        return text


class SampleFilterForm(forms.Form):
    """What is looked for among the samples."""

    text = forms.CharField(label=_("Title or text"), required=False, max_length=100)
    category = forms.ChoiceField(label=_("category"), required=False)

    def __init__(self, data, *, categories: list[str]) -> None:
        super().__init__(
            data, auto_id="filter_%s"
        )  # the page has a form of samples besides, with fields of these names
        self.fields["category"].choices = [("", _("All")), *((name, name) for name in categories)]

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
