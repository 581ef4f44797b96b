"""What a bind counts for /metrics, against a simulated operator (issue 3, 6)."""

from prometheus_client import REGISTRY

from messaging.models import Bind
from tests.messaging.delivery.bench import wait_counts, wait_for


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_bind_counts_answers_receipts_their_lag_and_connections(bench):
    bench.operator(fates=False)
    of_bind = {"gateway": bench.gateway.name, "number": "1"}

    def figures() -> list[float]:
        return [
            counted("sms_submit_answers_total", **of_bind, status="ESME_ROK"),
            counted("sms_receipts_total", **of_bind, state="delivered"),
            counted("sms_receipt_lag_seconds_count", gateway=bench.gateway.name),
            counted("sms_bind_connections_total", **of_bind),
        ]

    before = figures()
    campaign = bench.send(30)
    bench.start()
    wait_counts(campaign, {"DELIVERED": 30})
    wait_for(lambda: [now - was for now, was in zip(figures(), before, strict=True)] == [30, 30, 30, 1])
    wait_for(lambda: Bind.objects.filter(gateway=bench.gateway, number=1, armed=0, unwritten=0).exists())
