"""Reports over the web service (W5, 8.3): the days' figures by day, line, operator, state and error."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.jalali import in_tehran
from messaging.errors import describe
from messaging.models import Campaign
from numbers.models import Line, Operator
from numbers.selectors import operators
from reports.rolling import freshen
from reports.selectors import MOST_DAYS, USUAL_DAYS, Row, Wanted, breakdown
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode
from webservice.v1 import documentation
from webservice.v1.answers import MESSAGE_STATES, Answer
from webservice.v1.base import ApiView
from webservice.v1.serializers import StrictQuery
from webservice.v1.words import CLASS_OF, CURRENCY, STATES, moment

_READ = [documentation.LANGUAGE, *documentation.RATE_HEADERS]
_REFUSALS = documentation.refusals(*documentation.ALWAYS, Code.VALIDATION_FAILED)
KINDS = tuple(kind for kind in Campaign.Kind.values if kind != Campaign.Kind.TEST)
_COUNTS = {
    "messages": 1200, "sent": 1180, "delivered": 1100, "undelivered": 40, "failed": 15, "blocked": 5, "waiting": 0,
    "parts": 2400, "price": 3480000, "returned": 43500,
}  # fmt: skip


class ReportQuery(StrictQuery):
    """The days and what narrows them."""

    first = serializers.DateField(
        required=False, help_text="The first day in Tehran, such as 2026-03-21; 30 days before the last if absent."
    )
    to = serializers.DateField(required=False, help_text="The last day, included; today if absent.")
    line = serializers.CharField(required=False, max_length=24, help_text="Only messages of this line.")
    operator = serializers.CharField(required=False, max_length=30, help_text="Only those to this operator's numbers.")
    kind = serializers.ChoiceField([(kind, kind) for kind in KINDS], required=False)
    class_ = serializers.ChoiceField([(name, name) for name in CLASS_OF], required=False)

    def get_fields(self):
        names = {"first": "from", "class_": "class"}
        return {names.get(name, name): field for name, field in super().get_fields().items()}

    def validate_from(self, day: date) -> date:
        return _told(day)

    def validate_to(self, day: date) -> date:
        return _told(day)

    def validate_line(self, number: str) -> int:
        line = Line.objects.filter(number=number).values_list("pk", flat=True).first()
        if line is None:
            raise serializers.ValidationError(_("There is no such line."), FieldCode.INVALID)
        return line

    def validate_operator(self, code: str) -> int:
        operator = Operator.objects.filter(code=code).values_list("pk", flat=True).first()
        if operator is None:
            raise serializers.ValidationError(_("There is no such operator."), FieldCode.INVALID)
        return operator

    def validate(self, attrs: dict) -> dict:
        last = attrs.get("to") or in_tehran(timezone.now()).date()
        first = attrs.get("from") or last - timedelta(days=USUAL_DAYS - 1)
        if first > last:
            sentence = _("The last day is before the first; choose a later one.")
            raise serializers.ValidationError({"to": [serializers.ErrorDetail(sentence, FieldCode.CONFLICT)]})
        if last - first > timedelta(days=MOST_DAYS):
            sentence = _("A report covers at most two years. Choose a shorter period.")
            raise serializers.ValidationError({"from": [serializers.ErrorDetail(sentence, FieldCode.INVALID)]})
        return attrs | {"from": first, "to": last}


def _told(day: date) -> date:
    if not 2000 <= day.year <= 2200:
        raise serializers.ValidationError(_("There are no figures of such a day."), FieldCode.INVALID)
    return day


class Counts(Answer):
    messages = serializers.IntegerField(help_text="All of them, whatever became of them.")
    sent = serializers.IntegerField(help_text="Accepted by an operator.")
    delivered = serializers.IntegerField()
    undelivered = serializers.IntegerField(help_text="Expired ones among them.")
    failed = serializers.IntegerField(help_text="Rejected, failed, cancelled or unknown.")
    blocked = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Not handed over yet.")
    parts = serializers.IntegerField()
    price = serializers.IntegerField(help_text="Rials.")
    returned = serializers.IntegerField(help_text="Rials that came back.")


class DailyRow(Counts):
    day = serializers.DateField(help_text="In Tehran's calendar of days, written as ISO 8601.")


class LineRow(Counts):
    line = serializers.CharField()


class OperatorRow(Counts):
    operator = serializers.CharField(allow_null=True)


class StatusRow(Counts):
    state = serializers.ChoiceField(MESSAGE_STATES)


class ErrorRow(Counts):
    code = serializers.CharField(help_text="As messages carry it: smpp:11, receipt:027, opted_out …")
    detail = serializers.CharField(help_text="The cause and what can be done, in the language of Accept-Language.")


def _report_of(row: type[Counts], name: str) -> type[Answer]:
    members = {
        "first": serializers.DateField(),
        "to": serializers.DateField(),
        "as_of": serializers.DateTimeField(allow_null=True, help_text="When it was counted; null: not yet."),
        "final_until": serializers.DateField(help_text="Figures of this day and of days before it change no more."),
        "currency": serializers.CharField(),
        "rows": row(many=True),
    }

    def get_fields(self):
        return {"from" if one == "first" else one: field for one, field in Answer.get_fields(self).items()}

    return type(name, (Answer,), members | {"get_fields": get_fields})


class _Report(ApiView):
    """A breakdown of the figures. Tests are in none, so a test key gets none."""

    scopes = {"GET": ApiKey.Scope.READ}
    by = ""

    def answer(self, request: Request) -> HttpResponse:
        query, now = self.read(ReportQuery, request.query_params), timezone.now()
        as_of = freshen(self.account, now=now)
        wanted = Wanted(
            query["from"], query["to"], line=query.get("line"), operator=query.get("operator"),
            kind=query.get("kind", ""), message_class=CLASS_OF[query["class"]] if "class" in query else None,
        )  # fmt: skip
        rows = [] if request.auth.is_test else breakdown(self.account, wanted, by=self.by)
        return Response(
            {
                "from": wanted.first.isoformat(),
                "to": wanted.last.isoformat(),
                "as_of": moment(as_of),
                "final_until": (in_tehran(now).date() - timedelta(days=2)).isoformat(),
                "currency": CURRENCY,
                "rows": [named | _counts(row) for row, named in zip(rows, self.names(rows), strict=True)],
            }
        )

    def names(self, rows: list[Row]) -> list[dict[str, Any]]:
        raise NotImplementedError


def _counts(row: Row) -> dict[str, int]:
    counts = row.counts
    return {
        "messages": row.messages,
        "sent": counts.sent,
        "delivered": counts.delivered,
        "undelivered": counts.undelivered,
        "failed": counts.failed + counts.cancelled + counts.unknown,
        "blocked": counts.blocked,
        "waiting": counts.waiting,
        "parts": row.parts,
        "price": row.price,
        "returned": row.returned,
    }


def _documented(by: str, row: type[Counts], name: str, named: dict):
    example = {
        "from": "2026-03-01", "to": "2026-03-21", "as_of": "2026-03-21T06:00:00.000Z", "final_until": "2026-03-19",
        "currency": CURRENCY, "rows": [named | _COUNTS],
    }  # fmt: skip
    return extend_schema(
        operation_id=f"report_by_{by}",
        summary=f"The messages of a period by {by}",
        description=(
            "A message counts on the day on which it was handed to an operator. A day's figures are final 24 hours "
            "after its end; tests are in none."
        ),
        tags=["Reports"],
        parameters=[ReportQuery, *_READ],
        responses={200: OpenApiResponse(_report_of(row, name), "The figures."), **_REFUSALS},
        examples=[documentation.example("Figures", example)],
    )


class Daily(_Report):
    """By day."""

    by = "day"

    @_documented("day", DailyRow, "DailyReport", {"day": "2026-03-21"})
    def get(self, request: Request) -> HttpResponse:
        return self.answer(request)

    def names(self, rows: list[Row]) -> list[dict[str, Any]]:
        return [{"day": row.key.isoformat()} for row in rows]


class ByLine(_Report):
    """By line."""

    by = "line"

    @_documented("line", LineRow, "LineReport", {"line": "30001234"})
    def get(self, request: Request) -> HttpResponse:
        return self.answer(request)

    def names(self, rows: list[Row]) -> list[dict[str, Any]]:
        numbers = dict(Line.objects.filter(pk__in=[row.key for row in rows]).values_list("pk", "number"))
        return [{"line": numbers.get(row.key, "")} for row in rows]


class ByOperator(_Report):
    """By the recipients' operator."""

    by = "operator"

    @_documented("operator", OperatorRow, "OperatorReport", {"operator": "mci"})
    def get(self, request: Request) -> HttpResponse:
        return self.answer(request)

    def names(self, rows: list[Row]) -> list[dict[str, Any]]:
        known = operators()
        return [{"operator": known[row.key].code if row.key in known else None} for row in rows]


class ByStatus(_Report):
    """By state."""

    by = "status"

    @_documented("status", StatusRow, "StatusReport", {"state": "delivered"})
    def get(self, request: Request) -> HttpResponse:
        return self.answer(request)

    def names(self, rows: list[Row]) -> list[dict[str, Any]]:
        return [{"state": STATES[row.key]} for row in rows]


class ByError(_Report):
    """By error, in plain words."""

    by = "error"

    @_documented("error", ErrorRow, "ErrorReport", {"code": "receipt:027", "detail": "The phone was off or away."})
    def get(self, request: Request) -> HttpResponse:
        return self.answer(request)

    def names(self, rows: list[Row]) -> list[dict[str, Any]]:
        return [{"code": row.key, "detail": describe(row.key, get_language())} for row in rows]
