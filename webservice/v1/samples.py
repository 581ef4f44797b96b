"""Sample messages over the web service (7, W5). Texts that staff approve are another resource."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from common.text import clean
from messaging import selectors, services
from messaging.models import SampleMessage
from messaging.services import SamplesFull
from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode, FieldError, Problem
from webservice.v1 import documentation
from webservice.v1.answers import Answer
from webservice.v1.base import ApiView
from webservice.v1.fields import StrictCharField, StrictSerializer
from webservice.v1.paging import page_of, preference, wants_count
from webservice.v1.serializers import ListQuery
from webservice.v1.words import moment

Scope = ApiKey.Scope
LONGEST_TEXT = 20_000
_WRITE = [documentation.IDEMPOTENCY_KEY, documentation.LANGUAGE, *documentation.RATE_HEADERS]
_READ = [documentation.LANGUAGE, *documentation.RATE_HEADERS]
_ROW = {
    "id": 12, "title": "Welcome", "category": "Shop", "text": "Welcome, {first_name}!", "places": ["first_name"],
    "created_at": "2026-03-21T06:00:00.000Z",
}  # fmt: skip


class Sample(Answer):
    id = serializers.IntegerField()
    title = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    text = serializers.CharField()
    places = serializers.ListField(child=serializers.CharField(), help_text="Names of the placeholders in the text.")
    created_at = serializers.DateTimeField()


class SamplePage(Answer):
    samples = Sample(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page after this one.")
    count = serializers.IntegerField(required=False, help_text="Only with “Prefer: count”.")


class SampleQuery(ListQuery):
    """The filters of the samples."""

    text = serializers.CharField(required=False, max_length=100, help_text="A part of the text, title or category.")
    category = serializers.CharField(required=False, max_length=40, help_text="Exactly this category.")


class NewSample(StrictSerializer):
    """A text to keep."""

    text = StrictCharField(max_length=LONGEST_TEXT, trim_whitespace=False)
    title = StrictCharField(required=False, allow_blank=True, max_length=80, default="")
    category = StrictCharField(required=False, allow_blank=True, max_length=40, default="")

    def validate_text(self, value: str) -> str:
        if not value.strip():
            raise serializers.ValidationError(_("Write the text of the sample."), FieldCode.EMPTY)
        return clean(value)


def shown(sample: SampleMessage) -> dict:
    return {
        "id": sample.pk,
        "title": sample.title,
        "category": sample.category,
        "text": sample.text,
        "places": sample.places,
        "created_at": moment(sample.created_at),
    }


class Samples(ApiView):
    """The account's sample messages."""

    scopes = {"GET": Scope.READ, "POST": Scope.SEND}

    @extend_schema(
        operation_id="list_samples",
        summary="List sample messages, newest first",
        description="Texts kept for use when composing; at most 100 an account unless set otherwise.",
        tags=["Samples"],
        parameters=[SampleQuery, documentation.PREFER, *_READ],
        responses={
            200: OpenApiResponse(SamplePage, "A page."),
            **documentation.refusals(*documentation.ALWAYS, Code.VALIDATION_FAILED),
        },
        examples=[documentation.example("A page", {"samples": [_ROW], "next": None})],
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(SampleQuery, request.query_params)
        found = selectors.samples(self.account, query.get("text", ""), category=query.get("category", ""))
        rows, members = page_of(found, query, counted=wants_count(request))
        return Response({"samples": [shown(row) for row in rows], **members}, headers=preference(request))

    @extend_schema(
        operation_id="add_sample",
        summary="Keep a sample message",
        description="A text that is kept already, given without a title, is answered as it stands.",
        tags=["Samples"],
        parameters=_WRITE,
        request=NewSample,
        responses={
            201: OpenApiResponse(Sample, "The sample."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES),
        },
        examples=[
            documentation.example("A text", {"text": "Welcome, {first_name}!", "title": "Welcome"}, request=True),
            documentation.example("Kept", _ROW, status=201),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._add(request))

    def _add(self, request: Request) -> Response:
        fields = self.read(NewSample, request.data)
        try:
            sample = services.add_sample(account=self.account, **fields)
        except SamplesFull as error:
            raise Problem(
                Code.VALIDATION_FAILED, errors=[FieldError("text", FieldCode.CONFLICT, str(error))]
            ) from error
        return Response(shown(sample), status.HTTP_201_CREATED)


class SampleDetail(ApiView):
    """One sample message."""

    scopes = {"GET": Scope.READ, "DELETE": Scope.SEND}

    @extend_schema(
        operation_id="get_sample",
        summary="One sample message",
        description="With the names of the placeholders in its text.",
        tags=["Samples"],
        parameters=_READ,
        responses={
            200: OpenApiResponse(Sample, "The sample."),
            **documentation.refusals(*documentation.ALWAYS, Code.NOT_FOUND),
        },
        examples=[documentation.example("A sample", _ROW)],
    )
    def get(self, request: Request, sample_id: int) -> HttpResponse:
        return Response(shown(self._own(sample_id)))

    @extend_schema(
        operation_id="delete_sample",
        summary="Delete a sample message",
        description="Answers the sample as it was.",
        tags=["Samples"],
        parameters=_WRITE,
        request=None,
        responses={
            200: OpenApiResponse(Sample, "The sample that was deleted."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES, Code.NOT_FOUND),
        },
        examples=[documentation.example("Deleted", _ROW)],
    )
    def delete(self, request: Request, sample_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._delete(sample_id))

    def _delete(self, sample_id: int) -> Response:
        sample = self._own(sample_id)
        body = shown(sample)
        sample.delete()
        return Response(body)

    def _own(self, sample_id: int) -> SampleMessage:
        sample = selectors.samples(self.account).filter(pk=sample_id).first()
        if sample is None:
            raise Problem(Code.NOT_FOUND)
        return sample
