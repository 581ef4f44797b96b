"""Every answer of the web service has an id, and every call with a key its line in the log (W10). Pages have an id too,
which only our own logs show."""

import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.context import about, known
from webservice.requests import recording

HEADER = "X-Request-Id"
PREFIXES = ("/api/", "/v1/", "/webservice/")


class RequestLogMiddleware:
    """Stands first of all. Who calls is known from ``request.api_key``, which webservice.authentication sets."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        with about(request_id=request_id):
            try:
                return self._answer(request, request_id)
            finally:
                request.log_subject = known()  # Django logs refusals when all middleware has ended

    def _answer(self, request: HttpRequest, request_id: str) -> HttpResponse:
        if not request.path_info.lower().startswith(PREFIXES):
            return self.get_response(request)
        began = time.perf_counter()
        response = self.get_response(request)
        response[HEADER] = request_id
        if getattr(request, "api_key", None) is not None:
            recording.note(request, response, request_id=request_id, seconds=time.perf_counter() - began)
        return response
