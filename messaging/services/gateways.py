"""Gateways, added and switched by the platform's staff; the binds follow the rows within two seconds."""

import sys

from django.db import transaction

from accounts.audit import record
from accounts.models import User
from messaging.delivery.binding import bind_config
from messaging.models import Gateway, Route
from numbers.models import Operator

SANDBOX = "sandbox"


class UnknownOperator(Exception):
    """No operator has this code."""


def add_gateway(*, name: str, operators: list[str] = (), by: User | None = None, **fields) -> Gateway:
    """A gateway with a route from each of ``operators`` (codes), or from every operator when none is named.

    Raises django.core.exceptions.ValidationError, ConfigurationError for what SMPP cannot carry, UnknownOperator.
    """
    gateway = Gateway(name=name, **fields)
    gateway.full_clean()
    bind_config(gateway)
    with transaction.atomic():
        gateway.save()
        wanted = [_operator(code) for code in operators] or [None]
        Route.objects.bulk_create(Route(gateway=gateway, operator=operator) for operator in wanted)
        record(action="gateway.added", user=by, target=f"gateway:{gateway.name}", details={"host": gateway.host})
    return gateway


def place_sandbox(*, host: str, port: int) -> Gateway:
    """The gateway of test keys, pointed at where a simulated operator listens; made where there is none (W1)."""
    with transaction.atomic():
        sandbox = Gateway.objects.select_for_update().filter(is_sandbox=True).order_by("pk").first()
        if sandbox is None:
            sandbox = Gateway(name=SANDBOX, host=host, port=port, system_id=SANDBOX, is_sandbox=True)
            sandbox.full_clean()
            sandbox.save()
            record(action="gateway.added", target=f"gateway:{sandbox.name}", details={"host": host})
        elif (sandbox.host, sandbox.port) != (host, port):
            sandbox.host, sandbox.port = host, port
            sandbox.save(update_fields=["host", "port"])
    return sandbox


def switch_gateway(*, gateway: Gateway, is_enabled: bool, by: User | None = None) -> Gateway:
    with transaction.atomic():
        gateway.is_enabled = is_enabled
        gateway.save(update_fields=["is_enabled"])
        action = "gateway.enabled" if is_enabled else "gateway.disabled"
        record(action=action, user=by, target=f"gateway:{gateway.name}")
    return gateway


def bind_processes() -> list[dict]:
    """The processes that carry the enabled gateways, one for each bind: name, command and environment."""
    return [
        {
            "name": f"smpp-{gateway.name}-{number}",
            "command": [
                sys.executable, "-m", "celery", "-A", "smsplatform", "worker", "--pool", "solo", "--concurrency", "1",
                "--queues", gateway.queue, "--hostname", f"smpp-{gateway.name}-{number}@%h", "--without-gossip",
                "--without-mingle", "--loglevel", "INFO",
            ],
            "env": {"PROCESS_NAME": f"smpp {gateway.name}/{number}"},
        }
        for gateway in Gateway.objects.filter(is_enabled=True)
        for number in range(1, gateway.binds + 1)
    ]  # fmt: skip


def _operator(code: str) -> Operator:
    try:
        return Operator.objects.get(code=code)
    except Operator.DoesNotExist:
        known = ", ".join(Operator.objects.values_list("code", flat=True))
        raise UnknownOperator(f"There is no operator {code}; known are: {known}.") from None
