"""Forms of the phonebook."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from common.phones import national
from common.tables import Table
from common.widgets import LongSelect
from numbers.models import Line
from phonebook import selectors
from phonebook.headings import BUILT_IN
from phonebook.importing import NEW, guess_columns
from phonebook.models import Contact, Field, Group, Import
from phonebook.opt_outs import PANEL, SUBSCRIBER, WEB_SERVICE
from phonebook.values import in_form


class ContactsFilter(forms.Form):
    """What to show of the contacts, and in what order."""

    ORDERS = {
        "": {"key": "id", "descending": True},
        "oldest": {"key": "id", "descending": False},
        "name": {"key": "name_key", "descending": False, "ties": True},
        "last_name": {"key": "last_name_key", "descending": False, "ties": True},
        "number": {"key": "msisdn", "descending": False},
    }

    q = forms.CharField(label=_("Name, number or own field"), required=False, max_length=80)
    group = forms.ModelChoiceField(label=_("Group"), required=False, queryset=Group.objects.none(), widget=LongSelect)
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("", _("Newest first")),
            ("oldest", _("Oldest first")),
            ("name", _("By name")),
            ("last_name", _("By last name")),
            ("number", _("By number")),
        ],
    )

    def __init__(self, *args, account: Account, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["group"].queryset = Group.objects.of(account)
        self.fields["group"].empty_label = _("All contacts")
        self._choices = [field for field in selectors.fields(account) if field.kind == Field.Kind.CHOICE]
        for field in self._choices:
            choices = [("", _("All")), *((choice, choice) for choice in field.choices)]
            self.fields[f"field_{field.key}"] = forms.ChoiceField(label=field.name, required=False, choices=choices)
        self.order_fields(["q", "group", *(f"field_{field.key}" for field in self._choices), "order"])

    def chosen(self) -> dict:
        """What could be understood of what was asked."""
        self.is_valid()
        return self.cleaned_data

    def paging(self) -> dict:
        """How common.paging.page_of is to order them."""
        return self.ORDERS[self.chosen().get("order", "")]

    def asked(self) -> dict:
        """The filter as selectors.contacts and changing.change_found name it."""
        asked = self.chosen()
        values = {field.key: asked.get(f"field_{field.key}") for field in self._choices}
        values = {key: value for key, value in values.items() if value}
        return {"text": asked.get("q", ""), "within": asked.get("group"), "values": values}

    def found(self) -> QuerySet[Contact]:
        asked = self.asked()
        return selectors.contacts(self.account, asked["text"], asked["within"], asked["values"])


class TrashFilter(forms.Form):
    """What to show of the deleted contacts."""

    q = forms.CharField(label=_("Name, number or own field"), required=False, max_length=80)

    def text(self) -> str:
        return self.cleaned_data["q"] if self.is_valid() else ""


class ContactForm(forms.Form):
    """A person of the account, with its own fields."""

    mobile = forms.CharField(label=_("Mobile"), max_length=30)
    first_name = forms.CharField(label=_("First name"), max_length=60, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=60, required=False)
    groups = forms.ModelMultipleChoiceField(
        label=_("Groups"), required=False, queryset=Group.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, account: Account, contact: Contact | None = None, **kwargs) -> None:
        own = selectors.fields(account)
        kept = contact.values if contact else {}
        if contact:
            kwargs["initial"] = {
                "mobile": national(contact.msisdn),
                "first_name": contact.first_name,
                "last_name": contact.last_name,
                "groups": contact.groups.all(),
                **{f"field_{field.key}": in_form(field, kept.get(field.key, "")) for field in own},
            }
        super().__init__(*args, **kwargs)
        self.fields["groups"].queryset = Group.objects.of(account)
        self._own = own
        for field in own:
            self.fields[f"field_{field.key}"] = _own_field(field, kept.get(field.key, ""))

    def own(self) -> list[forms.BoundField]:
        return [self[f"field_{field.key}"] for field in self._own]

    def values(self) -> dict:
        """What the services take."""
        cleaned = dict(self.cleaned_data)
        values = {field.key: cleaned.pop(f"field_{field.key}", "") for field in self._own}
        return {"group_ids": [group.pk for group in cleaned.pop("groups")], "values": values, **cleaned}


def _own_field(field: Field, kept: str) -> forms.Field:
    if field.kind == Field.Kind.CHOICE:
        choices = list(dict.fromkeys([*field.choices, *([kept] if kept else [])]))
        return forms.ChoiceField(
            label=field.name, required=field.is_required, choices=[("", "—"), *((choice, choice) for choice in choices)]
        )
    attrs = {"dir": "auto"}
    if field.kind == Field.Kind.DATE:
        attrs = {"data-picker": "day", "autocomplete": "off", "placeholder": _("2026-11-22"), "inputmode": "numeric"}
    elif field.kind == Field.Kind.NUMBER:
        attrs = {"inputmode": "decimal", "dir": "ltr"}
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(label=field.name, required=field.is_required, max_length=500, widget=widget)


class GroupsFilter(forms.Form):
    """What to show of the groups."""

    q = forms.CharField(label=_("Name of the group"), required=False, max_length=80)


class GroupForm(forms.Form):
    """A group's name."""

    name = forms.CharField(label=_("Name of the group"), max_length=80)


class _Lines(forms.CharField):
    """A text area that holds one word or choice a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: str) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value


class FieldForm(forms.Form):
    """An own field (9.3). Kind and key are chosen once."""

    name = forms.CharField(label=_("Name of the field"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), choices=Field.Kind.choices)
    choices = _Lines(label=_("Choices"), required=False, help_text=_("One a line; only for a field of choices."))
    is_required = forms.BooleanField(label=_("Every contact must have it"), required=False)

    def __init__(self, *args, field: Field | None = None, **kwargs) -> None:
        if field:
            kwargs["initial"] = {
                "name": field.name, "choices": field.choices, "is_required": field.is_required,
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        if field:
            del self.fields["kind"]
            if field.kind != Field.Kind.CHOICE:
                del self.fields["choices"]


class ImportFileForm(forms.Form):
    """The file to be brought in."""

    file = forms.FileField(label=_("File"))


class ColumnsForm(forms.Form):
    """Which column of a file holds what, and what happens to the rows (9.4)."""

    on_duplicate = forms.ChoiceField(
        label=_("When a number is in the phonebook already"),
        choices=Import.OnDuplicate.choices,
        initial=Import.OnDuplicate.FILL,
        widget=forms.RadioSelect,
    )
    group = forms.ModelChoiceField(label=_("Put everybody in the group"), required=False, queryset=Group.objects.none())

    def __init__(self, *args, account: Account, table: Table, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = Group.objects.of(account)
        self.fields["group"].empty_label = _("Into no group")
        words = {
            "mobile": _("Mobile"), "first_name": _("First name"), "last_name": _("Last name"),
            "name": _("First and last name"), "groups": _("Groups"),
        }  # fmt: skip
        choices = [
            ("", _("Leave out")),
            *((target, words[target]) for target in BUILT_IN),
            *((field.key, field.name) for field in selectors.fields(account)),
            (NEW, _("A new text field of this name")),
        ]
        guessed = guess_columns(table, account)
        self._places = range(table.width)
        for place, name in enumerate(table.columns):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=name, required=False, choices=choices, initial=guessed.get(place, "")
            )

    def columns(self) -> list[forms.BoundField]:
        return [self[f"column_{place}"] for place in self._places]

    def chosen(self) -> dict:
        """What importing.start takes."""
        group = self.cleaned_data["group"]
        return {
            "columns": {place: self.cleaned_data[f"column_{place}"] for place in self._places},
            "on_duplicate": self.cleaned_data["on_duplicate"],
            "group_id": group.pk if group else None,
        }


class _LineForm(forms.Form):
    def __init__(self, *args, account: Account, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = Line.objects.filter(account=account)


class OptOutsFilter(_LineForm):
    """What to show of those who opted out."""

    q = forms.CharField(
        label=_("Mobile"),
        required=False,
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "tel", "dir": "ltr"}),
    )
    line = forms.ModelChoiceField(label=_("Line"), queryset=None, required=False, empty_label=_("All"))
    reason = forms.ChoiceField(
        label=_("Who asked"),
        required=False,
        choices=[
            ("", _("All")),
            (SUBSCRIBER, _("The subscriber")),
            (PANEL, _("You, in the panel")),
            (WEB_SERVICE, _("Your program")),
        ],
    )


class OptOutForm(_LineForm):
    """Numbers that shall get nothing more: typed, or in a file."""

    numbers = forms.CharField(
        label=_("Mobile numbers"), required=False, widget=forms.Textarea(attrs={"rows": 5, "dir": "ltr"})
    )
    file = forms.FileField(label=_("Or a file of numbers"), required=False)
    line = forms.ModelChoiceField(label=_("From which line"), queryset=None, required=False, empty_label=_("All lines"))
    note = forms.CharField(label=_("Why"), required=False, max_length=120)


class OptOutWordsForm(forms.Form):
    """The account's own words to leave and rejoin, and what is answered (9.7)."""

    leave = _Lines(label=_("Words that leave"), required=False, help_text=_("One a line, beside «لغو11» and 11."))
    rejoin = _Lines(label=_("Words that come back"), required=False, help_text=_("One a line, beside 12."))
    confirms = forms.BooleanField(label=_("Confirm by a message, charged as usual"), required=False)
    left_text = forms.CharField(
        label=_("Text after leaving"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    rejoined_text = forms.CharField(
        label=_("Text after coming back"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
