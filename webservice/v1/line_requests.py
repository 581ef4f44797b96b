"""Asking for lines over the web service (12, W5)."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from common.phones import normalise_line
from numbers.models import Line, LineOffer, LineRequest
from numbers.ordering import Inquiry, RequestRefused, inquire, request_number
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
STATES = tuple(LineRequest.State.values)
_READ = [documentation.LANGUAGE, *documentation.RATE_HEADERS]
_ROW = {
    "id": 5, "kind": "number", "number": "3000912345", "state": "submitted", "reason": None, "price": 100000000,
    "to_pay": None, "created_at": "2026-03-21T06:00:00.000Z", "decided_at": None, "finished_at": None,
}  # fmt: skip


class RequestOfLine(Answer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField([(kind, kind) for kind in LineRequest.Kind.values])
    number = serializers.CharField()
    state = serializers.ChoiceField([(state, state) for state in STATES])
    reason = serializers.CharField(allow_null=True, help_text="Why it was refused.")
    price = serializers.IntegerField(help_text="Rials without VAT.")
    to_pay = serializers.IntegerField(allow_null=True, help_text="Rials with VAT that are to be paid in the panel.")
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class RequestPage(Answer):
    requests = RequestOfLine(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page after this one.")
    count = serializers.IntegerField(required=False, help_text="Only with “Prefer: count”.")


class RequestQuery(ListQuery):
    """The filters of the requests."""

    state = serializers.ChoiceField(choices=[(state, state) for state in STATES], required=False)


class NewRequest(StrictSerializer):
    """The number that is wanted; its family and length say which type it is."""

    number = StrictCharField(max_length=40)


class InquiryQuery(StrictSerializer):
    number = serializers.CharField(max_length=40)


class InquiryAnswer(Answer):
    number = serializers.CharField()
    is_free = serializers.BooleanField()


class FullLine(Answer):
    number = serializers.CharField()
    kind = serializers.ChoiceField([(kind, kind) for kind in Line.Kind.values])
    state = serializers.ChoiceField([(state, state) for state in Line.State.values])
    prefix_family = serializers.CharField(allow_blank=True)
    sending_hours = serializers.CharField(allow_null=True, help_text="Its own; null: the platform's for its kind.")
    needs_opt_out_hint = serializers.BooleanField()
    activated_at = serializers.DateTimeField(allow_null=True)


class LineDetail(ApiView):
    """One line of the account, in any state (12.1)."""

    scopes = {"GET": Scope.READ}

    @extend_schema(
        operation_id="get_line",
        summary="One line: kind, state, since when",
        tags=["Account"],
        parameters=[OpenApiParameter("number", str, OpenApiParameter.PATH), *_READ],
        responses={
            200: OpenApiResponse(FullLine, "The line."),
            **documentation.refusals(*documentation.ALWAYS, Code.NOT_FOUND),
        },
        examples=[
            documentation.example(
                "An active line",
                {
                    "number": "30001234", "kind": "service", "state": "active", "prefix_family": "3000",
                    "sending_hours": None, "needs_opt_out_hint": False, "activated_at": "2026-03-21T06:00:00.000Z",
                },
            )
        ],
    )  # fmt: skip
    def get(self, request: Request, number: str) -> HttpResponse:
        lines = Line.objects.filter(account=self.account) | Line.objects.usable_by(self.account)
        line = lines.filter(number=normalise_line(number) or "").first()
        if line is None:
            raise Problem(Code.NOT_FOUND)
        return Response(
            {
                "number": line.number,
                "kind": line.kind,
                "state": line.state,
                "prefix_family": line.prefix_family,
                "sending_hours": line.sending_hours or None,
                "needs_opt_out_hint": line.requires_opt_out_hint,
                "activated_at": moment(line.activated_at),
            }
        )


class LineInquiry(ApiView):
    """Is a number free? (12.5)"""

    scopes = {"GET": Scope.READ}

    @extend_schema(
        operation_id="inquire_line",
        summary="Is a number free?",
        description="Not free is a number that is a line here, and one that somebody has asked for.",
        tags=["Account"],
        parameters=[InquiryQuery, *_READ],
        responses={
            200: OpenApiResponse(InquiryAnswer, "The answer."),
            **documentation.refusals(*documentation.ALWAYS, Code.VALIDATION_FAILED),
        },
        examples=[documentation.example("Free", {"number": "3000912345", "is_free": True})],
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(InquiryQuery, request.query_params.dict())
        try:
            digits, answer = inquire(query["number"])
        except RequestRefused as refusal:
            raise _wrong(refusal) from refusal
        return Response({"number": digits, "is_free": answer == Inquiry.FREE})


class LineRequests(ApiView):
    """Ask for a number, and list what was asked for (12.2, 12.3 a)."""

    scopes = {"GET": Scope.READ, "POST": Scope.ADMIN}

    @extend_schema(
        operation_id="list_line_requests",
        summary="List the requests for lines, newest first",
        tags=["Account"],
        parameters=[RequestQuery, documentation.PREFER, *_READ],
        responses={
            200: OpenApiResponse(RequestPage, "A page."),
            **documentation.refusals(*documentation.ALWAYS, Code.VALIDATION_FAILED),
        },
        examples=[documentation.example("A page", {"requests": [_ROW], "next": None})],
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(RequestQuery, request.query_params)
        found = LineRequest.objects.of(self.account).select_related("proforma")
        found = found.filter(state=query["state"]) if "state" in query else found
        rows, members = page_of(found, query, counted=wants_count(request))
        return Response({"requests": [_shown(row) for row in rows], **members}, headers=preference(request))

    @extend_schema(
        operation_id="ask_for_line",
        summary="Ask for a number",
        description=(
            "It is kept for the account while the request is open. Staff approve it; then its invoice waits in the "
            "panel, and paying it activates the line at once. Needs the scope `admin`."
        ),
        tags=["Account"],
        parameters=[documentation.IDEMPOTENCY_KEY, *_READ],
        request=NewRequest,
        responses={
            201: OpenApiResponse(RequestOfLine, "The request."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES),
        },
        examples=[
            documentation.example("A number", {"number": "3000912345"}, request=True),
            documentation.example("Submitted", _ROW, status=201),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._ask(request))

    def _ask(self, request: Request) -> Response:
        number = self.read(NewRequest, request.data)["number"]
        if request.auth.is_test:
            raise _wrong(RequestRefused(_("A test key asks for no line; use a live key.")))
        try:
            made = request_number(
                account=self.account, offer=_offer_of(number), number=number, by=request.auth.created_by,
                now=timezone.now(),
            )  # fmt: skip
        except RequestRefused as refusal:
            raise _wrong(refusal) from refusal
        return Response(_shown(made), status.HTTP_201_CREATED)


class LineRequestDetail(ApiView):
    """What became of one request."""

    scopes = {"GET": Scope.READ}

    @extend_schema(
        operation_id="get_line_request",
        summary="One request for a line",
        tags=["Account"],
        parameters=_READ,
        responses={
            200: OpenApiResponse(RequestOfLine, "The request."),
            **documentation.refusals(*documentation.ALWAYS, Code.NOT_FOUND),
        },
        examples=[documentation.example("Waiting", _ROW)],
    )
    def get(self, request: Request, request_id: int) -> HttpResponse:
        found = LineRequest.objects.of(self.account).select_related("proforma").filter(pk=request_id).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return Response(_shown(found))


def _offer_of(number: str) -> LineOffer:
    """The type that a number is of: the longest family that it begins with, at its length."""
    digits = normalise_line(number) or ""
    offers = [
        offer
        for offer in LineOffer.objects.filter(is_active=True, length=len(digits))
        if digits.startswith(offer.prefix_family)
    ]
    if not offers:
        raise RequestRefused(_("No number of this family and length is offered."), "number")
    return max(offers, key=lambda offer: len(offer.prefix_family))


def _shown(found: LineRequest) -> dict:
    waits = found.state == LineRequest.State.APPROVED and found.proforma
    return {
        "id": found.pk,
        "kind": found.kind,
        "number": found.number,
        "state": found.state,
        "reason": found.reason or None,
        "price": found.price,
        "to_pay": found.proforma.total if waits else None,
        "created_at": moment(found.created_at),
        "decided_at": moment(found.decided_at),
        "finished_at": moment(found.finished_at),
    }


def _wrong(refusal: RequestRefused) -> Problem:
    field = "number" if refusal.field in {"number", "offer"} else ""
    return Problem(Code.VALIDATION_FAILED, errors=[FieldError(field, FieldCode.INVALID, str(refusal))])
