"""Filters above the lists. A filter that cannot be read shows its error and filters nothing."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from common.fields import LastDayField, MomentField
from common.text import ascii_digits
from messaging.models import Campaign
from messaging.selectors import SentFilter
from messaging.selectors.sent import status_choices
from numbers.models import Line

_ALL = ("", _("All"))


class _FilterForm(forms.Form):
    def __init__(self, data, *, account: Account) -> None:
        super().__init__(data)
        self.account = account
        if "line" in self.fields:
            self.fields["line"].queryset = Line.objects.filter(Q(account=account) | Q(kind=Line.Kind.SHARED_SERVICE))

    def wanted(self) -> dict:
        """What was asked for and could be understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


def _line_field() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(label=_("Line"), queryset=None, required=False, empty_label=_("All"))


def _number_field(label) -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "dir": "ltr"})
    return forms.CharField(label=label, required=False, max_length=24, widget=widget)


def _text_field() -> forms.CharField:
    return forms.CharField(label=_("Text"), required=False, max_length=100)


def _days() -> tuple[MomentField, LastDayField]:
    attrs = {"data-picker": "day", "autocomplete": "off", "placeholder": _("2026-11-22"), "inputmode": "numeric"}
    return (
        MomentField(label=_("From day"), widget=forms.TextInput(attrs=attrs)),
        LastDayField(label=_("Until day"), widget=forms.TextInput(attrs=attrs)),
    )


def _checked_number(written: str) -> str:
    if written and not any(character.isdecimal() for character in ascii_digits(written)):
        raise forms.ValidationError(_("Write a mobile number, or a part of one."))
    return written


class SentFilterForm(_FilterForm):
    recipient = _number_field(_("Recipient"))
    text = _text_field()
    since, until = _days()
    line = _line_field()
    status = forms.TypedChoiceField(label=_("Status"), required=False, coerce=int, empty_value=None)
    campaign = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data, *, account: Account) -> None:
        super().__init__(data, account=account)
        self.fields["status"].choices = [_ALL, *status_choices()]

    def clean_recipient(self) -> str:
        return _checked_number(self.cleaned_data["recipient"])

    def clean_campaign(self) -> Campaign | None:
        pk = self.cleaned_data["campaign"]
        return Campaign.objects.of(self.account).filter(pk=pk).select_related("account").first() if pk else None

    def filter(self) -> SentFilter:
        return SentFilter(**self.wanted())


class InboxFilterForm(_FilterForm):
    sender = _number_field(_("Sender"))
    text = _text_field()
    since, until = _days()
    line = _line_field()
    unread = forms.BooleanField(label=_("Only unread"), required=False)

    def clean_sender(self) -> str:
        return _checked_number(self.cleaned_data["sender"])


class TrashFilterForm(InboxFilterForm):
    unread = None


class CampaignFilterForm(_FilterForm):
    text = forms.CharField(label=_("Title or text"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[_ALL, *(choice for choice in Campaign.State.choices if choice[0] not in {"draft", "discarded"})],
    )
    line = _line_field()


class ScheduledFilterForm(_FilterForm):
    text = forms.CharField(label=_("Title or text"), required=False, max_length=100)
    since, until = _days()
    line = _line_field()


class ScheduledMessagesFilterForm(_FilterForm):
    recipient = _number_field(_("Recipient"))
    line = _line_field()
    campaign = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_recipient(self) -> str:
        return _checked_number(self.cleaned_data["recipient"])

    def clean_campaign(self) -> Campaign | None:
        return own_campaign(self.account, self.cleaned_data["campaign"])


def own_campaign(account: Account, pk: int | None) -> Campaign | None:
    return Campaign.objects.of(account).filter(pk=pk).select_related("account").first() if pk else None
