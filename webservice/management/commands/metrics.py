"""``manage.py metrics``: what the processes of this host count, for hosts that run workers and no web server (W12)."""

import threading

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector


class Command(BaseCommand):
    help = (
        "Serve the counters of this host's processes to Prometheus. The web server's /metrics has those of its own "
        "host, and the figures of tables and queues, which are the same from everywhere."
    )

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=9109)

    def handle(self, *, host, port, **options):
        if not settings.PROMETHEUS_MULTIPROC_DIR:
            raise CommandError("Set PROMETHEUS_MULTIPROC_DIR to the folder in which the processes of this host count.")
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        start_http_server(port, addr=host, registry=registry)
        self.stdout.write(f"http://{host}:{port}/metrics")
        self.stdout.flush()
        threading.Event().wait()
