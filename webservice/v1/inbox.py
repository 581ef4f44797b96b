"""The inbox over the web service (W5): list, read marks, answer, trash."""

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from common.phones import e164, normalise_line
from messaging import selectors, services
from messaging.models import InboundMessage
from numbers.models import Line
from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode, Problem
from webservice.v1 import answers, documentation, reading
from webservice.v1.answers import Answer
from webservice.v1.base import ApiView
from webservice.v1.fields import (
    LONGEST_TEXT,
    MomentField,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictSerializer,
)
from webservice.v1.paging import page_of, preference, wants_count
from webservice.v1.serializers import LARGEST_ID, ListQuery, NoFields
from webservice.v1.words import moment

Scope = ApiKey.Scope
MOST = 1_000
TRUTHS = [("true", "true"), ("false", "false")]
_WRITE = [documentation.IDEMPOTENCY_KEY, documentation.LANGUAGE, *documentation.RATE_HEADERS]
_READ = [documentation.LANGUAGE, *documentation.RATE_HEADERS]
_ROW = {
    "id": 5120, "sender": "+989121234567", "line": "30001234", "text": "Do you have it in blue?", "missing_parts": 0,
    "received_at": "2026-03-21T06:00:00.000Z", "read_at": None, "deleted_at": None,
}  # fmt: skip


class ReceivedMessage(Answer):
    id = serializers.IntegerField()
    sender = serializers.CharField(help_text="+98…, or a name where it is no mobile number.")
    line = serializers.CharField()
    text = serializers.CharField(help_text="Parts are joined; “[…]” stands where one never came.")
    missing_parts = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True, help_text="When it went into the trash.")


class ReceivedPage(Answer):
    messages = ReceivedMessage(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page after this one.")
    count = serializers.IntegerField(required=False, help_text="Only with “Prefer: count”.")


class Changed(Answer):
    changed = serializers.IntegerField(help_text="How many of them were not so before.")


class InboxQuery(ListQuery):
    """The filters of the inbox."""

    sender = serializers.CharField(required=False, max_length=24, help_text="A number, its beginning or its end.")
    text = serializers.CharField(required=False, max_length=100, help_text="A part of the text, in any letters' forms.")
    line = serializers.CharField(required=False, max_length=24, help_text="The line that it came to.")
    unread = serializers.ChoiceField(TRUTHS, required=False, help_text="true: only those nobody has read.")
    deleted = serializers.ChoiceField(TRUTHS, required=False, help_text="true: the trash instead of the inbox.")
    since = MomentField(required=False, help_text="Received at this time or later.")
    until = MomentField(required=False, help_text="Received before this time.")

    def validate_line(self, value: str) -> Line:
        line = Line.objects.filter(number=normalise_line(value) or "", account=self.context["account"]).first()
        if line is None:
            raise serializers.ValidationError(_("The account has no such line."), FieldCode.NOT_FOUND)
        return line


class ReadMark(StrictSerializer):
    """Read, or unread again."""

    is_read = StrictBooleanField()


class ReadMarks(ReadMark):
    """Many messages read, or unread again."""

    ids = serializers.ListField(
        child=StrictIntegerField(min_value=1, max_value=LARGEST_ID), allow_empty=False, max_length=MOST,
        help_text="Up to 1,000 ids of received messages.",
    )  # fmt: skip
    is_read = StrictBooleanField(default=True)


class NewAnswer(StrictSerializer):
    """An answer to the sender, from the line that the message came to."""

    text = StrictCharField(max_length=LONGEST_TEXT, trim_whitespace=False)


def shown(message: InboundMessage) -> dict:
    """A received message as the web service writes it."""
    return {
        "id": message.pk,
        "sender": e164(message.msisdn) if message.msisdn else message.sender,
        "line": normalise_line(message.destination) or message.destination,
        "text": message.text,
        "missing_parts": message.missing_parts,
        "received_at": moment(message.received_at),
        "read_at": moment(message.read_at),
        "deleted_at": moment(message.deleted_at),
    }


class Inbox(ApiView):
    """What subscribers sent."""

    scopes = {"GET": Scope.INBOX}

    @extend_schema(
        operation_id="list_inbox",
        summary="List received messages, newest first",
        description="Filters narrow it; `deleted=true` lists the trash. Listing marks nothing as read.",
        tags=["Inbox"],
        parameters=[InboxQuery, documentation.PREFER, *_READ],
        responses={
            200: OpenApiResponse(ReceivedPage, "A page."),
            **documentation.refusals(*documentation.ALWAYS, Code.VALIDATION_FAILED),
        },
        examples=[documentation.example("A page", {"messages": [_ROW], "next": "NTEyMA"})],
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(InboxQuery, request.query_params)
        rows, members = page_of(_found(self.account, query), query, counted=wants_count(request))
        return Response({"messages": [shown(row) for row in rows], **members}, headers=preference(request))


def _found(account, query: dict) -> QuerySet[InboundMessage]:
    wanted = {name: query[name] for name in ("sender", "text", "line", "until") if name in query}
    wanted |= {"since": query["from"]} if "from" in query else {}
    box = selectors.trash if query.get("deleted") == "true" else selectors.inbox
    found = box(account, **wanted, unread=query.get("unread") == "true")
    return found.filter(read_at__isnull=False) if query.get("unread") == "false" else found


class ReceivedDetail(ApiView):
    """One received message."""

    scopes = {"GET": Scope.INBOX, "PATCH": Scope.INBOX, "DELETE": Scope.INBOX}

    @extend_schema(
        operation_id="get_received",
        summary="One received message",
        description="In the inbox or in the trash. Reading it here does not mark it as read.",
        tags=["Inbox"],
        parameters=_READ,
        responses={
            200: OpenApiResponse(ReceivedMessage, "The message."),
            **documentation.refusals(*documentation.ALWAYS, Code.NOT_FOUND),
        },
        examples=[documentation.example("A message", _ROW)],
    )
    def get(self, request: Request, received_id: int) -> HttpResponse:
        return Response(shown(_own(self.account, received_id)))

    @extend_schema(
        operation_id="mark_received",
        summary="Mark a received message as read or unread",
        description="The panel's count of unread messages follows.",
        tags=["Inbox"],
        parameters=_WRITE,
        request=ReadMark,
        responses={
            200: OpenApiResponse(ReceivedMessage, "The message as it is now."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES, Code.NOT_FOUND),
        },
        examples=[
            documentation.example("Read", {"is_read": True}, request=True),
            documentation.example("Marked", _ROW | {"read_at": "2026-03-21T07:00:00.000Z"}),
        ],
    )
    def patch(self, request: Request, received_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._mark(request, received_id))

    @extend_schema(
        operation_id="trash_received",
        summary="Move a received message to the trash",
        description="It can be restored until the trash empties itself, 30 days later unless set otherwise.",
        tags=["Inbox"],
        parameters=_WRITE,
        request=None,
        responses={
            200: OpenApiResponse(ReceivedMessage, "The message, in the trash."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES, Code.NOT_FOUND),
        },
        examples=[documentation.example("In the trash", _ROW | {"deleted_at": "2026-03-21T07:00:00.000Z"})],
    )
    def delete(self, request: Request, received_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._trash(received_id))

    @transaction.atomic
    def _mark(self, request: Request, received_id: int) -> Response:
        is_read = self.read(ReadMark, request.data)["is_read"]
        _own(self.account, received_id)
        _mark(self.account, [received_id], is_read)
        return Response(shown(_own(self.account, received_id)))

    @transaction.atomic
    def _trash(self, received_id: int) -> Response:
        _own(self.account, received_id)
        services.trash(account=self.account, ids=[received_id], now=timezone.now())
        return Response(shown(_own(self.account, received_id)))


class Restoration(ApiView):
    """Out of the trash."""

    scopes = {"POST": Scope.INBOX}

    @extend_schema(
        operation_id="restore_received",
        summary="Take a received message out of the trash",
        description="One that is not in the trash stays as it is.",
        tags=["Inbox"],
        parameters=_WRITE,
        request=NoFields,
        responses={
            200: OpenApiResponse(ReceivedMessage, "The message, in the inbox."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES, Code.NOT_FOUND),
        },
        examples=[
            documentation.example("Nothing to say", {}, request=True),
            documentation.example("In the inbox", _ROW),
        ],
    )
    def post(self, request: Request, received_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._restore(request, received_id))

    @transaction.atomic
    def _restore(self, request: Request, received_id: int) -> Response:
        self.read(NoFields, request.data)
        _own(self.account, received_id)
        services.restore(account=self.account, ids=[received_id])
        return Response(shown(_own(self.account, received_id)))


class ManyRead(ApiView):
    """Read marks of many messages."""

    scopes = {"POST": Scope.INBOX}

    @extend_schema(
        operation_id="mark_many_received",
        summary="Mark many received messages as read or unread",
        description="Ids of other accounts, or of no message, change nothing.",
        tags=["Inbox"],
        parameters=_WRITE,
        request=ReadMarks,
        responses={
            200: OpenApiResponse(Changed, "How many changed."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES),
        },
        examples=[
            documentation.example("Read", {"ids": [5120, 5121]}, request=True),
            documentation.example("One was read before", {"changed": 1}),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._mark(request))

    @transaction.atomic
    def _mark(self, request: Request) -> Response:
        fields = self.read(ReadMarks, request.data)
        return Response({"changed": _mark(self.account, fields["ids"], fields["is_read"])})


class Replies(ApiView):
    """An answer to a subscriber."""

    scopes = {"POST": Scope.INBOX}

    @extend_schema(
        operation_id="reply_to_received",
        summary="Answer a received message",
        description=(
            "Sends the text to the sender, from the line that the message came to, at once and at the usual price; the "
            "message counts as read. The key needs the scope `send` beside `inbox`."
        ),
        tags=["Inbox"],
        parameters=_WRITE,
        request=NewAnswer,
        responses={
            201: OpenApiResponse(answers.FullMessage, "The message that was sent."),
            **documentation.refusals(
                *documentation.ALWAYS, *documentation.OF_WRITES, Code.NOT_FOUND, Code.SEND_REFUSED,
                Code.INSUFFICIENT_CREDIT,
            ),
        },
        examples=[
            documentation.example("An answer", {"text": "Yes, we have it."}, request=True),
            documentation.example("Sent", documentation.CANCELLED | {"state": "queued"}, status=201),
        ],
    )  # fmt: skip
    def post(self, request: Request, received_id: int) -> HttpResponse:
        if Scope.SEND not in request.auth.scopes:
            raise Problem(Code.SCOPE_MISSING, more={"scope": str(Scope.SEND)})
        return answer_once(request, lambda: self._reply(request, received_id))

    @transaction.atomic
    def _reply(self, request: Request, received_id: int) -> Response:
        text = self.read(NewAnswer, request.data)["text"]
        message = selectors.own_received(self.account).filter(pk=received_id).first()
        if message is None:
            raise Problem(Code.NOT_FOUND)
        key: ApiKey = request.auth
        campaign = services.answer(
            message=message, text=text, by=key.created_by, now=timezone.now(), is_test=key.is_test
        )
        sent = reading.message_of(key, campaign.first_id)
        return Response(reading.full(sent), status.HTTP_201_CREATED)


def _own(account, received_id: int) -> InboundMessage:
    """A message of the account, in the inbox or in the trash. Raises Problem."""
    message = InboundMessage.objects.of(account).filter(pk=received_id).first()
    if message is None:
        raise Problem(Code.NOT_FOUND)
    return message


def _mark(account, ids: list[int], is_read: bool) -> int:
    if is_read:
        return services.mark_read(account=account, ids=ids, now=timezone.now())
    return services.mark_unread(account=account, ids=ids)
