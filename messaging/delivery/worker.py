"""A Celery worker that consumes ``smpp.<gateway>`` is one bind of that gateway; the bind lives in its main process.

``celery -A smsplatform worker -P solo -Q smpp.mci`` – once for each bind. The task is only the nudge.
"""

import logging

from celery.signals import celeryd_after_setup, worker_ready, worker_shutdown, worker_shutting_down
from django.db import connection

from messaging.delivery.engine import BindEngine
from messaging.models import Gateway

log = logging.getLogger(__name__)

PREFIX = "smpp."
DRAIN_SECONDS = 10.0

engines: list[BindEngine] = []
_names: list[str] = []


@celeryd_after_setup.connect
def _remember_queues(instance, **_):
    """A prefork child would get the nudge instead of the bind, and took seconds to stop (measured)."""
    _names[:] = [name.removeprefix(PREFIX) for name in instance.app.amqp.queues.consume_from if name.startswith(PREFIX)]
    if _names and "prefork" in getattr(instance.pool_cls, "__module__", ""):
        raise SystemExit("A bind lives in the worker's main process: start this worker with --pool solo")


@worker_ready.connect
def _begin(**_):
    for name in _names:
        gateway = Gateway.objects.filter(name=name).first()
        if gateway is None:
            log.error("There is no gateway %s; add it with: manage.py gateway add %s …", name, name)
            continue
        engine = BindEngine(gateway)
        engines.append(engine)
        engine.start()
    connection.close()


@worker_shutting_down.connect
def _end(**_):
    """Within the handler of SIGTERM, in the main thread, which also nudges."""
    for engine in engines:
        engine.ask_to_stop(DRAIN_SECONDS)


@worker_shutdown.connect
def _wait_for_end(**_):
    for engine in engines:
        engine.stop(DRAIN_SECONDS)
        if not engine.join(DRAIN_SECONDS + 10):
            log.error("bind %s/%s did not end in time", engine.gateway.name, engine.number)
