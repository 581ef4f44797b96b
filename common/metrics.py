"""What this process counts for Prometheus (W12). With PROMETHEUS_MULTIPROC_DIR set, all processes count together."""

from bisect import bisect_left
from collections.abc import Iterable

from prometheus_client import Counter, Histogram, disable_created_metrics

disable_created_metrics()  # a series more for each of ours, which nobody asks for

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
LAG_BUCKETS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 6 * 3600, 24 * 3600)


class BatchHistogram(Histogram):
    """A histogram that takes many observations with one write for each bucket: a bind has thousands a second."""

    def observe_many(self, amounts: Iterable[float]) -> None:
        """Amounts below 0, of clocks that were set, count in the lowest bucket."""
        counts: dict[int, int] = {}
        total = 0.0
        for amount in amounts:
            total += amount
            place = bisect_left(self._upper_bounds, amount)
            counts[place] = counts.get(place, 0) + 1
        if counts:
            self._sum.inc(max(total, 0.0))
        for place, count in counts.items():
            self._buckets[place].inc(count)


requests = Counter("sms_http_requests", "HTTP requests answered.", ["method", "route", "status"])
durations = Histogram("sms_http_request_duration_seconds", "Time to answer.", ["route"], buckets=BUCKETS)
messages = Counter("sms_messages", "Messages that reached a status.", ["status"])
moved = Counter("sms_messages_moved", "Messages that took the next route, their gateway being down.", ["of", "to"])
planned = Counter("sms_planned_rows", "Rows of recipients that planning has read.")

_BIND = ["gateway", "number"]
answers = Counter("sms_submit_answers", "Answers to submit_sm that are written down.", [*_BIND, "status"])
receipts = Counter("sms_receipts", "Delivery receipts that are written down.", [*_BIND, "state"])
receipt_lag = BatchHistogram(
    "sms_receipt_lag_seconds", "From the operator's answer to the final receipt.", ["gateway"], buckets=LAG_BUCKETS
)
connections = Counter("sms_bind_connections", "Connections that a bind has opened.", _BIND)
throttled = Counter("sms_bind_throttled", "Parts that the operator refused because they came too fast.", _BIND)
