"""What each bind last said of itself, a row a second, and which gateways are passed over (W12, 3.6)."""

from collections.abc import Iterator

from django.utils import timezone
from prometheus_client.core import Metric

from messaging.models import Bind, Gateway
from messaging.selectors.gateways import is_alive
from webservice.metrics.reading import gauge

_LABELS = ["gateway", "number"]
_OF_ROWS = {
    "sms_bind_window_in_flight": ("window_in_flight", "Unanswered submit_sm."),
    "sms_bind_window_limit": ("window_limit", "Most unanswered submit_sm at this moment; throttling lowers it."),
    "sms_bind_parts_per_second": ("rate", "Parts handed over a second."),
    "sms_bind_armed_parts": ("armed", "Parts marked in the table that may leave at any moment."),
    "sms_bind_unwritten": ("unwritten", "Answers and receipts that wait for their transaction."),
}


def of_binds() -> Iterator[Metric]:
    """Gauges of binds; a bind that does not speak has 0 in all of them."""
    now = timezone.now()
    wanted = Bind.objects.select_related("gateway").filter(gateway__is_enabled=True)
    rows = [(bind, bind.state == Bind.State.BOUND and is_alive(bind, now=now)) for bind in wanted]
    names = {bind.pk: (bind.gateway.name, bind.number) for bind, _is_up in rows}
    words = "1 while the SMPP session is bound and its process speaks."
    yield gauge("sms_bind_up", words, _LABELS, ((names[bind.pk], int(is_up)) for bind, is_up in rows))
    for name, (field, words) in _OF_ROWS.items():
        values = ((names[bind.pk], getattr(bind, field) if is_up else 0) for bind, is_up in rows)
        yield gauge(name, words, _LABELS, values)


def of_gateways() -> Iterator[Metric]:
    """Whether messages go round a gateway, having no bind for longer than it may (messaging.failover)."""
    rows = Gateway.objects.filter(is_enabled=True).order_by("name").values_list("name", "out_since")
    words = "1 while the gateway has no bind and its messages take the next route."
    yield gauge("sms_gateway_out", words, ["gateway"], (((name,), int(since is not None)) for name, since in rows))
