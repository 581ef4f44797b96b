"""/templates: texts with places that staff approve before they are sent (W5)."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from messaging.models import Template
from messaging.selectors import templates
from messaging.services import TemplateRefused, delete_template, request_template
from numbers.models import Line
from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode, FieldError, Problem
from webservice.v1 import documentation, patterns
from webservice.v1.answers import Answer
from webservice.v1.base import ApiView
from webservice.v1.fields import StrictCharField, StrictSerializer
from webservice.v1.words import moment

_SCOPES = {"GET": ApiKey.Scope.READ, "POST": ApiKey.Scope.SEND, "DELETE": ApiKey.Scope.SEND}
_STATES = [(state.value, state.value) for state in Template.State]
_WRITES = [documentation.IDEMPOTENCY_KEY, documentation.LANGUAGE, *documentation.RATE_HEADERS]
_READS = [documentation.LANGUAGE, *documentation.RATE_HEADERS]


class NewTemplate(StrictSerializer):
    """A text with places for values, to be approved by staff."""

    name = StrictCharField(max_length=60, help_text="By which it is sent: Latin letters, digits, - _ and dots.")
    text = StrictCharField(max_length=900, help_text="Places are written {code}, {0} or %token.")
    line = StrictCharField(required=False, max_length=24, help_text="The line it leaves from unless another is given.")


class KnownTemplate(Answer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    text = serializers.CharField()
    places = serializers.ListField(child=serializers.CharField(), help_text="What `parameters` must name.")
    line = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(_STATES, help_text="Only an approved one is sent.")
    reason = serializers.CharField(allow_blank=True, help_text="Why it was refused.")
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class TemplateList(Answer):
    templates = KnownTemplate(many=True)


_TEMPLATE = {
    "id": 31, "name": "login", "text": "Your code is {code}", "places": ["code"], "line": None, "state": "pending",
    "reason": "", "created_at": "2026-03-21T06:00:00.000Z", "decided_at": None,
}  # fmt: skip


def _described(
    name: str, summary: str, description: str, answer, value: dict, request=None, sent=None, codes=()
) -> dict:
    """What extend_schema is given; a ``request`` makes it a 201."""
    code = 201 if request else 200
    refused = [*documentation.ALWAYS, *(documentation.OF_WRITES if request else ()), *codes]
    examples = [documentation.example("Answered", value, status=code)]
    if request:
        examples.append(documentation.example("Asked", sent, request=True))
    return {
        "operation_id": name,
        "summary": summary,
        "description": description,
        "tags": ["Templates"],
        "parameters": _WRITES if request else _READS,
        **({"request": request} if request else {}),
        "responses": {code: OpenApiResponse(answer, "Done."), **documentation.refusals(*refused)},
        "examples": examples,
    }


class Templates(ApiView):
    """The account's patterns."""

    scopes = _SCOPES

    @extend_schema(**_described(
        "list_templates", "List templates", "With their state and, where one was refused, the reason.", TemplateList,
        {"templates": [_TEMPLATE | {"state": "approved", "decided_at": "2026-03-21T08:00:00.000Z"}]},
    ))  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        return Response({"templates": [_template(template) for template in templates(self.account)]})

    @extend_schema(**_described(
        "request_template", "Ask for a template",
        "It waits for staff's approval and is then sent by its name: `template` and `parameters` of POST /messages, "
        "POST /quotes and POST /verifications.",
        KnownTemplate, _TEMPLATE, NewTemplate, {"name": "login", "text": "Your code is {code}"},
    ))  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._ask(request))

    def _ask(self, request: Request) -> Response:
        fields = self.read(NewTemplate, request.data)
        line = None
        if "line" in fields:
            line = patterns.line_of(Line.objects.usable_by(self.account), fields["line"])
        try:
            template = request_template(
                account=self.account, name=fields["name"], text=fields["text"], line=line, by=request.auth.created_by
            )
        except TemplateRefused as refusal:
            raise Problem(
                Code.VALIDATION_FAILED, errors=[FieldError("name", FieldCode.CONFLICT, str(refusal))]
            ) from refusal
        except ValidationError as error:
            raise Problem(
                Code.VALIDATION_FAILED,
                errors=[
                    FieldError(name, FieldCode.INVALID, sentence)
                    for name, sentences in error.message_dict.items()
                    for sentence in sentences
                ],
            ) from error
        return Response(_template(template), status.HTTP_201_CREATED)


class TemplateDetail(ApiView):
    """One pattern."""

    scopes = _SCOPES

    @extend_schema(**_described(
        "get_template", "One template", "With its state.", KnownTemplate, _TEMPLATE, codes=[Code.NOT_FOUND]
    ))  # fmt: skip
    def get(self, request: Request, template_id: int) -> HttpResponse:
        return Response(_template(self._own(template_id)))

    @extend_schema(**_described(
        "delete_template", "Delete a template", "The answer shows what was deleted.", KnownTemplate, _TEMPLATE,
        codes=[*documentation.OF_WRITES, Code.NOT_FOUND],
    ) | {"parameters": _WRITES})  # fmt: skip
    def delete(self, request: Request, template_id: int) -> HttpResponse:
        def work() -> Response:
            template = self._own(template_id)
            gone = _template(template)
            delete_template(template=template, by=request.auth.created_by)
            return Response(gone)

        return answer_once(request, work)

    def _own(self, template_id: int) -> Template:
        template = templates(self.account).filter(pk=template_id).first()
        if template is None:
            raise Problem(Code.NOT_FOUND)
        return template


def _template(template: Template) -> dict:
    return {
        "id": template.pk,
        "name": template.name,
        "text": template.text,
        "places": template.places,
        "line": template.line.number if template.line else None,
        "state": template.state,
        "reason": template.reason,
        "created_at": moment(template.created_at),
        "decided_at": moment(template.decided_at),
    }
