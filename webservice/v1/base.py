"""What every view of the native API shares: language, scopes, the rate's headers, strict bodies."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import Account
from webservice.problems import Code, Problem, speaking_to
from webservice.throttling import Allowance, count_request
from webservice.v1.parsers import StrictJSONParser


class ApiView(APIView):
    """``scopes`` names the scope that each method needs; see webservice.permissions."""

    scopes: dict[str, str] = {}
    parser_classes: list[type[BaseParser]] = [StrictJSONParser]
    allowance: Allowance | None = None

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        with speaking_to(request):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args, **kwargs) -> None:
        if request.headers.get("Transfer-Encoding") and not request.META.get("CONTENT_LENGTH"):
            raise Problem(Code.LENGTH_REQUIRED)
        super().initial(request, *args, **kwargs)

    def check_throttles(self, request: Request) -> None:
        if request.auth is None:
            return
        counted = getattr(request, "allowance", None)  # by the fast lane
        self.allowance = counted or count_request(request.auth)
        if self.allowance and self.allowance.is_exceeded:
            raise Throttled(self.allowance.reset)

    def finalize_response(self, request: Request, response: HttpResponse, *args, **kwargs) -> HttpResponse:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in (self.allowance.headers() if self.allowance else {}).items():
            response[name] = value
        response["Cache-Control"] = "no-store"
        response["Content-Language"] = get_language()
        return response

    @property
    def account(self) -> Account:
        return self.request.auth.account

    def read(self, serializer: type[serializers.Serializer], data) -> dict:
        """The checked fields of a body or a query. Raises ValidationError."""
        fields = serializer(data=data, context={"account": self.account})
        fields.is_valid(raise_exception=True)
        return fields.validated_data
