"""The bodies of the phonebook's resources (9, W5): what they read, what they answer, examples."""

from django.utils.translation import gettext as _
from rest_framework import serializers

from common.phones import e164, normalise, normalise_line
from numbers.models import Line
from phonebook.bulk import MOST
from phonebook.models import Contact, Field, Group, Import, OptOut
from phonebook.opt_outs import PANEL, SUBSCRIBER, WEB_SERVICE
from webservice.problems import FieldCode
from webservice.v1.answers import Answer
from webservice.v1.fields import StrictCharField, StrictIntegerField, StrictSerializer
from webservice.v1.serializers import LARGEST_ID, ListQuery
from webservice.v1.words import moment

REASONS = {SUBSCRIBER: "subscriber", PANEL: "panel", WEB_SERVICE: "web_service"}
REASON_OF = {name: reason for reason, name in REASONS.items()}
CONTACT = {
    "id": 4711, "mobile": "+989121234567", "first_name": "Sara", "last_name": "Karimi",
    "values": {"city": "Tehran", "birthday": "1990-05-01"}, "groups": [{"id": 3, "name": "Customers"}],
    "created_at": "2026-03-21T06:00:00.000Z",
}  # fmt: skip
GROUP = {"id": 3, "name": "Customers", "size": 1204, "created_at": "2026-03-21T06:00:00.000Z"}
FIELD = {"id": 9, "key": "city", "name": "City", "kind": "text", "choices": [], "is_required": False}
OPT_OUT = {
    "id": 88, "mobile": "+989121234567", "line": "30001234", "reason": "subscriber", "note": "11",
    "created_at": "2026-03-21T06:00:00.000Z",
}  # fmt: skip


class GroupName(Answer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class ContactAnswer(Answer):
    id = serializers.IntegerField()
    mobile = serializers.CharField(help_text="+98…")
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    values = serializers.DictField(
        child=serializers.CharField(), help_text="Own fields by key, as text: numbers in digits, dates as 2026-03-21."
    )
    groups = GroupName(many=True)
    created_at = serializers.DateTimeField()


class ContactPage(Answer):
    contacts = ContactAnswer(many=True)
    next = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(required=False, help_text="Only with “Prefer: count”.")


class UpsertedContact(Answer):
    id = serializers.IntegerField()
    mobile = serializers.CharField()


class UpsertAnswer(Answer):
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    contacts = UpsertedContact(many=True, help_text="One for each number, in the order of the request.")


class GroupAnswer(Answer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="How many contacts are in it.")
    created_at = serializers.DateTimeField()


class GroupPage(Answer):
    groups = GroupAnswer(many=True)
    next = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(required=False)


class ChangedAnswer(Answer):
    changed = serializers.IntegerField(help_text="How many joined or left.")


class FieldAnswer(Answer):
    id = serializers.IntegerField()
    key = serializers.CharField(help_text="Names the field in `values` and in texts; never changes.")
    name = serializers.CharField()
    kind = serializers.ChoiceField(Field.Kind.choices)
    choices = serializers.ListField(child=serializers.CharField())
    is_required = serializers.BooleanField()


class FieldList(Answer):
    fields_ = FieldAnswer(many=True)


class OptOutAnswer(Answer):
    id = serializers.IntegerField()
    mobile = serializers.CharField()
    line = serializers.CharField(allow_null=True, help_text="null: every line of the account.")
    reason = serializers.ChoiceField([(name, name) for name in (*REASONS.values(), "other")])
    note = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class OptOutPage(Answer):
    opt_outs = OptOutAnswer(many=True)
    next = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(required=False)


class OptOutsAdded(Answer):
    added = serializers.IntegerField(help_text="How many were not on the list before.")


class ContactQuery(ListQuery):
    """The filters of the contacts."""

    q = serializers.CharField(required=False, max_length=80, help_text="Words of names and values, or a number.")
    group = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    mobile = serializers.CharField(required=False, max_length=64, help_text="Exactly this number.")

    def validate_mobile(self, value: str) -> int:
        return _number(value)


class GroupQuery(ListQuery):
    """The filters of the groups."""

    q = serializers.CharField(required=False, max_length=80, help_text="A part of the name.")


class OptOutQuery(ListQuery):
    """The filters of the opt-outs."""

    mobile = serializers.CharField(required=False, max_length=64)
    line = serializers.CharField(required=False, max_length=24)
    reason = serializers.ChoiceField([(name, name) for name in REASON_OF], required=False)

    def validate_mobile(self, value: str) -> int:
        return _number(value)

    def validate_line(self, value: str) -> Line:
        return _line(self.context["account"], value)


def _number(value: str) -> int:
    number = normalise(value)
    if number is None:
        raise serializers.ValidationError(_("This is not a mobile number."), FieldCode.INVALID)
    return number


def _line(account, value: str) -> Line:
    line = Line.objects.filter(account=account, number=normalise_line(value) or "").first()
    if line is None:
        sentence = _("The account has no active line with this number; GET /lines lists those it has.")
        raise serializers.ValidationError(sentence, FieldCode.NOT_FOUND)
    return line


class ValuesField(serializers.DictField):
    """Own fields by key; a number may be given as a number."""

    def to_internal_value(self, data):
        read = super().to_internal_value(data)
        for key, value in read.items():
            if isinstance(value, bool) or not isinstance(value, (str, int, float, type(None))):
                raise serializers.ValidationError({key: [_text_or_number()]})
            if isinstance(value, str) and len(value) > 2_000:
                raise serializers.ValidationError({key: [serializers.ErrorDetail(_("Too long."), FieldCode.TOO_LONG)]})
        return read


def _text_or_number() -> serializers.ErrorDetail:
    return serializers.ErrorDetail(_("Give a text or a number."), FieldCode.WRONG_TYPE)


class _Names(StrictSerializer):
    first_name = StrictCharField(required=False, allow_blank=True, max_length=60)
    last_name = StrictCharField(required=False, allow_blank=True, max_length=60)
    values = ValuesField(
        child=serializers.JSONField(allow_null=True),
        required=False,
        help_text="Own fields by key; null empties one.",
    )


class NewContact(_Names):
    """A contact to add."""

    mobile = StrictCharField(max_length=64)
    groups = serializers.ListField(
        child=StrictIntegerField(min_value=1, max_value=LARGEST_ID), required=False, max_length=200, help_text="Ids."
    )


class ContactChange(_Names):
    """What to change; members left out stay as they are."""

    mobile = StrictCharField(required=False, max_length=64)
    groups = serializers.ListField(
        child=StrictIntegerField(min_value=1, max_value=LARGEST_ID), required=False, max_length=200, help_text="Ids."
    )


class BulkContact(_Names):
    mobile = StrictCharField(max_length=64)
    groups = serializers.ListField(
        child=StrictCharField(max_length=80), required=False, max_length=50, help_text="Names; made where missing."
    )


class BulkContacts(StrictSerializer):
    """Up to 1,000 contacts."""

    contacts = BulkContact(many=True, allow_empty=False, max_length=MOST)
    on_duplicate = serializers.ChoiceField(Import.OnDuplicate.choices, default=Import.OnDuplicate.OVERWRITE)
    group = StrictIntegerField(required=False, min_value=1, max_value=LARGEST_ID, help_text="Everybody joins it.")


class NamedGroup(StrictSerializer):
    """A group's name."""

    name = StrictCharField(max_length=80)


class Members(StrictSerializer):
    """Contacts that join or leave a group."""

    contacts = serializers.ListField(
        child=StrictIntegerField(min_value=1, max_value=LARGEST_ID),
        allow_empty=False,
        max_length=MOST,
        help_text="Ids.",
    )


class NewField(StrictSerializer):
    """An own field to define."""

    name = StrictCharField(max_length=60)
    kind = serializers.ChoiceField(Field.Kind.choices, default=Field.Kind.TEXT)
    key = StrictCharField(required=False, max_length=30, default="", help_text="a–z, 0–9 and _.")
    choices = serializers.ListField(child=StrictCharField(max_length=80), required=False, max_length=200, default=list)
    is_required = serializers.BooleanField(default=False)


class FieldChange(StrictSerializer):
    """What to change of an own field; key and kind stay."""

    name = StrictCharField(required=False, max_length=60)
    choices = serializers.ListField(child=StrictCharField(max_length=80), required=False, max_length=200)
    is_required = serializers.BooleanField(required=False)


class NewOptOuts(StrictSerializer):
    """Numbers that shall get nothing more."""

    mobiles = serializers.ListField(child=StrictCharField(max_length=64), allow_empty=False, max_length=MOST)
    line = StrictCharField(required=False, max_length=24, help_text="Left out: every line of the account.")
    note = StrictCharField(required=False, allow_blank=True, max_length=120, default="")

    def validate_mobiles(self, value: list[str]) -> list[int]:
        numbers = [normalise(one) for one in value]
        bad = {
            place: [serializers.ErrorDetail(_("This is not a mobile number."), FieldCode.INVALID)]
            for place, number in enumerate(numbers)
            if number is None
        }
        if bad:
            raise serializers.ValidationError(bad)
        return numbers

    def validate_line(self, value: str) -> Line:
        return _line(self.context["account"], value)


def contact_shown(contact: Contact) -> dict:
    return {
        "id": contact.pk,
        "mobile": e164(contact.msisdn),
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "values": contact.values,
        "groups": [{"id": group.pk, "name": group.name} for group in contact.groups.all()],
        "created_at": moment(contact.created_at),
    }


def group_shown(group: Group) -> dict:
    return {"id": group.pk, "name": group.name, "size": group.size, "created_at": moment(group.created_at)}


def field_shown(field: Field) -> dict:
    names = ("key", "name", "kind", "choices", "is_required")
    return {"id": field.pk, **{name: getattr(field, name) for name in names}}


def opt_out_shown(row: OptOut) -> dict:
    return {
        "id": row.pk,
        "mobile": e164(row.msisdn),
        "line": row.line.number if row.line else None,
        "reason": REASONS.get(row.reason, "other"),
        "note": row.note,
        "created_at": moment(row.created_at),
    }
