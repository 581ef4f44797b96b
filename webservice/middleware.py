"""The last resort: no answer under /api/ is an HTML page, whoever refused."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from webservice.problems import MEDIA_TYPE, OF_STATUS, Code, Problem, answer, speaking_to
from webservice.v1 import express

PREFIX = "/api/"
FAST_LANE = "/api/v1/messages"
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


class ProblemMiddleware:
    """Turn error pages of Django and of other middleware into problem documents (W8). Stands first in the list, so
    that it sees what every other one answers; what went wrong is in the log and never in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(PREFIX):
            return response
        if response.status_code >= 400 and not response.get("Content-Type", "").startswith(MEDIA_TYPE):
            code = OF_STATUS.get(response.status_code)
            code = code or (Code.INTERNAL_ERROR if response.status_code >= 500 else Code.BAD_REQUEST)
            kept = {name: response[name] for name in KEPT_HEADERS if name in response}
            with speaking_to(request):
                response = answer(Problem(code, headers=kept))
        patch_vary_headers(response, ["Accept-Language", "Authorization"])
        return response


class FastLaneMiddleware:
    """Plain single sends (webservice.v1.express) are answered here, before what only pages need: sessions, cookies,
    languages, content policies. It stands right after SecurityMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and request.path_info == FAST_LANE and (response := express.answer(request)):
            request.lane = FAST_LANE.removeprefix("/")
            return response
        return self.get_response(request)
