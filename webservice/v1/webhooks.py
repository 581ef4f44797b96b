"""/webhooks: where events are posted, and what came of it. Scope admin (W11)."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import Code, FieldError, Problem
from webservice.v1 import documentation
from webservice.v1.answers import Answer
from webservice.v1.base import ApiView
from webservice.v1.events import KnownEvent
from webservice.v1.fields import StrictCharField, StrictIntegerField, StrictSerializer
from webservice.v1.paging import page_of, preference, wants_count
from webservice.v1.serializers import LARGEST_ID, ListQuery, NoFields
from webservice.v1.words import moment
from webservice.webhooks import payloads, services
from webservice.webhooks.models import MOST_IN_A_CALL, SUBSCRIBABLE, Attempt, Endpoint
from webservice.webhooks.services import MOST_REPLAYED, EndpointRefused

EVENTS = [(kind.value, kind.value) for kind in SUBSCRIBABLE]


class NewWebhook(StrictSerializer):
    """Where to post which events."""

    url = StrictCharField(max_length=2000, help_text="https://… or http://…; never an address of a private network.")
    events = serializers.ListField(child=serializers.ChoiceField(EVENTS), allow_empty=False, help_text="Which events.")
    batch_size = StrictIntegerField(
        required=False, default=1, min_value=1, max_value=MOST_IN_A_CALL,
        help_text="1: each event by itself. More: up to that many in one call, as {\"events\": […]}.",
    )  # fmt: skip
    name = StrictCharField(required=False, allow_blank=True, max_length=80, default="", help_text="For people.")


class WebhookChanges(StrictSerializer):
    """What to change; what is left out stays."""

    url = StrictCharField(required=False, max_length=2000)
    events = serializers.ListField(child=serializers.ChoiceField(EVENTS), required=False, allow_empty=False)
    batch_size = StrictIntegerField(required=False, min_value=1, max_value=MOST_IN_A_CALL)
    name = StrictCharField(required=False, allow_blank=True, max_length=80)


class Replay(StrictSerializer):
    """The events to deliver again."""

    events = serializers.ListField(
        child=StrictIntegerField(min_value=1, max_value=LARGEST_ID), allow_empty=False, max_length=MOST_REPLAYED,
        help_text="Up to 1,000 ids of events that this webhook got, or should have got.",
    )  # fmt: skip


class Webhook(Answer):
    id = serializers.IntegerField()
    url = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    events = serializers.ListField(child=serializers.ChoiceField(EVENTS))
    batch_size = serializers.IntegerField()
    is_paused = serializers.BooleanField()
    pause_reason = serializers.ChoiceField(Endpoint.PauseReason.choices, allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True, help_text="No call has succeeded since.")
    previous_secret_until = serializers.DateTimeField(allow_null=True, help_text="Both secrets sign until then.")
    created_at = serializers.DateTimeField()


class WebhookWithSecret(Webhook):
    secret = serializers.CharField(help_text="With it calls are signed. Shown now and never again.")


class WebhookList(Answer):
    webhooks = Webhook(many=True)


class WebhookAttempt(Answer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    events = serializers.ListField(child=serializers.IntegerField())
    status = serializers.IntegerField(allow_null=True, help_text="HTTP status; null where no answer came.")
    reason = serializers.CharField(allow_null=True, help_text="Why no answer came: name, connection, time, address, …")
    milliseconds = serializers.IntegerField()
    answer = serializers.CharField(allow_blank=True, help_text="Its first 500 characters.")


class AttemptPage(Answer):
    attempts = WebhookAttempt(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page after this one.")
    count = serializers.IntegerField(required=False, help_text="Only with “Prefer: count”.")


class Replayed(Answer):
    replayed = serializers.IntegerField(help_text="How many events are delivered again.")


_WEBHOOK = {
    "id": 12, "url": "https://shop.example/sms-events", "name": "", "events": ["message.status", "message.received"],
    "batch_size": 1, "is_paused": False, "pause_reason": None, "failing_since": None, "previous_secret_until": None,
    "created_at": "2026-03-21T06:00:00.000Z",
}  # fmt: skip
_SECRET = {"secret": "whsec_5c0ZkVjS1v9W1p0T6b1jYw4l0m7oXn2rQ3tUeIaPzKg"}
_NEW = {"url": "https://shop.example/sms-events", "events": ["message.status", "message.received"]}
_ATTEMPT = {
    "id": 901, "at": "2026-03-21T06:00:04.000Z", "events": [7731], "status": 200, "reason": None, "milliseconds": 84,
    "answer": "ok",
}  # fmt: skip
_EVENT = {
    "id": 7732, "type": "webhook.test", "created_at": "2026-03-21T06:00:04.000Z", "data": {"webhook": 12},
}  # fmt: skip


def _described(name: str, summary: str, description: str, answer, value: dict, request=NoFields, **more) -> dict:
    """What extend_schema is given for a write."""
    code = more.get("status", 200)
    sent = more.get("sent", {})
    return {
        "operation_id": name,
        "summary": summary,
        "description": f"{description} Scope `admin`.",
        "tags": ["Webhooks"],
        "parameters": [documentation.IDEMPOTENCY_KEY, documentation.LANGUAGE, *documentation.RATE_HEADERS],
        "request": request,
        "responses": {
            code: OpenApiResponse(answer, "Done."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES, *more.get("codes", ())),
        },
        "examples": [
            documentation.example("Asked", sent, request=True),
            documentation.example("Answered", value, status=code),
        ],
    }


def _described_read(name: str, summary: str, description: str, answer, value: dict, *parameters, codes=()) -> dict:
    return {
        "operation_id": name,
        "summary": summary,
        "description": f"{description} Scope `admin`.",
        "tags": ["Webhooks"],
        "parameters": [*parameters, documentation.LANGUAGE, *documentation.RATE_HEADERS],
        "responses": {
            200: OpenApiResponse(answer, "As it stands."),
            **documentation.refusals(*documentation.ALWAYS, *codes),
        },
        "examples": [documentation.example("Answered", value)],
    }


class _WebhookView(ApiView):
    scopes = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), ApiKey.Scope.ADMIN)

    def own(self, webhook_id: int) -> Endpoint:
        found = Endpoint.objects.of(self.account).select_related("account").filter(pk=webhook_id).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return found

    @property
    def by(self):
        return self.request.auth.created_by

    def judged(self, service, **arguments):
        """The service's result. Raises Problem for what it refuses."""
        try:
            return service(by=self.by, **arguments)
        except EndpointRefused as refusal:
            error = FieldError(refusal.field, refusal.code, refusal.message)
            raise Problem(Code.VALIDATION_FAILED, errors=[error]) from refusal

    def acted(self, request: Request, webhook_id: int, service, **arguments) -> HttpResponse:
        """A write without fields on one webhook, answered with the webhook."""

        def work() -> Response:
            self.read(NoFields, request.data)
            return Response(shown(self.judged(service, endpoint=self.own(webhook_id), **arguments)))

        return answer_once(request, work)


class Webhooks(_WebhookView):
    """Every webhook of the account, and new ones."""

    @extend_schema(**_described_read(
        "list_webhooks", "List webhooks", "At most ten.", WebhookList, {"webhooks": [_WEBHOOK]}
    ))  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        return Response({"webhooks": [shown(endpoint) for endpoint in Endpoint.objects.of(self.account)]})

    @extend_schema(**_described(
        "create_webhook", "Add a webhook",
        "Events are posted to the address as they happen, signed with the secret in the answer. docs/webhooks.md says "
        "how to check the signature.",
        WebhookWithSecret, _WEBHOOK | _SECRET, NewWebhook, sent=_NEW, status=201,
    ))  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._create(request))

    def _create(self, request: Request) -> Response:
        fields = self.read(NewWebhook, request.data)
        endpoint = self.judged(services.create_endpoint, account=self.account, now=timezone.now(), **fields)
        return Response(shown(endpoint) | {"secret": endpoint.secret}, status.HTTP_201_CREATED)


class WebhookDetail(_WebhookView):
    """One webhook."""

    @extend_schema(**_described_read(
        "get_webhook", "One webhook", "Where it goes, and whether it is paused or failing.", Webhook, _WEBHOOK,
        codes=[Code.NOT_FOUND],
    ))  # fmt: skip
    def get(self, request: Request, webhook_id: int) -> HttpResponse:
        return Response(shown(self.own(webhook_id)))

    @extend_schema(**_described(
        "change_webhook", "Change a webhook", "What is on its way goes to the new address.", Webhook, _WEBHOOK,
        WebhookChanges, sent={"url": "https://shop.example/sms-events"}, codes=[Code.NOT_FOUND],
    ))  # fmt: skip
    def patch(self, request: Request, webhook_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._change(request, webhook_id))

    def _change(self, request: Request, webhook_id: int) -> Response:
        fields = self.read(WebhookChanges, request.data)
        return Response(shown(self.judged(services.change_endpoint, endpoint=self.own(webhook_id), **fields)))

    @extend_schema(
        **{
            key: value
            for key, value in _described(
                "delete_webhook", "Delete a webhook",
                "What waits for it is not delivered; GET /events still has it. The answer shows what was deleted.",
                Webhook, _WEBHOOK, None, codes=[Code.NOT_FOUND],
            ).items()
            if key != "examples"
        },
        examples=[documentation.example("Answered", _WEBHOOK)],
    )  # fmt: skip
    def delete(self, request: Request, webhook_id: int) -> HttpResponse:
        def work() -> Response:
            endpoint = self.own(webhook_id)
            services.delete_endpoint(endpoint=endpoint, by=self.by)
            return Response(shown(endpoint))

        return answer_once(request, work)


class WebhookSecret(_WebhookView):
    """A new secret."""

    @extend_schema(**_described(
        "rotate_webhook_secret", "Replace the secret",
        "For 24 hours calls are signed with both, each in a `v1=` of its own.", WebhookWithSecret, _WEBHOOK | _SECRET,
        codes=[Code.NOT_FOUND],
    ))  # fmt: skip
    def post(self, request: Request, webhook_id: int) -> HttpResponse:
        def work() -> Response:
            self.read(NoFields, request.data)
            endpoint = self.judged(services.rotate_secret, endpoint=self.own(webhook_id), now=timezone.now())
            return Response(shown(endpoint) | {"secret": endpoint.secret})

        return answer_once(request, work)


class WebhookPause(_WebhookView):
    """Hold it."""

    @extend_schema(**_described(
        "pause_webhook", "Pause a webhook", "It is not called; events are kept for a week.", Webhook,
        _WEBHOOK | {"is_paused": True, "pause_reason": "by_hand"}, codes=[Code.NOT_FOUND],
    ))  # fmt: skip
    def post(self, request: Request, webhook_id: int) -> HttpResponse:
        return self.acted(request, webhook_id, services.pause_endpoint, now=timezone.now())


class WebhookResume(_WebhookView):
    """Go on."""

    @extend_schema(**_described(
        "resume_webhook", "Resume a webhook", "What waited is delivered first.", Webhook, _WEBHOOK,
        codes=[Code.NOT_FOUND],
    ))  # fmt: skip
    def post(self, request: Request, webhook_id: int) -> HttpResponse:
        return self.acted(request, webhook_id, services.resume_endpoint, now=timezone.now())


class WebhookTest(_WebhookView):
    """Try it."""

    @extend_schema(**_described(
        "test_webhook", "Send a test event", "A `webhook.test` to this webhook alone, on the way of every other event.",
        KnownEvent, _EVENT, codes=[Code.NOT_FOUND], status=201,
    ))  # fmt: skip
    def post(self, request: Request, webhook_id: int) -> HttpResponse:
        def work() -> Response:
            self.read(NoFields, request.data)
            event = self.judged(services.send_test_event, endpoint=self.own(webhook_id), now=timezone.now())
            return Response(payloads.rendered([event])[0], status.HTTP_201_CREATED)

        return answer_once(request, work)


class WebhookReplay(_WebhookView):
    """Once more."""

    @extend_schema(**_described(
        "replay_events", "Deliver events again",
        "The same events with the same ids, whatever became of them. Events past their week are passed over.",
        Replayed, {"replayed": 1}, Replay, sent={"events": [7731]}, codes=[Code.NOT_FOUND],
    ))  # fmt: skip
    def post(self, request: Request, webhook_id: int) -> HttpResponse:
        def work() -> Response:
            fields = self.read(Replay, request.data)
            count = self.judged(services.replay, endpoint=self.own(webhook_id), now=timezone.now(), **fields)
            return Response({"replayed": count})

        return answer_once(request, work)


class WebhookAttempts(_WebhookView):
    """What was called and answered."""

    @extend_schema(**_described_read(
        "list_webhook_attempts", "List attempts, newest first", "Each call of the last seven days with its answer.",
        AttemptPage, {"attempts": [_ATTEMPT], "next": None}, ListQuery, documentation.PREFER,
        codes=[Code.NOT_FOUND, Code.VALIDATION_FAILED],
    ))  # fmt: skip
    def get(self, request: Request, webhook_id: int) -> HttpResponse:
        query = self.read(ListQuery, request.query_params)
        page, more = page_of(self.own(webhook_id).attempts.all(), query, counted=wants_count(request))
        headers = preference(request)
        return Response({"attempts": [_attempt(attempt) for attempt in page], **more}, headers=headers)


def shown(endpoint: Endpoint) -> dict:
    """A webhook as the API shows it, without its secret."""
    previous = endpoint.previous_secret_until
    return {
        "id": endpoint.pk,
        "url": endpoint.url,
        "name": endpoint.name,
        "events": endpoint.events,
        "batch_size": endpoint.batch_size,
        "is_paused": endpoint.paused_at is not None,
        "pause_reason": endpoint.pause_reason or None,
        "failing_since": moment(endpoint.failing_since),
        "previous_secret_until": moment(previous if previous and previous > timezone.now() else None),
        "created_at": moment(endpoint.created_at),
    }


def _attempt(attempt: Attempt) -> dict:
    return {
        "id": attempt.pk,
        "at": moment(attempt.at),
        "events": attempt.events,
        "status": attempt.status,
        "reason": attempt.reason or None,
        "milliseconds": attempt.milliseconds,
        "answer": attempt.answer,
    }
