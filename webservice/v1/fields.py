"""Fields that read what JSON and query strings carry strictly: no text for a number, no time without an offset."""

import re
from datetime import UTC, datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.text import TextTooLong, measure
from webservice.problems import FieldCode

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_TEXT = {"type": "string", "minLength": 1}
MOST_RECIPIENTS = 10_000
LONGEST_RECIPIENT = 64
LONGEST_TEXT = 40_000
LONGEST_VALUE = 900


class StrictSerializer(serializers.Serializer):
    """A field that it does not know is an error (W8)."""

    def to_internal_value(self, data):
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError(error.detail | self._unknown(unknown)) from error
        if unknown:
            raise serializers.ValidationError(self._unknown(unknown))
        return value

    def _unknown(self, names: list[str]) -> dict[str, list]:
        sentence = _("There is no such field; check its spelling.")
        return {name: [serializers.ErrorDetail(str(sentence), FieldCode.UNKNOWN_FIELD)] for name in names}


class StrictCharField(serializers.CharField):
    """JSON text only; REST framework would take a number for one."""

    def to_internal_value(self, data):
        if not isinstance(data, str):
            raise _error(_("Give a text."), FieldCode.WRONG_TYPE)
        return super().to_internal_value(data)


class StrictIntegerField(serializers.IntegerField):
    """A JSON number without a fraction; REST framework would take text and 1.0."""

    def to_internal_value(self, data):
        if isinstance(data, bool) or not isinstance(data, int):
            raise _error(_("Give a whole number."), FieldCode.WRONG_TYPE)
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """JSON true or false only; REST framework would take "yes" and 1."""

    def to_internal_value(self, data):
        if not isinstance(data, bool):
            raise _error(_("Give true or false."), FieldCode.WRONG_TYPE)
        return data


@extend_schema_field({"type": "string", "format": "date-time"})
class MomentField(serializers.Field):
    """An RFC 3339 time with its offset, as an aware datetime."""

    default_error_messages = {
        "invalid": _("Write the time as RFC 3339 with its offset, such as 2026-03-21T09:30:00+03:30.")
    }

    def to_internal_value(self, data) -> datetime:
        if not isinstance(data, str) or not _RFC3339.fullmatch(data):
            self.fail("invalid")
        try:
            return datetime.fromisoformat(data.upper().replace(" ", "T")).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")

    def to_representation(self, value):
        return value


class OneOrManyField(serializers.Field):
    """A text, or a list of texts; read as what was given."""

    default_error_messages = {
        "wrong_type": _("Give a text or a list of texts."),
        "empty": _("The list is empty."),
        "too_many": _("The list may have at most %(most)d entries."),
    }

    def to_internal_value(self, data) -> str | list[str]:
        if isinstance(data, str):
            self.check_one(data)
            return data
        if not isinstance(data, list) or not all(isinstance(one, str) for one in data):
            raise _error(self.error_messages["wrong_type"], FieldCode.WRONG_TYPE)
        if not data:
            raise _error(self.error_messages["empty"], FieldCode.EMPTY)
        if len(data) > MOST_RECIPIENTS:
            raise _error(self.error_messages["too_many"] % {"most": MOST_RECIPIENTS}, FieldCode.TOO_LONG)
        self._check_all(data)
        return data

    def to_representation(self, value):
        return value

    def check_one(self, text: str) -> None:
        """Raises ValidationError for an entry that cannot be used."""
        raise NotImplementedError

    def _check_all(self, texts: list[str]) -> None:
        errors = {}
        for place, text in enumerate(texts):
            try:
                self.check_one(text)
            except serializers.ValidationError as error:
                errors[place] = error.detail
        if errors:
            raise serializers.ValidationError(errors)


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "maxLength": LONGEST_VALUE}})
class ParametersField(serializers.Field):
    """Values for the places of a template, by name."""

    default_error_messages = {
        "wrong_type": _("Give an object with a text for each place of the template."),
        "too_long": _("A value may have at most %(most)d letters."),
        "null": _("The text may not contain the null character."),
    }

    def to_internal_value(self, data) -> dict[str, str]:
        if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
            raise _error(self.error_messages["wrong_type"], FieldCode.WRONG_TYPE)
        for name, value in data.items():
            if len(value) > LONGEST_VALUE:
                sentence = self.error_messages["too_long"] % {"most": LONGEST_VALUE}
                raise serializers.ValidationError({name: [serializers.ErrorDetail(str(sentence), FieldCode.TOO_LONG)]})
            if "\x00" in value:
                raise _error(self.error_messages["null"], FieldCode.INVALID)
        return data

    def to_representation(self, value):
        return value


@extend_schema_field(
    {
        "oneOf": [
            {"type": "object", "additionalProperties": {"type": "string", "maxLength": LONGEST_VALUE}},
            {
                "type": "array",
                "items": {"type": "object", "additionalProperties": {"type": "string", "maxLength": LONGEST_VALUE}},
                "minItems": 1,
                "maxItems": MOST_RECIPIENTS,
            },
        ]
    }
)
class ManyParametersField(ParametersField):
    """Values for all recipients, or a list with values for each."""

    def to_internal_value(self, data) -> dict[str, str] | list[dict[str, str]]:
        if not isinstance(data, list):
            return super().to_internal_value(data)
        if not 1 <= len(data) <= MOST_RECIPIENTS:
            sentence = _("The list may have between 1 and %(most)d entries.") % {"most": MOST_RECIPIENTS}
            raise _error(sentence, FieldCode.TOO_LONG)
        return [super(ManyParametersField, self).to_internal_value(one) for one in data]


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "maxLength": LONGEST_RECIPIENT},
            {
                "type": "array",
                "items": {"type": "string", "maxLength": LONGEST_RECIPIENT},
                "minItems": 1,
                "maxItems": MOST_RECIPIENTS,
            },
        ]
    }
)
class RecipientsField(OneOrManyField):
    """Mobile numbers in any way of writing. One that is no number is no error: its row says that it is skipped."""

    def check_one(self, text: str) -> None:
        if len(text) > LONGEST_RECIPIENT:
            raise _error(_("This is too long for a mobile number."), FieldCode.TOO_LONG)
        if "\x00" in text:
            raise _error(_("The text may not contain the null character."), FieldCode.INVALID)


@extend_schema_field(
    {
        "oneOf": [
            _TEXT | {"maxLength": LONGEST_TEXT},
            {
                "type": "array",
                "items": _TEXT | {"maxLength": LONGEST_TEXT},
                "minItems": 1,
                "maxItems": MOST_RECIPIENTS,
            },
        ]
    }
)
class TextsField(OneOrManyField):
    """The text of the message, or one text for each recipient."""

    def check_one(self, text: str) -> None:
        if not text.strip():
            raise _error(_("Write the text of the message."), FieldCode.EMPTY)
        if "\x00" in text:
            raise _error(_("The text may not contain the null character."), FieldCode.INVALID)
        most = settings.MESSAGE_MAX_PARTS
        if len(text) > LONGEST_TEXT or _parts(text) > most:
            sentence = _("The text takes more than %(most)d parts; shorten it.") % {"most": most}
            raise _error(sentence, FieldCode.TOO_LONG)


@extend_schema_field(_TEXT | {"maxLength": LONGEST_TEXT})
class TextField(StrictCharField):
    """The text of a message. Raises as TextsField."""

    def to_internal_value(self, data) -> str:
        text = super().to_internal_value(data)
        TextsField().check_one(text)
        return text


def _parts(text: str) -> int:
    if len(text) <= 70:
        return 1
    try:
        return measure(text).parts
    except TextTooLong:
        return 256


def _error(sentence, code: FieldCode) -> serializers.ValidationError:
    return serializers.ValidationError(str(sentence), code)
