"""The bodies that the native API reads, and the queries of its lists."""

from django.utils.translation import gettext as _
from rest_framework import serializers

from common.phones import normalise, normalise_line
from numbers.models import Line
from webservice.problems import FieldCode
from webservice.v1.fields import (
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
    text = TextsField(help_text="One text for all recipients, or a list with exactly one text for each.")

    def validate(self, attrs: dict) -> dict:
        attrs = super().validate(attrs)
        to, text = attrs["to"], attrs["text"]
        attrs["to"] = [to] if isinstance(to, str) else to
        if isinstance(text, list) and len(text) != len(attrs["to"]):
            sentence = _("Give one text, or as many texts as recipients: there are %(texts)d for %(recipients)d.")
            raise serializers.ValidationError(
                {"text": [serializers.ErrorDetail(
                    sentence % {"texts": len(text), "recipients": len(attrs["to"])}, FieldCode.CONFLICT
                )]}
            )  # fmt: skip
        return attrs


class QuotedMessages(StrictSerializer):
    """A quote to be sent exactly as it was priced."""

    quote = StrictIntegerField(min_value=1, max_value=LARGEST_ID, help_text="The id that POST /quotes gave.")


class NoFields(StrictSerializer):
    """A body that says nothing: {} or none at all."""


class ListQuery(StrictSerializer):
    """What every list takes (W9)."""

    cursor = serializers.CharField(required=False, max_length=60, help_text="“next” of the page before.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200, default=50)

    def get_fields(self):
        fields = super().get_fields()
        return {"from" if name == "since" else name: field for name, field in fields.items()}

    def to_internal_value(self, data):
        repeated = sorted(name for name in data if len(data.getlist(name)) > 1)
        if repeated:
            sentence = _("Give this parameter once.")
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(sentence, FieldCode.CONFLICT)] for name in repeated}
            )
        return super().to_internal_value(data.dict())


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
