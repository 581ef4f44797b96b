"""Files of long lists over the web service (8.3): asked for, watched, downloaded."""

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from common.uploads import UploadGone
from numbers.models import Line
from reports.exporting import TooManyWaiting, opened, order_export
from reports.models import Export
from reports.sources import kept
from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode, Problem
from webservice.v1 import documentation
from webservice.v1.answers import MESSAGE_STATES, Answer
from webservice.v1.base import ApiView
from webservice.v1.fields import MomentField, StrictCharField, StrictSerializer
from webservice.v1.words import STATUS_OF, moment

LISTS = [(name, name) for name in Export.Kind.values]
FORMATS = [(name, name) for name in Export.Form.values]
STATES = [(name, name) for name in Export.State.values]
_OF_SENT = ("to", "state", "text", "line")
_OF_RECEIVED = ("sender", "text", "line")
_FILTERS = {"sent": _OF_SENT, "received": _OF_RECEIVED, "ledger": ()}
_READ = [documentation.LANGUAGE, *documentation.RATE_HEADERS]
_EXPORT = {
    "id": 7, "list": "sent", "format": "csv", "state": "running", "rows": 240000, "rows_expected": 1200000, "size": 0,
    "file": None, "filename": "", "created_at": "2026-03-21T06:00:00.000Z", "ready_at": None,
    "expires_at": None,
}  # fmt: skip
_READY = _EXPORT | {
    "state": "ready", "rows": 1200000, "size": 31457280, "file": "https://panel.example/api/v1/exports/7/file",
    "filename": "sent-20260321-0930.zip", "ready_at": "2026-03-21T06:04:00.000Z",
    "expires_at": "2026-03-28T06:04:00.000Z",
}  # fmt: skip


class NewExport(StrictSerializer):
    """Which list, in which form, and what narrows it."""

    list = serializers.ChoiceField(LISTS)
    format = serializers.ChoiceField(FORMATS, default="csv")
    since = MomentField(required=False, help_text="Of this time or later.")
    until = MomentField(required=False, help_text="Before this time.")
    to = StrictCharField(required=False, max_length=24, help_text="Of sent messages: a number, or a part of one.")
    sender = StrictCharField(required=False, max_length=24, help_text="Of received messages.")
    text = StrictCharField(required=False, max_length=100, help_text="Of messages: looked for in their texts.")
    line = StrictCharField(required=False, max_length=24, help_text="Of messages.")
    state = serializers.ChoiceField(MESSAGE_STATES, required=False)

    def get_fields(self):
        return {"from" if name == "since" else name: field for name, field in super().get_fields().items()}

    def validate_line(self, number: str) -> int:
        line = Line.objects.filter(number=number).values_list("pk", flat=True).first()
        if line is None:
            raise serializers.ValidationError(_("There is no such line."), FieldCode.INVALID)
        return line

    def validate(self, attrs: dict) -> dict:
        narrowing = {"to", "sender", "text", "line", "state"} & set(attrs)
        wrong = sorted(narrowing - set(_FILTERS[attrs["list"]]))
        if wrong:
            sentence = _("This list is not narrowed by this.")
            errors = {name: [serializers.ErrorDetail(sentence, FieldCode.CONFLICT)] for name in wrong}
            raise serializers.ValidationError(errors)
        return attrs


class ExportAnswer(Answer):
    id = serializers.IntegerField()
    list = serializers.ChoiceField(LISTS)
    format = serializers.ChoiceField(FORMATS)
    state = serializers.ChoiceField(STATES)
    rows = serializers.IntegerField(help_text="Written so far.")
    rows_expected = serializers.IntegerField(allow_null=True, help_text="Null: they were too many to count first.")
    size = serializers.IntegerField(help_text="Octets, once it is ready.")
    file = serializers.CharField(allow_null=True, help_text="Where to download it, with the same key.")
    filename = serializers.CharField(allow_blank=True, help_text="Ends in .zip for a CSV longer than a sheet.")
    created_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Then the file is deleted.")


class Exports(ApiView):
    """Ask for a file."""

    scopes = {"POST": ApiKey.Scope.READ}

    @extend_schema(
        operation_id="create_export",
        summary="Have a list of any length made into a file",
        description=(
            "Files of an account are made one at a time, at most ten wait. Asking for the same again while it is being "
            "made gives that one. Headings are in the language of Accept-Language; numbers of the bank are concealed."
        ),
        tags=["Reports"],
        parameters=[documentation.IDEMPOTENCY_KEY, *_READ],
        request=NewExport,
        responses={
            201: OpenApiResponse(ExportAnswer, "It will be made."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES, Code.WRONG_STATE),
        },
        examples=[
            documentation.example(
                "Sent messages of a day",
                {"list": "sent", "format": "csv", "from": "2026-03-20T20:30:00Z", "until": "2026-03-21T20:30:00Z"},
                request=True,
            ),
            documentation.example("Being made", _EXPORT, status=201),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._order(request))

    def _order(self, request: Request) -> Response:
        asked = self.read(NewExport, request.data)
        found = {"since": asked.get("from"), "until": asked.get("until"), "text": asked.get("text")}
        found |= {"recipient": asked.get("to"), "sender": asked.get("sender"), "line": asked.get("line")}
        filters = kept(found)
        if "state" in asked:
            filters["status"] = int(STATUS_OF[asked["state"]])
        if asked["list"] == Export.Kind.SENT:
            filters["is_test"] = request.auth.is_test
        elif request.auth.is_test:
            raise Problem(Code.FORBIDDEN)
        try:
            export = order_export(
                account=self.account, by=request.auth.created_by, kind=asked["list"], filters=filters,
                form=asked["format"], language=(get_language() or "en")[:2], now=timezone.now(),
            )  # fmt: skip
        except TooManyWaiting as refusal:
            raise Problem(Code.WRONG_STATE, str(refusal)) from refusal
        return Response(_shown(request, export), status.HTTP_201_CREATED)


class ExportDetail(ApiView):
    """How far a file is."""

    scopes = {"GET": ApiKey.Scope.READ}

    @extend_schema(
        operation_id="get_export",
        summary="How far a file is, and where to download it",
        tags=["Reports"],
        parameters=_READ,
        responses={
            200: OpenApiResponse(ExportAnswer, "The file's state."),
            **documentation.refusals(*documentation.ALWAYS, Code.NOT_FOUND),
        },
        examples=[documentation.example("Ready", _READY)],
    )
    def get(self, request: Request, export_id: int) -> HttpResponse:
        return Response(_shown(request, _export(request, export_id)))


class ExportFile(ApiView):
    """The file itself."""

    scopes = {"GET": ApiKey.Scope.READ}

    @extend_schema(
        operation_id="download_export",
        summary="The file",
        description="An Excel workbook, a CSV in UTF-8 with a mark, or a zip with that CSV in it.",
        tags=["Reports"],
        parameters=_READ,
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, "The file."),
            **documentation.refusals(*documentation.ALWAYS, Code.NOT_FOUND, Code.WRONG_STATE),
        },
    )
    def get(self, request: Request, export_id: int) -> HttpResponse:
        export = _export(request, export_id)
        if export.state != Export.State.READY:
            raise Problem(Code.WRONG_STATE, more={"state": export.state})
        try:
            file = opened(export)
        except UploadGone as error:
            raise Problem(Code.NOT_FOUND) from error
        return FileResponse(file, as_attachment=True, filename=export.filename, content_type="application/octet-stream")

    def perform_content_negotiation(self, request: Request, force: bool = False):
        """Whatever is accepted: the file is what it is, and refusals are JSON."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type


def _export(request: Request, export_id: int) -> Export:
    found = Export.objects.of(request.auth.account).filter(pk=export_id)
    tests = {"filters__is_test": True}
    export = (found.filter(**tests) if request.auth.is_test else found.exclude(**tests)).first()
    if export is None:
        raise Problem(Code.NOT_FOUND)
    return export


def _shown(request: Request, export: Export) -> dict:
    is_ready = export.state == Export.State.READY
    there = reverse("webservice:export_file", args=[export.pk])
    return {
        "id": export.pk,
        "list": export.kind,
        "format": export.form,
        "state": export.state,
        "rows": export.rows,
        "rows_expected": export.rows_expected,
        "size": export.size,
        "file": request.build_absolute_uri(there) if is_ready else None,
        "filename": export.filename,
        "created_at": moment(export.created_at),
        "ready_at": moment(export.ready_at),
        "expires_at": moment(export.expires_at),
    }
