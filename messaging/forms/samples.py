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
        fields = ["title", "text"]

    def clean_text(self) -> str:
        text = clean(self.cleaned_data["text"])
        if not text.strip():
            raise forms.ValidationError(_("Write the text of the sample."))
        return text
