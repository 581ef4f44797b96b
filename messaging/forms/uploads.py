from django import forms
from django.utils.translation import gettext_lazy as _


class UploadForm(forms.Form):
    """A file of recipients, as the browser sends it; what is in it the service finds out."""

    file = forms.FileField(
        max_length=200,
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Choose a file that has at least one row."),
            "max_length": _("The name of the file is too long. Give it a shorter name and choose it again."),
        },
    )
