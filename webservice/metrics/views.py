"""Who may read the figures: the bearer of METRICS_TOKEN, or an address in METRICS_NETWORKS (W12)."""

import hmac
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess

from accounts.addresses import client_address
from webservice.metrics.collecting import Now


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures as Prometheus reads them; 403 for anybody else."""
    if not _may_read(request):
        return HttpResponse("These figures need the token of METRICS_TOKEN.\n", status=403, content_type="text/plain")
    here = CollectorRegistry()
    here.register(Now())
    counted = REGISTRY
    if settings.PROMETHEUS_MULTIPROC_DIR:
        counted = CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)
    return HttpResponse(generate_latest(counted) + generate_latest(here), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    scheme, _space, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    token = settings.METRICS_TOKEN
    if token and scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
        return True
    address = ip_address(client_address(request))
    return any(address in ip_network(network) for network in settings.METRICS_NETWORKS)
