"""What this process counts for Prometheus (W12). With PROMETHEUS_MULTIPROC_DIR set, all processes count together."""

from prometheus_client import Counter, Histogram

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

requests = Counter("sms_http_requests", "HTTP requests answered.", ["method", "route", "status"])
durations = Histogram("sms_http_request_duration_seconds", "Time to answer.", ["route"], buckets=BUCKETS)
messages = Counter("sms_messages", "Messages that reached a status.", ["status"])
moved = Counter("sms_messages_moved", "Messages that took the next route, their gateway being down.", ["of", "to"])
