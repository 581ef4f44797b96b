"""What people fill in: a ticket, a reply, filters, and the desk's small forms."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.signing import BadSignature, dumps, loads
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Account, User
from common.fields import LastDayField, MomentField
from common.jalali import in_tehran
from common.showing import number
from common.text import ascii_digits, clean
from common.uploads import UploadRefused
from messaging.models import Message
from support import files as attachments
from support.files import Kept
from support.models import Ticket, Unit
from support.selectors import TicketFilter, workers

LONGEST_BODY = 10_000
_ALL = ("", _("All"))
_CHOOSE = ("", _("Choose…"))
_SALT = "support.kept-file"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name) -> list:
        return files.getlist(name) if files else []


class FilesField(forms.FileField):
    """Several files. Cleans to a list of stored files; each that is not accepted is an error, and is not stored."""

    widget = FilesInput
    kept_anyway: tuple | list = ()  # those that were good, where others were not

    def clean(self, data, initial=None) -> list[Kept]:
        kept, errors = [], []
        for upload in data or []:
            try:
                kept.append(attachments.keep(super().clean(upload, initial)))
            except UploadRefused as error:
                errors.append(f"{upload.name}: {error}")
        if errors:
            self.kept_anyway = kept
            raise forms.ValidationError(errors)
        return kept


def _body_field(label, rows: int = 8) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
        error_messages={"required": _("Write the text.")},
    )


def _files_field() -> forms.Field:
    return FilesField(
        label=_("Attachments"),
        required=False,
        widget=FilesInput(attrs={"accept": attachments.ACCEPTED, "multiple": True}),
        help_text=_("Pictures, PDF, Word, Excel, ZIP or text."),
    )


class _WritingForm(forms.Form):
    """A text with files, sent once for its token. Files that came with a refused form are not asked for again."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data=None, files=None, *, user: User, **options) -> None:
        super().__init__(data, files, **options)
        self.user = user
        self.fields["token"].initial = uuid.uuid4
        self.earlier = [kept for signed in data.getlist("kept") if (kept := self._read(signed))] if data else []

    def clean_body(self) -> str:
        return clean(self.cleaned_data["body"])

    def clean_files(self) -> list[Kept]:
        self.earlier += self.cleaned_data["files"]
        most = settings.SUPPORT_ATTACHMENTS_MAX
        if len(self.earlier) > most:
            self.earlier = self.earlier[:most]
            sentence = ngettext("At most %(most)s file.", "At most %(most)s files; the first ones were kept.", most)
            raise forms.ValidationError(sentence % {"most": number(most)})
        return self.earlier

    def kept(self) -> list[tuple[str, str]]:
        """(what to send along again, name) of the files that are stored already."""
        return [
            (dumps([one.name, one.filename, one.kind, one.size], salt=f"{_SALT}:{self.user.pk}"), one.filename)
            for one in [*self.earlier, *self.fields["files"].kept_anyway]
        ]

    def _read(self, signed: str) -> Kept | None:
        try:
            return Kept(*loads(signed, salt=f"{_SALT}:{self.user.pk}", max_age=24 * 3600))
        except (BadSignature, TypeError):
            return None


def _day(label, field=MomentField) -> MomentField:
    return field(label=label, widget=forms.TextInput(attrs={"data-picker": "day", "autocomplete": "off"}))


def _figures_input(**attrs) -> forms.TextInput:
    return forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", **attrs})


class TicketForm(_WritingForm):
    """A new ticket (SUP-2.1 to 2.6)."""

    category = forms.ChoiceField(label=_("Group"), choices=Ticket.Category)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=None, error_messages={"required": _("Choose the unit.")})
    service = forms.ChoiceField(
        label=_("Which service"),
        choices=[_CHOOSE, *Ticket.Service.choices],
        error_messages={"required": _("Choose the service.")},
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        help_text=_("Say in a few words what it is about; “question” or “problem” is not enough."),
        error_messages={"required": _("Write the title.")},
    )
    priority = forms.TypedChoiceField(
        label=_("Urgency"),
        coerce=int,
        choices=[_CHOOSE, *Ticket.Priority.choices],
        help_text=_("High urgency is answered sooner; choose it only where the work is stopped."),
        error_messages={"required": _("Choose the urgency.")},
    )
    report_text = forms.CharField(
        label=_("Text of the message"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    report_date = _day(_("Date"))
    report_time = forms.TimeField(
        label=_("Clock time"),
        required=False,
        input_formats=["%H:%M"],
        widget=_figures_input(placeholder="14:30"),
        error_messages={"invalid": _("Write the time such as 14:30.")},
    )
    report_line = forms.CharField(label=_("Sending number"), required=False, max_length=20, widget=_figures_input())
    message = forms.IntegerField(required=False, widget=forms.HiddenInput)
    body = _body_field(_("Text"))
    files = _files_field()
    sms_on_reply = forms.BooleanField(label=_("Inform me by SMS on reply"), required=False)
    is_another_subject = forms.BooleanField(label=_("This is another subject; register it"), required=False)

    REPORT = {
        "report_text": _("Write the text of the message."),
        "report_date": _("Write the day on which it was sent."),
        "report_time": _("Write the time at which it was sent."),
        "report_line": _("Write the number from which it was sent."),
    }

    def __init__(self, *args, account: Account, **options) -> None:
        super().__init__(*args, **options)
        self.account = account
        self.fields["unit"].queryset = Unit.objects.filter(is_active=True)
        self.fields["unit"].empty_label = _("Choose…")
        if self.is_bound:
            self.data = self.data.copy()
            self.data["report_time"] = ascii_digits(self.data.get("report_time", "")).strip()

    def clean_message(self) -> Message | None:
        pk = self.cleaned_data["message"]
        return own_message(self.account, pk) if pk else None

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name, sentence in self.REPORT.items():
            if data.get("category") != Ticket.Category.NOT_DELIVERED:
                self.errors.pop(name, None)
            elif not data.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return data

    def report(self) -> dict[str, str]:
        """The four facts of an SMS that was not delivered (SUP-2.6)."""
        data = self.cleaned_data
        if data["category"] != Ticket.Category.NOT_DELIVERED:
            return {}
        return {
            "text": clean(data["report_text"]),
            "date": in_tehran(data["report_date"]).date().isoformat(),
            "time": f"{data['report_time']:%H:%M}",
            "line": ascii_digits(data["report_line"]),
        }


def own_message(account: Account, pk: int) -> Message | None:
    """A sent message of the account, with campaign and line."""
    rows = Message.objects.of(account).filter(campaign__confirmed_at__isnull=False)
    return rows.select_related("campaign", "line").filter(pk=pk).first() if 0 < pk < 2**63 else None


class ReplyForm(_WritingForm):
    body = _body_field(_("Your reply"))
    files = _files_field()


class AnswerForm(_WritingForm):
    body = _body_field(_("Answer"))
    files = _files_field()
    asks = forms.BooleanField(label=_("I need something from the user"), required=False)
    last = forms.IntegerField(required=False, widget=forms.HiddenInput)


class NoteForm(forms.Form):
    body = _body_field(_("Internal note"), rows=3)


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(label=_("In charge"), queryset=None, required=False, empty_label=_("Nobody"))

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["to"].queryset = workers()


class ReferForm(AssignForm):
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.filter(is_active=True))
    reason = forms.CharField(label=_("Internal note"), required=False, max_length=1000)
    field_order = ["unit", "to", "reason"]


class PriorityForm(forms.Form):
    priority = forms.TypedChoiceField(label=_("Urgency"), coerce=int, choices=Ticket.Priority)
    reason = forms.CharField(label=_("Reason (the user sees it)"), required=False, max_length=300)


class CloseForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why it was closed"),
        choices=[one for one in Ticket.Reason.choices if one[0] != Ticket.Reason.DUPLICATE],
    )


class SplitForm(forms.Form):
    title = forms.CharField(label=_("Title of the new ticket"), max_length=120)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.filter(is_active=True))


class MergeForm(forms.Form):
    into = forms.CharField(label=_("Number of the ticket to go on with"), max_length=20, widget=_figures_input())

    def clean_into(self) -> Ticket:
        written = ascii_digits(self.cleaned_data["into"]).strip().removeprefix("#")
        pk = int(written) if written.isascii() and written.isdecimal() and len(written) < 18 else 0
        found = Ticket.objects.filter(pk=pk).first()
        if found is None:
            raise forms.ValidationError(_("There is no ticket with this number."))
        return found


class RatingForm(forms.Form):
    stars = forms.TypedChoiceField(
        coerce=int, choices=[(one, one) for one in range(1, 6)], required=False, empty_value=None
    )
    note = forms.CharField(required=False, max_length=500)


class TicketFilterForm(forms.Form):
    """Filters above the user's list. What cannot be read filters nothing."""

    text = forms.CharField(label=_("Title, text or number"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("Status"), required=False, choices=[_ALL, *Ticket.State.choices])
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.all(), required=False, empty_label=_("All"))
    priority = forms.TypedChoiceField(
        label=_("Urgency"), required=False, coerce=int, empty_value=None, choices=[_ALL, *Ticket.Priority.choices]
    )
    since = _day(_("From day"))
    until = _day(_("Until day"), LastDayField)

    def wanted(self) -> TicketFilter:
        self.is_valid()
        names = TicketFilter.__dataclass_fields__
        known = {name: value for name, value in self.cleaned_data.items() if name in names and value not in (None, "")}
        return TicketFilter(**known)


class DeskFilterForm(TicketFilterForm):
    turn = forms.ChoiceField(
        label=_("Whose turn"), required=False,
        choices=[("", _("Ours")), ("user", _("The user's")), ("closed", _("Closed")), ("all", _("All"))],
    )  # fmt: skip
    state = None
    mine = forms.BooleanField(label=_("Only mine"), required=False)
    late = forms.BooleanField(label=_("Only late"), required=False)
    field_order = ["text", "turn", "unit", "priority", "since", "until", "mine", "late"]


class PeriodForm(forms.Form):
    since = _day(_("From day"))
    until = _day(_("Until day"), LastDayField)
