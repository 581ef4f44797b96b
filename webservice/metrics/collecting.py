"""Figures of this moment: from counters and small indexes, never from a scan of the messages (W12)."""

import logging
from collections.abc import Callable, Iterator

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from credit.tasks import LAST_CHECK
from messaging.models import Bind, Chunk, MessageClass
from messaging.selectors.gateways import is_alive
from webservice.requests.recording import QUEUE

log = logging.getLogger(__name__)

SLOWEST_SECONDS = 5
_WAITING = f"""
    SELECT message_class, state = {Chunk.State.LEASED:d}, sum(id * {Chunk.SIZE} + size - 1 - cursor)
    FROM messaging_chunk WHERE state IN ({Chunk.State.READY:d}, {Chunk.State.LEASED:d}) GROUP BY 1, 2
"""  # noqa: S608 - numbers of our own enum


class Now:
    """A Prometheus collector. A source that does not answer is told by ``sms_source_up``; the others still come."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("sms_source_up", "Whether the source of figures answered.", labels=["source"])
        for name, read in (("database", _of_tables), ("valkey", _of_valkey)):
            found = _answers(read)
            up.add_metric([name], 0 if found is None else 1)
            yield from found or ()
        yield up


def _answers(read: Callable[[], Iterator[Metric]]) -> list[Metric] | None:
    try:
        return list(read())
    except Exception:  # whatever it is, the other figures are still true
        log.exception("figures for Prometheus are missing")
        return None


def _of_tables() -> Iterator[Metric]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{SLOWEST_SECONDS}s"])
        cursor.execute(_WAITING)
        depths = {(MessageClass(kind), is_leased): int(count) for kind, is_leased, count in cursor}
        binds = list(Bind.objects.select_related("gateway"))
    yield _depths(depths)
    yield from _binds(binds)


def _depths(depths: dict[tuple[MessageClass, bool], int]) -> Metric:
    words = "Messages let go and not yet handed to an operator: ready, or held by a bind."
    family = GaugeMetricFamily("sms_queue_messages", words, labels=["class", "state"])
    for kind in MessageClass:
        for is_leased, state in ((False, "ready"), (True, "leased")):
            family.add_metric([kind.name.lower(), state], depths.get((kind, is_leased), 0))
    return family


def _binds(binds: list[Bind]) -> Iterator[Metric]:
    now = timezone.now()
    labels = ["gateway", "number"]
    bound = GaugeMetricFamily("sms_bind_up", "1 while the SMPP session is bound and its process speaks.", labels=labels)
    window = GaugeMetricFamily("sms_bind_window_in_flight", "Unanswered submit_sm.", labels=labels)
    rate = GaugeMetricFamily("sms_bind_parts_per_second", "Parts handed over a second.", labels=labels)
    for bind in binds:
        names = [bind.gateway.name, str(bind.number)]
        is_up = bind.state == Bind.State.BOUND and is_alive(bind, now=now)
        bound.add_metric(names, int(is_up))
        window.add_metric(names, bind.window_in_flight if is_up else 0)
        rate.add_metric(names, bind.rate if is_up else 0)
    yield from (bound, window, rate)


def _of_valkey() -> Iterator[Metric]:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as valkey:
        tasks = valkey.llen(settings.CELERY_TASK_DEFAULT_QUEUE)
        calls = valkey.llen(QUEUE)
    yield GaugeMetricFamily("sms_tasks_waiting", "Tasks that no worker has taken.", value=tasks)
    yield GaugeMetricFamily("sms_request_log_waiting", "Calls not yet in the request log's table.", value=calls)
    if last := cache.get(LAST_CHECK):
        at, problems = last
        words = "What did not add up when the ledger was checked last."
        yield GaugeMetricFamily("sms_ledger_problems", words, value=problems)
        yield GaugeMetricFamily("sms_ledger_checked_timestamp_seconds", "When the ledger was checked last.", value=at)
