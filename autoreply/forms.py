"""Forms of the auto-responder. What the services refuse stands at its field."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from autoreply.models import LineReply, Match, Outcome, Poll, Rule
from autoreply.polls import OPTIONS_MAX, Option
from autoreply.selectors import own_lines
from common.fields import LastDayField, MomentField
from common.phones import national
from messaging.forms.compose import LONGEST_TEXT, written_moment
from numbers.models import Line
from phonebook.models import Group

WEEKDAYS = [
    (0, _("Saturday")),
    (1, _("Sunday")),
    (2, _("Monday")),
    (3, _("Tuesday")),
    (4, _("Wednesday")),
    (5, _("Thursday")),
    (6, _("Friday")),
]
_SEPARATORS = re.compile(r"[\n,،;؛]+")
_PICKER = {"data-picker": "", "autocomplete": "off"}


def split_keywords(written: str) -> list[str]:
    """Keywords typed one a line, or with commas between them."""
    return [keyword.strip() for keyword in _SEPARATORS.split(written) if keyword.strip()]


def _text(label, **options) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4, "data-counted": ""})
    return forms.CharField(label=label, required=False, max_length=LONGEST_TEXT, strip=False, widget=widget, **options)


class _LineChoice(forms.ModelChoiceField):
    def label_from_instance(self, line: Line) -> str:
        return line.number


class RuleForm(forms.Form):
    """A rule (6.1, 6.6)."""

    keywords = forms.CharField(
        label=_("Keywords"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One a line, or with commas. Case, spaces, and Arabic or Persian letters or digits make no difference."
        ),
        error_messages={"required": _("Write at least one keyword.")},
    )
    match = forms.TypedChoiceField(label=_("The keyword is"), choices=Match, coerce=int, initial=Match.EXACT)
    reply = _text(_("Reply"))
    line = _LineChoice(label=_("Line"), required=False, queryset=Line.objects.none(), empty_label=_("All my lines"))
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=[(number, number) for number in range(1, 10)],
        coerce=int,
        initial=5,
        help_text=_(
            "Where several rules fit, the smaller number answers. Among equals: the whole text, then its beginning, "
            "then anywhere in it; then the longer keyword; then a rule of the line; then the older rule."
        ),
    )
    is_enabled = forms.BooleanField(label=_("On"), required=False, initial=True)
    active_from = MomentField(label=_("Active from"), widget=forms.TextInput(attrs=_PICKER))
    active_until = MomentField(label=_("Active until"), widget=forms.TextInput(attrs=_PICKER))
    days = forms.TypedMultipleChoiceField(
        label=_("Days of the week"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    hours = forms.CharField(label=_("Hours"), required=False, max_length=11, help_text=_("Such as 08:00-22:00."))
    joins = forms.ModelChoiceField(
        label=_("Add the sender to a group"), required=False, queryset=Group.objects.none(), empty_label=_("No group")
    )
    leaves = forms.ModelChoiceField(
        label=_("Take the sender out of a group"), required=False, queryset=Group.objects.none(),
        empty_label=_("No group"),
    )  # fmt: skip
    forward_to = forms.CharField(
        label=_("Forward to a mobile"), required=False, max_length=24, help_text=_("Each costs as a message does.")
    )
    forward_url = forms.CharField(label=_("Forward to a web address"), required=False, max_length=500)

    def __init__(self, *args, account: Account, rule: Rule | None = None, **options) -> None:
        super().__init__(*args, **options)
        self.fields["line"].queryset = own_lines(account)
        for name in ("joins", "leaves"):
            self.fields[name].queryset = Group.objects.of(account)
        self.initial.setdefault("days", [day for day, _name in WEEKDAYS])
        if rule:
            self.initial |= _initial(rule)

    def request(self) -> dict:
        """The keyword arguments of the service; of a valid form."""
        data = dict(self.cleaned_data)
        days = data.pop("days")
        return data | {"keywords": split_keywords(data["keywords"]), "weekdays": sum(1 << day for day in set(days))}


def _initial(rule: Rule) -> dict:
    return {
        "keywords": "\n".join(keyword.written for keyword in rule.keywords.all()),
        "days": [day for day, _name in WEEKDAYS if rule.weekdays >> day & 1],
        "active_from": written_moment(rule.active_from) if rule.active_from else "",
        "active_until": written_moment(rule.active_until) if rule.active_until else "",
        "forward_to": national(rule.forward_to) if rule.forward_to else "",
        **{name: getattr(rule, f"{name}_id") for name in ("line", "joins", "leaves")},
        **{name: getattr(rule, name) for name in ("match", "reply", "priority", "is_enabled", "hours", "forward_url")},
    }


class LineReplyForm(forms.Form):
    """A line's default reply and limits (6.3, 6.5)."""

    default_reply = _text(_("Default reply"), help_text=_("For every message that no rule answers. Empty: none."))
    is_enabled = forms.BooleanField(label=_("On"), required=False, initial=True)
    per_hour = forms.IntegerField(
        label=_("Answers to one sender in an hour"), min_value=1, max_value=100, initial=LineReply.PER_HOUR
    )
    per_day = forms.IntegerField(
        label=_("Answers to one sender in a day"), min_value=1, max_value=1000, initial=LineReply.PER_DAY
    )


class UploadForm(forms.Form):
    """A file of rules (6.2)."""

    file = forms.FileField(label=_("File"), error_messages={"required": _("Choose a file.")})
    line = _LineChoice(label=_("Line"), required=False, queryset=Line.objects.none(), empty_label=_("All my lines"))
    match = forms.TypedChoiceField(label=_("The keyword is"), choices=Match, coerce=int, initial=Match.EXACT)

    def __init__(self, *args, account: Account, **options) -> None:
        super().__init__(*args, **options)
        self.fields["line"].queryset = own_lines(account)


class TestForm(forms.Form):
    """A text to be tried (6.6); nothing is sent."""

    text = forms.CharField(label=_("Text"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), required=False)
    line = _LineChoice(label=_("Line"), queryset=Line.objects.none(), empty_label=None)

    def __init__(self, *args, account: Account, **options) -> None:
        super().__init__(*args, **options)
        self.fields["line"].queryset = own_lines(account)


class _FilterForm(forms.Form):
    def __init__(self, data, *, account: Account) -> None:
        super().__init__(data)
        self.fields["line"].queryset = own_lines(account)

    def wanted(self) -> dict:
        """What was asked for and could be understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


def _line_field() -> _LineChoice:
    return _LineChoice(label=_("Line"), queryset=Line.objects.none(), required=False, empty_label=_("All"))


class RulesFilter(_FilterForm):
    text = forms.CharField(label=_("Keyword or reply"), required=False, max_length=100)
    line = _line_field()
    is_enabled = forms.TypedChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("1", _("On")), ("0", _("Off"))],
        coerce=lambda value: value == "1",
        empty_value=None,
    )


class AnswersFilter(_FilterForm):
    sender = forms.CharField(
        label=_("Sender"),
        required=False,
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "tel", "dir": "ltr"}),
    )
    outcome = forms.TypedChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("All")), *Outcome.choices], coerce=int, empty_value=None
    )
    line = _line_field()
    since = MomentField(
        label=_("From day"), widget=forms.TextInput(attrs={"data-picker": "day", "autocomplete": "off"})
    )
    until = LastDayField(
        label=_("Until day"), widget=forms.TextInput(attrs={"data-picker": "day", "autocomplete": "off"})
    )
    rule = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PollForm(forms.Form):
    """A poll or contest (6.6); its options are rows of an ``OptionFormSet``."""

    title = forms.CharField(label=_("Title"), max_length=120)
    line = _LineChoice(label=_("Line"), required=False, queryset=Line.objects.none(), empty_label=_("All my lines"))
    counting = forms.ChoiceField(label=_("Votes of one number"), choices=Poll.Counting)
    opens_at = MomentField(label=_("Opens"), widget=forms.TextInput(attrs=_PICKER))
    closes_at = MomentField(
        label=_("Closes"), widget=forms.TextInput(attrs=_PICKER), help_text=_("Winners can be drawn after it.")
    )
    thanks = _text(_("Reply to a vote"), help_text=_("Empty: votes are counted without a reply."))
    again = _text(_("Reply to who has voted already"), help_text=_("Empty: the same reply as to a vote."))

    def __init__(self, *args, account: Account, poll: Poll | None = None, **options) -> None:
        super().__init__(*args, **options)
        self.fields["line"].queryset = own_lines(account)
        if poll:
            self.initial |= {
                "opens_at": written_moment(poll.opens_at) if poll.opens_at else "",
                "closes_at": written_moment(poll.closes_at) if poll.closes_at else "",
                "line": poll.line_id,
                **{name: getattr(poll, name) for name in ("title", "counting", "thanks", "again")},
            }


class OptionForm(forms.Form):
    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Option"), max_length=80, required=False)
    keywords = forms.CharField(label=_("Keywords"), max_length=500, required=False)
    is_right = forms.BooleanField(label=_("Right answer"), required=False)

    def option(self) -> Option | None:
        """None for a row that was left empty."""
        data = self.cleaned_data
        keywords = tuple(split_keywords(data.get("keywords", "")))
        if not keywords and not data.get("title"):
            return None
        return Option(data.get("title", ""), keywords, data.get("is_right", False), data.get("pk"))


OptionFormSet = forms.formset_factory(OptionForm, extra=2, max_num=OPTIONS_MAX, absolute_max=OPTIONS_MAX)


class DrawForm(forms.Form):
    count = forms.IntegerField(label=_("Winners"), min_value=1, max_value=1000, initial=1)
    only_right = forms.BooleanField(label=_("Only among right answers"), required=False)
