"""Forms of the phonebook."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from common.phones import national
from phonebook.models import Contact, Group


class ContactsFilter(forms.Form):
    """What to show of the contacts."""

    q = forms.CharField(label=_("Name or number"), required=False, max_length=80)
    group = forms.ModelChoiceField(label=_("Group"), required=False, queryset=Group.objects.none())

    def __init__(self, *args, account: Account, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = Group.objects.of(account)
        self.fields["group"].empty_label = _("All contacts")


class ContactForm(forms.Form):
    """A person of the account."""

    mobile = forms.CharField(label=_("Mobile"), max_length=30)
    first_name = forms.CharField(label=_("First name"), max_length=60, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=60, required=False)
    groups = forms.ModelMultipleChoiceField(
        label=_("Groups"), required=False, queryset=Group.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, account: Account, contact: Contact | None = None, **kwargs) -> None:
        if contact:
            kwargs["initial"] = {
                "mobile": national(contact.msisdn),
                "first_name": contact.first_name,
                "last_name": contact.last_name,
                "groups": contact.groups.all(),
            }
        super().__init__(*args, **kwargs)
        self.fields["groups"].queryset = Group.objects.of(account)

    def values(self) -> dict:
        """What the services take."""
        cleaned = dict(self.cleaned_data)
        return {"group_ids": [group.pk for group in cleaned.pop("groups")], **cleaned}


class GroupsFilter(forms.Form):
    """What to show of the groups."""

    q = forms.CharField(label=_("Name of the group"), required=False, max_length=80)


class GroupForm(forms.Form):
    """A group's name."""

    name = forms.CharField(label=_("Name of the group"), max_length=80)
