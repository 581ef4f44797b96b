"""What a bind counts for Prometheus: a page once it is written down, the session's own counts once a second."""

from collections import Counter
from operator import attrgetter, itemgetter

from common import metrics
from messaging.delivery.intake import Batch
from messaging.smpp import errors
from messaging.smpp.bind import Stats
from messaging.smpp.receipts import MessageState

_command_status, _state = itemgetter(3), attrgetter("state")
_NAMES = {int(state): state.name.lower() for state in MessageState}
_FINAL = {int(state) for state in MessageState if state.is_final}


class Figures:
    """Belongs to the keeper's thread."""

    def __init__(self, gateway: str):
        self._gateway = gateway
        self._stats: Stats | None = None
        self._connections = self._throttled = 0

    def written(self, batch: Batch, *, number: int) -> None:
        """Answers and receipts of a batch that is committed."""
        names = (self._gateway, number)
        for status, count in Counter(map(_command_status, batch.submissions)).items():
            metrics.answers.labels(*names, errors.name(status)).inc(count)
        for state, count in Counter(map(_state, batch.receipts)).items():
            metrics.receipts.labels(*names, _NAMES.get(state, "unknown")).inc(count)
        metrics.receipt_lag.labels(self._gateway).observe_many(
            (row.at - row.answered_at).total_seconds()
            for row in batch.receipts
            if row.answered_at is not None and row.state in _FINAL
        )

    def session(self, stats: Stats, *, number: int) -> None:
        """What the session counted since it was looked at last; another session begins at nothing."""
        if stats is not self._stats:
            self._stats, self._connections, self._throttled = stats, 0, 0
        names = (self._gateway, number)
        metrics.connections.labels(*names).inc(stats.connections - self._connections)
        metrics.throttled.labels(*names).inc(stats.throttled - self._throttled)
        self._connections, self._throttled = stats.connections, stats.throttled
