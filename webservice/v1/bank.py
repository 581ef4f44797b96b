"""GET /bank/{field}: the values by which a campaign may target the number bank (W4)."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from numberbank import selectors
from numberbank.selectors import Option
from webservice.models import ApiKey
from webservice.problems import Code, Problem
from webservice.v1 import documentation
from webservice.v1.answers import Answer
from webservice.v1.base import ApiView
from webservice.v1.campaign_bodies import GENDERS
from webservice.v1.fields import StrictSerializer
from webservice.v1.serializers import LARGEST_ID

_LISTS = {
    "provinces": selectors.provinces,
    "districts": selectors.districts,
    "suburbs": selectors.suburbs,
    "guilds": selectors.guilds,
    "prefixes": selectors.prefixes,
    "genders": selectors.genders,
}
FIELDS = (*_LISTS, "cities")
GROUPED = ("districts", "prefixes")  # a city and an operator stand above these, and are no values themselves


class BankQuery(StrictSerializer):
    province = serializers.IntegerField(required=False, min_value=0, max_value=LARGEST_ID)


class BankQueryOfCities(StrictSerializer):
    province = serializers.IntegerField(min_value=0, max_value=LARGEST_ID)


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class ValueField(serializers.Field):
    """An id, or a word."""


class BankValue(Answer):
    value = ValueField(help_text="What a target takes.")
    name = serializers.CharField()
    group = serializers.CharField(allow_null=True, help_text="The city, operator or group of trades that it is in.")
    subscribers = serializers.IntegerField()


class BankValues(Answer):
    values = BankValue(many=True)


class Bank(ApiView):
    """What the number bank knows, with how many subscribers; never a number."""

    scopes = {"GET": ApiKey.Scope.READ}

    @extend_schema(
        operation_id="list_bank_values",
        summary="Values to target the number bank by",
        description="Of cities, those of one province: `?province=` is needed. Names are in the language asked for.",
        tags=["Campaigns"],
        parameters=[
            OpenApiParameter("field", str, OpenApiParameter.PATH, enum=FIELDS),
            OpenApiParameter("province", int, description="With cities: the id of their province."),
            documentation.LANGUAGE,
            *documentation.RATE_HEADERS,
        ],
        responses={
            200: OpenApiResponse(BankValues, "The values."),
            **documentation.refusals(*documentation.ALWAYS, Code.NOT_FOUND, Code.VALIDATION_FAILED),
        },
        examples=[
            documentation.example(
                "Genders",
                {"values": [{"value": "female", "name": "Women", "group": None, "subscribers": 51200}]},
            )
        ],
    )
    def get(self, request: Request, field: str) -> HttpResponse:
        if field not in FIELDS:
            raise Problem(Code.NOT_FOUND)
        query = request.query_params.dict()
        if field == "cities":
            options = selectors.cities(self.read(BankQueryOfCities, query)["province"])
        else:
            self.read(BankQuery, query)
            options = _LISTS[field]()
        return Response({"values": [row for option in options for row in _rows(field, option)]})


def _rows(field: str, option: Option, group: str | None = None) -> list[dict]:
    mine = []
    if not (option.options and field in GROUPED):
        mine = [{"value": _value(field, option), "name": option.label, "group": group, "subscribers": option.count}]
    return mine + [row for inner in option.options for row in _rows(field, inner, option.label)]


def _value(field: str, option: Option) -> int | str:
    if field == "genders":
        return next(name for name, gender in GENDERS.items() if gender == option.value)
    return f"0{option.value}" if field == "prefixes" else option.value
