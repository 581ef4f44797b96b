from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from messaging.models import Template
from messaging.selectors import lines_for


class TemplateForm(forms.ModelForm):
    """A pattern that an account asks for (W5); messaging.services.request_template judges it too."""

    class Meta:
        model = Template
        fields = ["name", "text", "line"]
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"line": _("Empty: a shared service line, or else your first line.")}

    def __init__(self, data=None, *, account: Account) -> None:
        super().__init__(data)
        self.fields["line"].queryset = lines_for(account)
        self.fields["line"].empty_label = _("Any")
