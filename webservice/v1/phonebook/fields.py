"""The account's own fields over the web service (9.3, W5)."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from phonebook import own_fields, selectors
from phonebook.models import Field
from webservice.idempotency import answer_once
from webservice.v1.phonebook import words
from webservice.v1.phonebook.base import PhonebookView, reads, writes


class Fields(PhonebookView):
    """The account's own fields."""

    @extend_schema(
        **reads(
            "list_fields", "The own fields", "In their order.", "Fields", words.FieldList, {"fields": [words.FIELD]}
        )
    )
    def get(self, request: Request) -> HttpResponse:
        return Response({"fields": [words.field_shown(field) for field in selectors.fields(self.account)]})

    @extend_schema(
        **writes(
            "add_field",
            "Define an own field",
            "A deleted one of the same name and kind comes back with its values.",
            "Fields",
            words.NewField,
            words.FieldAnswer,
            {"name": "City", "key": "city"},
            words.FIELD,
            of=201,
        )
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._add(request))

    def _add(self, request: Request) -> Response:
        fields = self.read(words.NewField, request.data)
        field = own_fields.create_field(account=self.account, by=self.by, **fields)
        return Response(words.field_shown(field), status.HTTP_201_CREATED)


class FieldDetail(PhonebookView):
    """One own field."""

    @extend_schema(
        **reads("get_field", "One own field", "With its choices.", "Fields", words.FieldAnswer, words.FIELD, one=True)
    )
    def get(self, request: Request, field_id: int) -> HttpResponse:
        return Response(words.field_shown(self._own(field_id)))

    @extend_schema(
        **writes(
            "change_field",
            "Change an own field",
            "Key and kind stay.",
            "Fields",
            words.FieldChange,
            words.FieldAnswer,
            {"name": "Province"},
            words.FIELD,
            one=True,
        )
    )
    def patch(self, request: Request, field_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._change(request, field_id))

    def _change(self, request: Request, field_id: int) -> Response:
        fields = self.read(words.FieldChange, request.data)
        field = self._own(field_id)
        kept = {name: getattr(field, name) for name in ("name", "choices", "is_required")}
        return Response(words.field_shown(own_fields.change_field(field=field, by=self.by, **(kept | fields))))

    @extend_schema(
        **writes(
            "delete_field",
            "Delete an own field",
            "Answers the field as it was. Contacts keep what they hold: defining it again brings it back.",
            "Fields",
            None,
            words.FieldAnswer,
            None,
            words.FIELD,
            one=True,
        )
    )
    def delete(self, request: Request, field_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._delete(field_id))

    def _delete(self, field_id: int) -> Response:
        field = self._own(field_id)
        own_fields.delete_field(field=field, by=self.by)
        return Response(words.field_shown(field))

    def _own(self, field_id: int) -> Field:
        return self.own(Field.objects.of(self.account).filter(deleted_at=None), field_id)
