"""Counts every request by its route, never by its path (W12)."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common import metrics

UNKNOWN = "unknown"
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class MetricsMiddleware:
    """Stands before every other one. What was answered before a route was looked for counts under its lane, or as
    unknown: an address that somebody makes up never becomes a label."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = match.route if match else getattr(request, "lane", UNKNOWN)
        method = request.method if request.method in _METHODS else UNKNOWN
        metrics.requests.labels(method, route, response.status_code).inc()
        metrics.durations.labels(route).observe(time.perf_counter() - began)
        return response
