"""``manage.py gateway add|sandbox|list|enable|disable|status|processes``"""

import json

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from messaging.models import Bind, Gateway
from messaging.services.gateways import UnknownOperator, add_gateway, bind_processes, place_sandbox, switch_gateway
from messaging.smpp.bind import ConfigurationError

FIELDS = (
    "host", "port", "system_id", "password", "password_variable", "system_type", "bind_type", "window", "throughput",
    "binds", "id_base",
)  # fmt: skip


class Command(BaseCommand):
    help = "Add, list and switch gateways (operators' SMSCs); see how their binds are."

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="add a gateway, and a route to it")
        add.add_argument("name", help="short name; its queue is smpp.NAME")
        add.add_argument("--host", required=True)
        add.add_argument("--port", type=int, required=True)
        add.add_argument("--system-id", required=True)
        add.add_argument("--password", default="", help="at most 8 characters; kept encrypted")
        add.add_argument("--password-variable", default="", help="read the password from this environment variable")
        add.add_argument("--system-type", default="")
        add.add_argument("--bind-type", choices=Gateway.BindType.values, default=Gateway.BindType.TRANSCEIVER)
        add.add_argument("--window", type=int, default=200, help="unanswered submit_sm at a time, for each bind")
        add.add_argument("--throughput", type=int, default=0, help="parts a second, all binds together; 0: no cap")
        add.add_argument("--binds", type=int, default=1)
        add.add_argument("--id-base", choices=Gateway.IdBase.values, default=Gateway.IdBase.SAME)
        add.add_argument("--operator", action="append", default=[], help="route only this operator (code); repeatable")
        sandbox = verbs.add_parser("sandbox", help="the gateway of test keys, to a manage.py smsc_simulator")
        sandbox.add_argument("--host", required=True)
        sandbox.add_argument("--port", type=int, required=True)
        verbs.add_parser("list", help="one line for each gateway")
        for verb in ("enable", "disable"):
            verbs.add_parser(verb).add_argument("name")
        verbs.add_parser("status", help="every bind: state, window, rate, last error").add_argument("name", nargs="?")
        verbs.add_parser("processes", help="JSON: the worker processes that carry the enabled gateways")

    def handle(self, *, verb, **options):
        getattr(self, verb)(**options)

    def add(self, *, name, operator, **options):
        fields = {key: options[key] for key in FIELDS}
        try:
            gateway = add_gateway(name=name, operators=operator, **fields)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        except (ConfigurationError, UnknownOperator) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"gateway {gateway.name} added; start its binds: manage.py gateway processes")

    def sandbox(self, *, host, port, **_):
        gateway = place_sandbox(host=host, port=port)
        self.stdout.write(f"gateway {gateway.name} leads to the simulated operator at {host}:{port}")

    def list(self, **_):
        for gateway in Gateway.objects.all():
            state = "enabled" if gateway.is_enabled else "disabled"
            state += ", sandbox" if gateway.is_sandbox else ""
            self.stdout.write(
                f"{gateway.name}\t{gateway.host}:{gateway.port}\t{state}\tbinds {gateway.binds}"
                f"\twindow {gateway.window}\tthroughput {gateway.throughput or 'no cap'}"
            )

    def enable(self, *, name, **_):
        switch_gateway(gateway=self._gateway(name), is_enabled=True)
        self.stdout.write(f"{name} enabled")

    def disable(self, *, name, **_):
        switch_gateway(gateway=self._gateway(name), is_enabled=False)
        self.stdout.write(f"{name} disabled; its binds hand back what they hold")

    def status(self, *, name=None, **_):
        binds = Bind.objects.select_related("gateway")
        for bind in binds.filter(gateway=self._gateway(name)) if name else binds:
            age = (timezone.now() - bind.heartbeat_at).total_seconds() if bind.heartbeat_at else None
            alive = "never seen" if age is None else f"seen {age:.0f} s ago"
            self.stdout.write(
                f"{bind}\t{bind.state}\t{alive}\twindow {bind.window_in_flight}/{bind.window_limit}"
                f"\t{bind.rate:.0f} parts/s\t{bind.last_error}"
            )

    def processes(self, **_):
        self.stdout.write(json.dumps(bind_processes()))

    def _gateway(self, name: str) -> Gateway:
        try:
            return Gateway.objects.get(name=name)
        except Gateway.DoesNotExist:
            raise CommandError(f"There is no gateway {name}; see: manage.py gateway list") from None
