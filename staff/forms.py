"""What staff fill in: filters above the queues, decisions, and what they do to an account or a gateway."""

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.models import Slip
from common.fields import LastDayField, MomentField, WholeNumberField
from messaging.models import Message, Template
from numbers.models import LineRequest

WAITING, ALL = "", "all"
_DAY = {"data-picker": "day", "autocomplete": "off", "inputmode": "numeric"}


class QueueFilter(forms.Form):
    """Filters above a queue; without any, what waits is shown. What cannot be read filters nothing."""

    waiting = ""  # the state that waits
    text = forms.CharField(label=_("Search"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False)
    since = MomentField(label=_("From day"), widget=forms.TextInput(attrs=_DAY))
    until = LastDayField(label=_("Until day"), widget=forms.TextInput(attrs=_DAY))

    states: type

    def __init__(self, data=None) -> None:
        super().__init__(data)
        others = [choice for choice in self.states.choices if choice[0] != self.waiting]
        self.fields["state"].choices = [(WAITING, self.states(self.waiting).label), *others, (ALL, _("All"))]

    def wanted(self) -> dict:
        """What was asked for and could be understood; ``state`` is None for all."""
        self.is_valid()
        found = {name: value for name, value in getattr(self, "cleaned_data", {}).items() if value not in (None, "")}
        state = found.get("state", self.waiting)
        return found | {"state": None if state == ALL else state}


class LineRequestFilter(QueueFilter):
    states, waiting = LineRequest.State, LineRequest.State.SUBMITTED
    kind = forms.ChoiceField(
        label=_("Request"), required=False, choices=[("", _("All")), *LineRequest.Kind.choices]
    )  # fmt: skip
    field_order = ["text", "state", "kind", "since", "until"]


class SlipFilter(QueueFilter):
    states, waiting = Slip.State, Slip.State.SUBMITTED


class TemplateFilter(QueueFilter):
    states, waiting = Template.State, Template.State.PENDING


class ActivationFilter(forms.Form):
    """Those that nobody has read, or all."""

    text = forms.CharField(label=_("Search"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[(WAITING, _("Not read yet")), ("read", _("Read")), (ALL, _("All"))]
    )  # fmt: skip

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in getattr(self, "cleaned_data", {}).items() if value}


class AnnouncementFilter(forms.Form):
    SHOWN, PLANNED, OVER = "shown", "planned", "over"
    text = forms.CharField(label=_("Search"), required=False, max_length=100)
    when = forms.ChoiceField(
        label=_("Time"), required=False,
        choices=[("", _("All")), (SHOWN, _("Shown now")), (PLANNED, _("To come")), (OVER, _("Ended"))],
    )  # fmt: skip

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in getattr(self, "cleaned_data", {}).items() if value}


class ReasonForm(forms.Form):
    """Why something is refused, in words for the customer."""

    reason = forms.CharField(
        label=_("Why it is refused"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("The customer reads it."),
    )  # fmt: skip


class PriceForm(forms.Form):
    """What an accepted request costs."""

    price = WholeNumberField(
        label=_("Price (rials)"), min_value=0, max_value=10**12,
        help_text=_("Without VAT. 0: it is done at once, without an invoice."),
    )  # fmt: skip


class DecidedFrom(forms.Form):
    """The state that the page showed when somebody decided."""

    seen = forms.ChoiceField(choices=Template.State.choices)


class MessageForm(forms.Form):
    """Which message's story is told."""

    message = WholeNumberField(
        label=_("Message's id"), min_value=1, max_value=2**63 - 1,
        help_text=_("It stands in the address of the message's page, in the web service's answers and in webhooks."),
    )  # fmt: skip

    def clean_message(self) -> int:
        message = self.cleaned_data["message"]
        if not Message.objects.filter(pk=message).exists():
            raise forms.ValidationError(_("There is no message with this id."))
        return message
