"""How figures are read from the tables: with a limit of time, and with the names of what was read."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction
from prometheus_client.core import GaugeMetricFamily, Metric

SLOWEST_SECONDS = 5


@contextmanager
def bounded() -> Iterator:
    """A cursor none of whose statements takes longer than five seconds: whoever looks must not get in the way."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{SLOWEST_SECONDS}s"])
        yield cursor


def gauge(name: str, words: str, labels: Sequence[str], rows: Iterable[tuple[Sequence[str], float]]) -> Metric:
    """A family with a value for each row of (labels' values, value)."""
    family = GaugeMetricFamily(name, words, labels=labels)
    for values, value in rows:
        family.add_metric([str(one) for one in values], value)
    return family
