"""/verifications: a code is sent, then checked (W6)."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from common.phones import e164, normalise
from messaging.models import Template
from messaging.services import confirm
from numbers.models import Line
from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode, FieldError, Problem
from webservice.v1 import documentation, patterns, sending
from webservice.v1.answers import Answer
from webservice.v1.base import ApiView
from webservice.v1.fields import ParametersField, StrictCharField, StrictIntegerField, StrictSerializer
from webservice.v1.words import moment
from webservice.verifications import codes, guard
from webservice.verifications.models import Verification
from webservice.verifications.services import VerificationOver, check_code, state_of

STATES = [(name, name) for name in (*Verification.State.values, "expired")]
CODE_PLACE = "code"


class NewVerification(StrictSerializer):
    """Whom to send a code, in which words."""

    to = StrictCharField(max_length=64, help_text="A mobile number, in any way of writing.")
    template = StrictCharField(max_length=60, help_text="The name of an approved template with the place {code}.")
    parameters = ParametersField(required=False, help_text="Values for the template's other places.")
    length = StrictIntegerField(required=False, default=6, min_value=4, max_value=10, help_text="Digits of the code.")
    expiry = StrictIntegerField(
        required=False, default=300, min_value=30, max_value=3600, help_text="Seconds for which the code is right."
    )
    line = StrictCharField(
        required=False, max_length=24,
        help_text="A service line. Left out: the template's, the account's service line, or a shared service line.",
    )  # fmt: skip
    reference = StrictCharField(required=False, allow_blank=True, max_length=120, default="", help_text="Your own.")

    def validate_to(self, value: str) -> int:
        number = normalise(value)
        if number is None:
            raise serializers.ValidationError(_("This is not a mobile number."), FieldCode.INVALID)
        return number

    def validate_template(self, value: str) -> Template:
        template = patterns.approved(self.context["account"], value)
        if CODE_PLACE not in template.places:
            sentence = _("The template has no place {code} for the code.")
            raise serializers.ValidationError(sentence, FieldCode.CONFLICT)
        return template


class WrittenCode(StrictSerializer):
    """What the subscriber typed."""

    code = StrictCharField(max_length=20, help_text="In Latin, Persian or Arabic digits.")


class KnownVerification(Answer):
    id = serializers.IntegerField()
    to = serializers.CharField()
    template = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    attempts_left = serializers.IntegerField(help_text="Wrong codes that may still come.")
    message = serializers.IntegerField(help_text="GET /messages/{id} says what became of the SMS; its text is masked.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class CheckedVerification(KnownVerification):
    is_valid = serializers.BooleanField(help_text="Whether this was the code. True once.")


_KNOWN = {
    "id": 501, "to": "+989121234567", "template": "login", "state": "pending", "attempts_left": 5, "message": 1834001,
    "created_at": "2026-03-21T06:00:00.000Z", "expires_at": "2026-03-21T06:05:00.000Z",
}  # fmt: skip
_APPROVED = _KNOWN | {"state": "approved"}
_WRITES = [documentation.IDEMPOTENCY_KEY, documentation.LANGUAGE, *documentation.RATE_HEADERS]


class Verifications(ApiView):
    """New codes."""

    scopes = {"POST": ApiKey.Scope.SEND}

    @extend_schema(
        operation_id="start_verification",
        summary="Send a one-time password",
        description=(
            "Makes a code, sends it with the class `otp` and answers with an id to check it by. The code itself is in "
            "no answer, in no list and on no page; an earlier code to the same number is right no more. Limits: one a "
            "minute and five an hour to a number, and so many an hour for an account and for neighbouring numbers; "
            "`limit` of the 429 says which was met, Retry-After when to come back."
        ),
        tags=["One-time passwords"],
        parameters=_WRITES,
        request=NewVerification,
        responses={
            201: OpenApiResponse(KnownVerification, "The code is on its way."),
            **documentation.refusals(
                *documentation.ALWAYS, *documentation.OF_BODIES, Code.INSUFFICIENT_CREDIT, Code.VERIFICATION_LIMITED
            ),
        },
        examples=[
            documentation.example("A code", {"to": "09121234567", "template": "login"}, request=True),
            documentation.example("On its way", _KNOWN, status=201),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._start(request))

    @transaction.atomic
    def _start(self, request: Request) -> Response:
        fields, now, key = self.read(NewVerification, request.data), timezone.now(), request.auth
        template, msisdn = fields["template"], fields["to"]
        line = _line(key, template, fields.get("line"))
        try:
            guard.check(account=self.account, msisdn=msisdn, is_test=key.is_test, now=now)
        except guard.LimitReached as reached:
            raise Problem(
                Code.VERIFICATION_LIMITED,
                more={"limit": str(reached.limit)},
                headers={"Retry-After": str(reached.seconds)},
            ) from reached
        code, nonce = codes.new_code(fields["length"]), codes.new_nonce()
        values = fields.get("parameters", {})
        if CODE_PLACE in values:
            sentence = _("The code is made here; leave it out.")
            error = FieldError(f"parameters.{CODE_PLACE}", FieldCode.UNKNOWN_FIELD, sentence)
            raise Problem(Code.VALIDATION_FAILED, errors=[error])
        masked = codes.MASK * len(code)
        wish = {
            "to": [e164(msisdn)], "class": "otp", "line": line, "reference": fields["reference"], "tags": [],
            "text": patterns.filled(template, values | {CODE_PLACE: masked}),
            "wire_text": patterns.filled(template, values | {CODE_PLACE: code}),
            "validity": -(-fields["expiry"] // 60),
        }  # fmt: skip
        campaign = sending.plan(key=key, fields=wish, now=now)
        confirm(campaign=campaign, by=key.created_by, now=now, hold_seconds=0, audited=False)
        pending = Verification.objects.of(self.account).filter(is_test=key.is_test, msisdn=msisdn)
        pending.filter(state=Verification.State.PENDING).update(state=Verification.State.REPLACED)
        verification = Verification.objects.create(
            account=self.account, is_test=key.is_test, msisdn=msisdn, template=template.name, nonce=nonce,
            digest=codes.digest_of(code, nonce), message_id=campaign.first_id, created_at=now,
            expires_at=now + timedelta(seconds=fields["expiry"]),
        )  # fmt: skip
        return Response(shown(verification), status.HTTP_201_CREATED)


class VerificationDetail(ApiView):
    """Where one stands."""

    scopes = {"GET": ApiKey.Scope.READ}

    @extend_schema(
        operation_id="get_verification",
        summary="A one-time password's state",
        description="Never the code.",
        tags=["One-time passwords"],
        parameters=[documentation.LANGUAGE, *documentation.RATE_HEADERS],
        responses={
            200: OpenApiResponse(KnownVerification, "As it stands."),
            **documentation.refusals(*documentation.ALWAYS, Code.NOT_FOUND),
        },
        examples=[documentation.example("Approved", _APPROVED)],
    )
    def get(self, request: Request, verification_id: int) -> HttpResponse:
        mine = Verification.objects.of(self.account).filter(is_test=request.auth.is_test)
        verification = mine.filter(pk=verification_id).first()
        if verification is None:
            raise Problem(Code.NOT_FOUND)
        return Response(shown(verification))


class VerificationCheck(ApiView):
    """Is this the code?"""

    scopes = {"POST": ApiKey.Scope.SEND}

    @extend_schema(
        operation_id="check_verification",
        summary="Check a one-time password",
        description=(
            "`is_valid` is true once: a code that was right is used up, also where many requests come at the same "
            "moment. After five wrong codes, after the expiry and after a newer code the answer is "
            "`409 verification_over` with the `state`."
        ),
        tags=["One-time passwords"],
        parameters=_WRITES,
        request=WrittenCode,
        responses={
            200: OpenApiResponse(CheckedVerification, "Right or wrong."),
            **documentation.refusals(
                *documentation.ALWAYS, *documentation.OF_WRITES, Code.NOT_FOUND, Code.VERIFICATION_OVER
            ),
        },
        examples=[
            documentation.example("A code", {"code": "482913"}, request=True),
            documentation.example("Right", _APPROVED | {"is_valid": True}),
            documentation.example("Wrong", _KNOWN | {"attempts_left": 4, "is_valid": False}),
        ],
    )
    def post(self, request: Request, verification_id: int) -> HttpResponse:
        return answer_once(request, lambda: self._check(request, verification_id))

    def _check(self, request: Request, verification_id: int) -> Response:
        code = self.read(WrittenCode, request.data)["code"]
        try:
            verification = check_code(
                account=self.account,
                verification_id=verification_id,
                is_test=request.auth.is_test,
                code=code,
                now=timezone.now(),
            )
        except Verification.DoesNotExist as error:
            raise Problem(Code.NOT_FOUND) from error
        except VerificationOver as over:
            raise Problem(Code.VERIFICATION_OVER, more={"state": over.state}) from over
        return Response(shown(verification) | {"is_valid": verification.state == Verification.State.APPROVED})


def shown(verification: Verification) -> dict:
    """As the API shows it; never the code."""
    return {
        "id": verification.pk,
        "to": e164(verification.msisdn),
        "template": verification.template,
        "state": state_of(verification, timezone.now()),
        "attempts_left": max(0, settings.VERIFICATION_ATTEMPTS - verification.wrong),
        "message": verification.message_id,
        "created_at": moment(verification.created_at),
        "expires_at": moment(verification.expires_at),
    }


def _line(key: ApiKey, template: Template, written: str | None) -> Line:
    """A service line: the one that was asked for, the template's, one of the account's, a shared one."""
    usable = list(Line.objects.usable_by(key.account).order_by("id"))
    if written is not None:
        line = patterns.line_of(usable, written)
        if line.kind == Line.Kind.ADVERTISING:
            sentence = _("One-time passwords leave from service lines only; advertising lines do not reach everybody.")
            raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("line", FieldCode.CONFLICT, sentence)])
        return line
    serving = [line for line in usable if line.kind != Line.Kind.ADVERTISING]
    serving.sort(key=lambda line: (line.pk != template.line_id, line.account_id is None, line.pk))
    if not serving:
        sentence = _("The account has no service line, and there is no shared one at present.")
        raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("line", FieldCode.REQUIRED, sentence)])
    return serving[0]
