"""The form of the peer-to-peer send (2.3)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from messaging.forms.compose import ComposeForm
from messaging.models import Campaign
from messaging.p2p import Columns


class P2PForm(ComposeForm):
    """A line, a file and which of its columns hold what."""

    text = typed = groups = contacts = later = send_at = column = None
    upload = forms.IntegerField(error_messages={"required": _("Choose the file of the messages.")})
    number_column = forms.IntegerField(min_value=0, required=False)
    text_column = forms.IntegerField(min_value=0, required=False)
    time_column = forms.IntegerField(min_value=0, required=False)

    def __init__(self, *args, account: Account, **options) -> None:
        super().__init__(*args, account=account, kind=Campaign.Kind.P2P, **options)

    def columns(self) -> Columns | None:
        data = self.cleaned_data
        if data.get("number_column") is None or data.get("text_column") is None:
            return None
        return Columns(data["number_column"], data["text_column"], data.get("time_column"))

    def request(self) -> dict[str, Any]:
        """The keyword arguments of the service; of a valid form."""
        data = {name: self.cleaned_data[name] for name in ("line", "title", "upload", "validity_minutes")}
        return data | {"text": "", "columns": self.columns(), "kind": self.kind}
