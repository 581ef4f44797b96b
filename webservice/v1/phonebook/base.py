"""What the views of the phonebook share: scope ``contacts``, whose rows, and their documentation."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from phonebook import selectors
from phonebook.models import Contact, Group
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode, FieldError, Problem
from webservice.v1 import documentation
from webservice.v1.base import ApiView
from webservice.v1.paging import page_of, preference, wants_count

SCOPE = ApiKey.Scope.CONTACTS
ALL = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), SCOPE)
_COMMON = [documentation.LANGUAGE, *documentation.RATE_HEADERS]
_WRITE = [documentation.IDEMPOTENCY_KEY, *_COMMON]


def reads(
    name: str, summary: str, description: str, tag: str, answer, body: dict, query=None,
    *, one: bool = False, codes: tuple = (),
) -> dict:  # fmt: skip
    codes = (Code.NOT_FOUND,) if one else (Code.VALIDATION_FAILED, *codes)
    return {
        "operation_id": name, "summary": summary, "description": description, "tags": [tag],
        "parameters": [*([query, documentation.PREFER] if query else []), *_COMMON],
        "responses": {
            200: OpenApiResponse(answer, "The answer."),
            **documentation.refusals(*documentation.ALWAYS, *codes),
        },
        "examples": [documentation.example("Answer", body)],
    }  # fmt: skip


def writes(
    name: str, summary: str, description: str, tag: str, request, answer, sent: dict | None, body: dict,
    *, of: int = 200, one: bool = False, codes: tuple = (),
) -> dict:  # fmt: skip
    codes = (*documentation.OF_WRITES, *codes, *((Code.NOT_FOUND,) if one else ()))
    return {
        "operation_id": name, "summary": summary, "description": description, "tags": [tag], "parameters": _WRITE,
        "request": request,
        "responses": {
            of: OpenApiResponse(answer, "The answer."), **documentation.refusals(*documentation.ALWAYS, *codes),
        },
        "examples": [
            *([documentation.example("Request", sent, request=True)] if sent else []),
            documentation.example("Answer", body, status=of),
        ],
    }  # fmt: skip


class PhonebookView(ApiView):
    scopes = ALL

    @property
    def by(self):
        return self.request.auth.created_by

    def own(self, rows, pk: int):
        found = rows.filter(pk=pk).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return found

    def listed(self, request: Request, rows, query: dict, name: str, shown) -> Response:
        found, members = page_of(rows, query, counted=wants_count(request))
        return Response({name: [shown(row) for row in found], **members}, headers=preference(request))

    def contact(self, pk: int) -> Contact:
        return self.own(Contact.objects.of(self.account).prefetch_related("groups"), pk)

    def group(self, pk: int) -> Group:
        return self.own(selectors.groups(self.account), pk)

    def check_groups(self, fields: dict) -> None:
        wanted = set(fields.get("groups") or [])
        missing = wanted - set(Group.objects.of(self.account).filter(pk__in=wanted).values_list("pk", flat=True))
        if missing:
            place = next(place for place, pk in enumerate(fields["groups"]) if pk in missing)
            error = FieldError(f"groups[{place}]", FieldCode.NOT_FOUND, _("The account has no such group."))
            raise Problem(Code.VALIDATION_FAILED, errors=[error])
