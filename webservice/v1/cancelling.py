"""POST /messages/{id}/cancel and POST /messages/cancel: back comes what was not handed over (W2)."""

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.selectors import balance
from messaging.models import Message, Status
from messaging.services import cancel_messages
from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import Code, Problem
from webservice.v1 import answers, documentation, reading
from webservice.v1.base import ApiView
from webservice.v1.fields import StrictIntegerField, StrictSerializer
from webservice.v1.serializers import LARGEST_ID, NoFields
from webservice.v1.words import CURRENCY, STATES

MOST = 1_000


class CancelledMessages(StrictSerializer):
    """The messages to take back."""

    ids = serializers.ListField(
        child=StrictIntegerField(min_value=1, max_value=LARGEST_ID), allow_empty=False, max_length=MOST,
        help_text="Up to 1,000 ids of messages.",
    )  # fmt: skip


class MessageCancellation(ApiView):
    """Take one message back."""

    scopes = {"POST": ApiKey.Scope.SEND}

    @extend_schema(
        operation_id="cancel_message",
        summary="Take a message back",
        description=(
            "Cancels a message that was not handed to the operator; its whole price returns. One that is with the "
            "operator, or is just being handed over, stays as it is: `409 wrong_state`. A message that is cancelled "
            "already is answered as it stands."
        ),
        tags=["Messages"],
        parameters=[documentation.IDEMPOTENCY_KEY, documentation.LANGUAGE, *documentation.RATE_HEADERS],
        request=NoFields,
        responses={
            200: OpenApiResponse(answers.FullMessage, "The message, cancelled."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES, Code.NOT_FOUND, Code.WRONG_STATE),
        },
        examples=[
            documentation.example("Nothing to say", {}, request=True),
            documentation.example("Cancelled", documentation.CANCELLED),
        ],
    )
    def post(self, request: Request, message_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._cancel(request, message_id))

    @transaction.atomic
    def _cancel(self, request: Request, message_id: int) -> Response:
        self.read(NoFields, request.data)
        reading.message_of(request.auth, message_id)
        _cancel(request, [message_id])
        found = reading.message_of(request.auth, message_id)
        if found.status != Status.CANCELLED:
            sentence = _("The message is with the operator, or is just being handed over; its state is “%(state)s”.")
            state = STATES[found.status]
            raise Problem(Code.WRONG_STATE, sentence % {"state": state}, more={"state": state})
        return Response(reading.full(found))


class Cancellations(ApiView):
    """Take many messages back."""

    scopes = {"POST": ApiKey.Scope.SEND}

    @extend_schema(
        operation_id="cancel_messages",
        summary="Take many messages back",
        description=(
            "Cancels those of up to 1,000 messages that were not handed to the operator. `messages` has one row for "
            "each id asked for, in that order; `state` is null where the account has no such message."
        ),
        tags=["Messages"],
        parameters=[documentation.IDEMPOTENCY_KEY, documentation.LANGUAGE, *documentation.RATE_HEADERS],
        request=CancelledMessages,
        responses={
            200: OpenApiResponse(answers.Cancelled, "What was cancelled, and how the others stand."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES),
        },
        examples=[
            documentation.example("Two messages", {"ids": [1834001, 1834002]}, request=True),
            documentation.example(
                "One was too late",
                {
                    "cancelled": 1,
                    "returned": 1450,
                    "currency": CURRENCY,
                    "balance": 1000000,
                    "messages": [
                        {"id": 1834001, "state": "cancelled", "is_cancelled": True},
                        {"id": 1834002, "state": "delivered", "is_cancelled": False},
                    ],
                },
            ),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._cancel(request))

    @transaction.atomic
    def _cancel(self, request: Request) -> Response:
        ids = self.read(CancelledMessages, request.data)["ids"]
        known = list(reading.of_key(request.auth).filter(id__in=ids).values_list("id", flat=True))
        cancelled = _cancel(request, known)
        rows = Message.objects.of(self.account).filter(id__in=known).values_list("id", "status", "returned")
        found = {pk: (STATES[status], returned) for pk, status, returned in rows}
        return Response(
            {
                "cancelled": len(cancelled),
                "returned": sum(found[pk][1] for pk in cancelled),
                "currency": CURRENCY,
                "balance": balance(self.account),
                "messages": [
                    {"id": pk, "state": found[pk][0] if pk in found else None, "is_cancelled": pk in cancelled}
                    for pk in ids
                ],
            }
        )


def _cancel(request: Request, ids: list[int]) -> set[int]:
    key: ApiKey = request.auth
    return cancel_messages(account=key.account, ids=ids, by=key.created_by, now=timezone.now())
