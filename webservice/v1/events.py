"""GET /events: what happened since an event, for whoever missed a call or wants none (W11)."""

from datetime import timedelta

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from webservice.models import ApiKey
from webservice.problems import Code
from webservice.v1 import documentation
from webservice.v1.answers import Answer
from webservice.v1.base import ApiView
from webservice.v1.serializers import LARGEST_ID, StrictQuery
from webservice.webhooks import payloads
from webservice.webhooks.listening import KEPT, note_reader
from webservice.webhooks.models import Event, EventType

TYPES = [(kind.value, kind.value) for kind in EventType]


class EventQuery(StrictQuery):
    """From where to read on."""

    after = serializers.IntegerField(
        required=False, min_value=0, max_value=LARGEST_ID, default=0, help_text="The last event you have; 0: all."
    )
    type = serializers.ChoiceField(TYPES, required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500, default=100)


class KnownEvent(Answer):
    id = serializers.IntegerField(help_text="Grows; by it you know repeats.")
    type = serializers.ChoiceField(TYPES)
    created_at = serializers.DateTimeField()
    data = serializers.DictField(help_text="Depends on the type; docs/webhooks.md has each.")


class EventPage(Answer):
    events = KnownEvent(many=True)
    next = serializers.IntegerField(help_text="Ask with `after` of this to go on; where nothing came, what you gave.")
    has_more = serializers.BooleanField()


_PAGE = {
    "events": [
        {
            "id": 7731, "type": "message.status", "created_at": "2026-03-21T06:00:03.100Z",
            "data": {
                "message": 1834001, "state": "delivered", "error": None, "to": "+989121234567", "line": "30001234",
                "campaign": 1834, "reference": "order-1042", "tags": ["orders"], "is_test": False,
            },
        }
    ],
    "next": 7731,
    "has_more": False,
}  # fmt: skip


class Events(ApiView):
    """The account's events, the oldest first."""

    scopes = {"GET": ApiKey.Scope.READ}

    @extend_schema(
        operation_id="list_events",
        summary="Events since one you have",
        description=(
            "Oldest first, kept for seven days. An account without a webhook has its events kept from its first call "
            "of this on, for as long as it calls at least once a week. Nothing that is committed later ever gets an id "
            "below one that you have seen."
        ),
        tags=["Webhooks"],
        parameters=[EventQuery, documentation.LANGUAGE, *documentation.RATE_HEADERS],
        responses={
            200: OpenApiResponse(EventPage, "A page."),
            **documentation.refusals(*documentation.ALWAYS, Code.VALIDATION_FAILED),
        },
        examples=[documentation.example("A page", _PAGE)],
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(EventQuery, request.query_params)
        note_reader(self.account)
        since = timezone.now() - KEPT - timedelta(hours=1)
        events = Event.objects.of(self.account).filter(pk__gt=query["after"], published_at__gte=since).order_by("id")
        if "type" in query:
            events = events.filter(type=query["type"])
        found = list(events[: query["limit"] + 1])
        page = found[: query["limit"]]
        return Response(
            {
                "events": payloads.rendered(page),
                "next": page[-1].pk if page else query["after"],
                "has_more": len(found) > len(page),
            }
        )
