"""The box under a conversation (4.2)."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from common.text import clean
from messaging.forms.compose import LONGEST_TEXT


class ReplyForm(forms.Form):
    """An answer; the token makes a form that is sent twice one message."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = forms.CharField(
        strip=False, max_length=LONGEST_TEXT, error_messages={"required": _("Write the text of the message.")}
    )

    def clean_text(self) -> str:
        return clean(self.cleaned_data["text"])
