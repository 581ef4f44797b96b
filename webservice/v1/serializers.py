"""The bodies that the native API reads, and the queries of its lists."""

from django.utils.translation import gettext as _
from rest_framework import serializers

from common.phones import normalise, normalise_line
from messaging.models import Template
from messaging.selectors import line_for
from numbers.models import Line
from webservice.problems import FieldCode
from webservice.v1 import patterns
from webservice.v1.fields import (
    ManyParametersField,
    MomentField,
    RecipientsField,
    StrictCharField,
    StrictIntegerField,
    StrictSerializer,
    TextsField,
)
from webservice.v1.words import CLASS_OF, STATUS_OF

LARGEST_ID = 9_000_000_000_000_000
MOST_TAGS = 10


class NewSend(StrictSerializer):
    """From which line, when, how urgently: what every send says."""

    line = StrictCharField(
        required=False, max_length=24, help_text="The sender line. Optional when the account has exactly one."
    )
    message_class = serializers.ChoiceField(
        choices=[(name, name) for name in CLASS_OF],
        default="transactional",
        help_text="What leaves first: otp overtakes transactional, which overtakes bulk.",
    )
    send_at = MomentField(required=False, help_text="Leave at this time instead of at once. RFC 3339 with an offset.")
    validity = StrictIntegerField(
        required=False,
        min_value=1,
        max_value=7 * 24 * 60,
        help_text="Minutes from leaving after which an undelivered message is given up. Default: the operator's rule.",
    )
    reference = StrictCharField(
        required=False, allow_blank=True, max_length=120, default="", help_text="Your own name for this request."
    )
    tags = serializers.ListField(
        child=StrictCharField(max_length=40), required=False, max_length=MOST_TAGS, default=list,
        help_text="Up to 10 words of yours.",
    )  # fmt: skip

    def get_fields(self):
        fields = super().get_fields()
        return {"class" if name == "message_class" else name: field for name, field in fields.items()}

    def validate_line(self, value: str) -> Line:
        line = Line.objects.usable_by(self.context["account"]).filter(number=normalise_line(value) or "").first()
        if line is None:
            raise serializers.ValidationError(
                _("The account has no active line with this number; GET /lines lists those it has."),
                FieldCode.NOT_FOUND,
            )
        return line

    def validate(self, attrs: dict) -> dict:
        attrs["line"] = attrs.get("line") or self._only_line()
        return attrs

    def _only_line(self) -> Line:
        """The account's single line; a shared service line only where it has none of its own."""
        usable = list(Line.objects.usable_by(self.context["account"]))
        own = [line for line in usable if line.account_id == self.context["account"].pk]
        lines = own or usable
        if len(lines) != 1:
            sentence = _("Say which line to send from: the account has %(count)d.") % {"count": len(lines)}
            raise serializers.ValidationError({"line": [serializers.ErrorDetail(sentence, FieldCode.REQUIRED)]})
        return lines[0]


class NewMessages(NewSend):
    """What to send, to whom, from which line, when."""

    to = RecipientsField(help_text="A mobile number, or up to 10,000, in any way of writing: 09…, +989…, 00989….")
    text = TextsField(
        required=False, help_text="One text for all recipients, or a list with exactly one text for each."
    )
    template = StrictCharField(
        required=False, max_length=60, help_text="Instead of a text: the name of an approved template."
    )
    parameters = ManyParametersField(
        required=False, help_text="Values for the template's places: for all recipients, or a list with one for each."
    )

    def to_internal_value(self, data):
        self.fields["text"].required = not (isinstance(data, dict) and "template" in data)
        return super().to_internal_value(data)

    def validate(self, attrs: dict) -> dict:
        attrs["to"] = [attrs["to"]] if isinstance(attrs["to"], str) else attrs["to"]
        template = self._template(attrs)
        attrs["line"] = attrs.get("line") or (template and line_for(template))
        attrs = super().validate(attrs)
        text = attrs["text"]
        if isinstance(text, list) and len(text) != len(attrs["to"]):
            sentence = _("Give one text, or as many texts as recipients: there are %(texts)d for %(recipients)d.")
            counts = {"texts": len(text), "recipients": len(attrs["to"])}
            raise self._wrong("text", sentence % counts, FieldCode.CONFLICT)
        return attrs

    def _template(self, attrs: dict) -> Template | None:
        """The template that was named; then its filled text, or texts, stands in ``text``."""
        if "template" not in attrs:
            if "parameters" in attrs:
                raise self._wrong("parameters", _("Parameters belong to a template; name it."), FieldCode.CONFLICT)
            return None
        if "text" in attrs:
            raise self._wrong("text", _("Give either a text or a template."), FieldCode.CONFLICT)
        try:
            template = patterns.approved(self.context["account"], attrs["template"])
        except serializers.ValidationError as error:
            raise serializers.ValidationError({"template": error.detail}) from error
        attrs["text"] = self._filled(template, attrs.get("parameters", {}), len(attrs["to"]))
        try:
            self.fields["text"].to_internal_value(attrs["text"])
        except serializers.ValidationError as error:
            raise serializers.ValidationError({"text": error.detail}) from error
        return template

    def _filled(self, template: Template, values: dict | list[dict], recipients: int) -> str | list[str]:
        if isinstance(values, dict):
            return patterns.filled(template, values)
        if len(values) != recipients:
            sentence = _("Give parameters for all, or for each recipient: there are %(values)d for %(recipients)d.")
            counts = {"values": len(values), "recipients": recipients}
            raise self._wrong("parameters", sentence % counts, FieldCode.CONFLICT)
        return [patterns.filled(template, one, where=f"parameters[{place}]") for place, one in enumerate(values)]

    def _wrong(self, field: str, sentence: str, code: FieldCode) -> serializers.ValidationError:
        return serializers.ValidationError({field: [serializers.ErrorDetail(sentence, code)]})


class QuotedMessages(StrictSerializer):
    """A quote to be sent exactly as it was priced."""

    quote = StrictIntegerField(min_value=1, max_value=LARGEST_ID, help_text="The id that POST /quotes gave.")


class NoFields(StrictSerializer):
    """A body that says nothing: {} or none at all."""


class StrictQuery(StrictSerializer):
    """A query string in which each parameter is written once."""

    def to_internal_value(self, data):
        repeated = sorted(name for name in data if len(data.getlist(name)) > 1)
        if repeated:
            sentence = _("Give this parameter once.")
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(sentence, FieldCode.CONFLICT)] for name in repeated}
            )
        return super().to_internal_value(data.dict())


class ListQuery(StrictQuery):
    """What every list takes (W9)."""

    cursor = serializers.CharField(required=False, max_length=60, help_text="“next” of the page before.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200, default=50)

    def get_fields(self):
        fields = super().get_fields()
        return {"from" if name == "since" else name: field for name, field in fields.items()}


class MessageQuery(ListQuery):
    """The filters of the list of messages."""

    state = serializers.ChoiceField(choices=[(name, name) for name in STATUS_OF], required=False)
    to = serializers.CharField(required=False, max_length=64, help_text="A recipient, in any way of writing.")
    line = serializers.CharField(required=False, max_length=24, help_text="The line it was sent from.")
    reference = serializers.CharField(required=False, max_length=120)
    tag = serializers.CharField(required=False, max_length=40, help_text="One of the tags it was sent with.")
    campaign = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    since = MomentField(required=False, help_text="Made at this time or later.")
    until = MomentField(required=False, help_text="Made before this time.")

    def validate_to(self, value: str) -> int:
        number = normalise(value)
        if number is None:
            raise serializers.ValidationError(_("This is not a mobile number."), FieldCode.INVALID)
        return number

    def validate_line(self, value: str) -> str:
        return normalise_line(value) or ""
