"""The compose form (2.1, 2.2)."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from common.fields import MomentField
from common.jalali import in_tehran, to_jalali
from common.text import clean
from messaging.forms.fields import IdsField
from messaging.models import Campaign, Upload
from messaging.selectors import lines_for

LONGEST_TEXT = 20_000
LONGEST_TYPED = 4_000_000


class ComposeForm(forms.Form):
    """What the service needs to compose a campaign. ``initial`` comes from ``initial_of`` or a link's query."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    replaces = forms.IntegerField(widget=forms.HiddenInput, required=False)
    line = forms.ModelChoiceField(
        queryset=None,
        error_messages={"required": _("Choose a line."), "invalid_choice": _("You cannot send from this line.")},
    )
    title = forms.CharField(
        label=_("Title of the send"), required=False, max_length=120, help_text=_("Only you see it.")
    )
    typed = forms.CharField(required=False, max_length=LONGEST_TYPED)
    groups = IdsField()
    contacts = IdsField()
    upload = forms.IntegerField(required=False)
    column = forms.IntegerField(required=False, min_value=0, max_value=16_383)
    text = forms.CharField(
        strip=False, max_length=LONGEST_TEXT, error_messages={"required": _("Write the text of the message.")}
    )
    later = forms.BooleanField(required=False)
    send_at = MomentField()
    validity_minutes = forms.TypedChoiceField(
        label=_("Validity"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", _("As long as the operator tries")),
            (15, _("15 minutes")),
            (60, _("1 hour")),
            (360, _("6 hours")),
            (1440, _("1 day")),
            (4320, _("3 days")),
        ],
        help_text=_("What has not been delivered by then is given up."),
    )

    def __init__(self, *args, account: Account, kind: str, **options) -> None:
        super().__init__(*args, **options)
        self.account = account
        self.kind = kind
        self.lines = list(lines_for(account).select_related("account"))
        self.fields["line"].queryset = lines_for(account)
        self.fields["token"].initial = uuid.uuid4
        if self.lines:
            self.fields["line"].initial = self.lines[0].pk

    def clean_text(self) -> str:
        return clean(self.cleaned_data["text"])

    def clean_upload(self) -> Upload | None:
        """The file, which must be the account's own; a simple send takes none."""
        pk = self.cleaned_data["upload"]
        if not pk or self.kind == Campaign.Kind.SIMPLE:
            return None
        upload = Upload.objects.of(self.account).filter(pk=pk).first()
        if upload is None:
            raise forms.ValidationError(_("The file is no longer here. Choose it again."))
        return upload

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("later"):
            data["send_at"] = None
            self.errors.pop("send_at", None)
        elif not data.get("send_at") and "send_at" not in self.errors:
            self.add_error("send_at", _("Write the time to send, or turn “send in future” off."))
        upload = data.get("upload")
        if upload and (data.get("column") or 0) >= max(len(upload.columns), 1):
            self.add_error("upload", _("The file has no such column. Choose the column of the numbers."))
        return data

    def request(self) -> dict[str, Any]:
        """The keyword arguments of the service; of a valid form."""
        data = self.cleaned_data
        names = ("line", "title", "typed", "groups", "contacts", "upload", "text", "send_at", "validity_minutes")
        return {name: data[name] for name in names} | {"column": data["column"] or 0, "kind": self.kind}


def initial_of(fields: dict[str, Any]) -> dict[str, Any]:
    """``messaging.services.edit_again``'s answer, as the form shows it."""
    send_at = fields["send_at"]
    return fields | {"later": bool(send_at), "send_at": written_moment(send_at) if send_at else ""}


def written_moment(moment) -> str:
    """A moment as the reader's calendar writes it, to be read again by the form."""
    if (get_language() or "fa").startswith("fa"):
        return to_jalali(moment)
    return f"{in_tehran(moment):%Y-%m-%d %H:%M}"
