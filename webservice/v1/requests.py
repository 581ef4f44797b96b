"""GET /requests: the request log (W10)."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from webservice.models import ApiKey, ApiRequest
from webservice.problems import Code
from webservice.requests.reading import meaning, requests_of
from webservice.v1 import documentation
from webservice.v1.answers import Answer
from webservice.v1.base import ApiView
from webservice.v1.fields import MomentField
from webservice.v1.paging import page_of, preference, wants_count
from webservice.v1.serializers import LARGEST_ID, ListQuery
from webservice.v1.words import moment

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class LoggedRequestQuery(ListQuery):
    """The filters of the request log."""

    key = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID, help_text="The id of a key.")
    method = serializers.ChoiceField(METHODS, required=False)
    status = serializers.IntegerField(required=False, min_value=100, max_value=599)
    code = serializers.CharField(required=False, max_length=40, help_text="A problem's code.")
    since = MomentField(required=False, help_text="At this time or later.")
    until = MomentField(required=False, help_text="Before this time.")


class LoggedRequest(Answer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    key = serializers.IntegerField(help_text="The id of the key.")
    method = serializers.CharField()
    path = serializers.CharField(help_text="Keys and numbers masked, of the query only what says nothing personal.")
    status = serializers.IntegerField()
    code = serializers.CharField(allow_null=True, help_text="The problem's code where it was refused.")
    meaning = serializers.CharField()
    duration_ms = serializers.IntegerField()
    address = serializers.CharField()
    request_id = serializers.CharField(help_text="X-Request-Id of the answer.")


class LoggedRequestPage(Answer):
    requests = LoggedRequest(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page after this one.")
    count = serializers.IntegerField(required=False, help_text="Only with “Prefer: count”.")


class Requests(ApiView):
    """What the account's programs asked."""

    scopes = {"GET": ApiKey.Scope.ADMIN}

    @extend_schema(
        operation_id="list_requests",
        summary="The request log, newest first",
        description="Every call with one of the account's keys in the last 30 days, seconds after it was answered.",
        tags=["Account"],
        parameters=[LoggedRequestQuery, documentation.PREFER, documentation.LANGUAGE, *documentation.RATE_HEADERS],
        responses={
            200: OpenApiResponse(LoggedRequestPage, "A page."),
            **documentation.refusals(*documentation.ALWAYS, Code.VALIDATION_FAILED),
        },
        examples=[
            documentation.example(
                "A page",
                {
                    "requests": [
                        {
                            "id": 5120, "at": "2026-03-21T06:00:00.000Z", "key": 7, "method": "POST",
                            "path": "/api/v1/messages", "status": 402, "code": "insufficient_credit",
                            "meaning": "The credit is not enough. Nothing was sent. Top up and send again.",
                            "duration_ms": 12, "address": "203.0.113.7",
                            "request_id": "0f3c1a6e2b7d4c58a90be1d2f3c4b5a6",
                        }
                    ],
                    "next": None,
                },
            )
        ],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        query = self.read(LoggedRequestQuery, request.query_params)
        wanted = {name: query[name] for name in ("method", "status", "code", "until") if name in query}
        found = requests_of(self.account, since=query.get("from"), **wanted)
        if "key" in query:
            found = found.filter(key_id=query["key"])
        shown, members = page_of(found, query, counted=wants_count(request))
        return Response({"requests": [_row(row) for row in shown], **members}, headers=preference(request))


def _row(row: ApiRequest) -> dict:
    return {
        "id": row.pk,
        "at": moment(row.at),
        "key": row.key_id,
        "method": row.method,
        "path": row.path,
        "status": row.status,
        "code": row.code or None,
        "meaning": meaning(row),
        "duration_ms": row.duration_ms,
        "address": row.address,
        "request_id": row.request_id,
    }
