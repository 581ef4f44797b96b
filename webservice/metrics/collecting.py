"""Figures of this moment: from counters and small indexes, never from a scan of the messages (W12)."""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator

import redis
from django.conf import settings
from django.core.cache import cache
from prometheus_client.core import GaugeMetricFamily, Metric

from common.context import LAST_RUNS
from credit.tasks import LAST_CHECK
from messaging.models import Gateway
from webservice.metrics.binds import of_binds, of_gateways
from webservice.metrics.queues import of_queues
from webservice.metrics.reading import bounded
from webservice.requests.recording import QUEUE

log = logging.getLogger(__name__)

_lock = threading.Lock()
_kept: tuple[float, list[Metric]] = (float("-inf"), [])


class Now:
    """A Prometheus collector. A source that does not answer is told by ``sms_source_up``; the others still come.

    What was read is given again for settings.METRICS_SECONDS, however many ask.
    """

    def collect(self) -> Iterator[Metric]:
        global _kept
        with _lock:
            at, metrics = _kept
            if time.monotonic() - at >= settings.METRICS_SECONDS:
                metrics = list(_read())
                _kept = (time.monotonic(), metrics)
        yield from metrics


def _read() -> Iterator[Metric]:
    up = GaugeMetricFamily("sms_source_up", "Whether the source of figures answered.", labels=["source"])
    for name, read in (("database", _of_tables), ("valkey", _of_valkey), ("disk", _of_disk)):
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
    with bounded() as cursor:
        yield from list(of_queues(cursor))
        yield from list(of_binds())
        yield from list(of_gateways())


def _of_valkey() -> Iterator[Metric]:
    names = [settings.CELERY_TASK_DEFAULT_QUEUE, "webhooks"]
    names += [f"smpp.{name}" for name in Gateway.objects.filter(is_enabled=True).values_list("name", flat=True)]
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as valkey:
        pipeline = valkey.pipeline(transaction=False)
        for name in [*names, QUEUE]:
            pipeline.llen(name)
        *lengths, calls = pipeline.execute()
        runs = valkey.hgetall(LAST_RUNS)
    tasks = GaugeMetricFamily("sms_tasks_waiting", "Tasks that no worker has taken.", labels=["queue"])
    for name, length in zip(names, lengths, strict=True):
        tasks.add_metric([name], length)
    yield tasks
    yield GaugeMetricFamily("sms_request_log_waiting", "Calls not yet in the request log's table.", value=calls)
    yield _last_runs(runs)
    if last := cache.get(LAST_CHECK):
        at, problems = last
        words = "What did not add up when the ledger was checked last."
        yield GaugeMetricFamily("sms_ledger_problems", words, value=problems)
        yield GaugeMetricFamily("sms_ledger_checked_timestamp_seconds", "When the ledger was checked last.", value=at)


def _last_runs(runs: dict[bytes, bytes]) -> Metric:
    words = "When a task of the timetable last ended well."
    family = GaugeMetricFamily("sms_task_last_success_timestamp_seconds", words, labels=["task"])
    for task, at in sorted(runs.items()):
        family.add_metric([task.decode()], float(at))
    return family


def _of_disk() -> Iterator[Metric]:
    usage = shutil.disk_usage(settings.STATE_DIR)
    yield GaugeMetricFamily("sms_disk_free_bytes", "Free octets where STATE_DIR is.", value=usage.free)
    yield GaugeMetricFamily("sms_disk_size_bytes", "All octets where STATE_DIR is.", value=usage.total)
