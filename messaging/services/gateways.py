"""Gateways, added and switched by the platform's staff; the binds follow the rows within two seconds."""

import sys
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from billing.services import InsufficientCredit
from credit.pricing import NoTariff
from messaging.delivery.binding import bind_config
from messaging.models import Campaign, Chunk, Gateway, Route
from messaging.services.refusals import SendRefused
from messaging.services.sending import send
from numbers.models import Operator
from numbers.selectors import notice_line

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
    """Let a gateway carry messages, or pause it: its binds hand back what they hold, planning passes it over, and what
    waits for it waits. Again changes nothing, and is written down once."""
    with transaction.atomic():
        was = Gateway.objects.select_for_update().values_list("is_enabled", flat=True).get(pk=gateway.pk)
        if was == is_enabled:
            gateway.is_enabled = was
            return gateway
        gateway.is_enabled = is_enabled
        gateway.save(update_fields=["is_enabled"])
        action = "gateway.enabled" if is_enabled else "gateway.disabled"
        record(action=action, user=by, target=f"gateway:{gateway.name}")
    return gateway


@transaction.atomic
def change_flow(
    *, gateway: Gateway, binds: int, window: int, throughput: int, failover_seconds: int, by: User | None = None
) -> Gateway:
    """How much a gateway carries, changed while it runs: its binds begin anew within seconds and lose nothing.

    ``throughput`` in parts a second of all binds together, 0 for no cap. Raises
    django.core.exceptions.ValidationError, ConfigurationError.
    """
    wanted = {
        "binds": binds, "window": window, "throughput": throughput, "failover_seconds": failover_seconds
    }  # fmt: skip
    locked = Gateway.objects.select_for_update().get(pk=gateway.pk)
    was = {name: getattr(locked, name) for name in wanted}
    if was == wanted:
        return locked
    for name, value in wanted.items():
        setattr(locked, name, value)
    locked.full_clean()
    bind_config(locked)
    locked.save(update_fields=list(wanted))
    changed = {name: [was[name], value] for name, value in wanted.items() if was[name] != value}
    record(action="gateway.changed", user=by, target=f"gateway:{locked.name}", details=changed)
    return locked


class NotTested(Exception):
    """No test message can be sent by this gateway; the message says why."""


@transaction.atomic
def send_by(*, gateway: Gateway, mobile: str, text: str, by: User, now: datetime) -> Campaign:
    """One message by this gateway, whatever the routes say: from the line of the platform's notices, at the cost of its
    account (of a sandbox: free). It never takes another way. Raises NotTested; then nothing was charged."""
    line = notice_line()
    if line is None:
        raise NotTested(_("No active line carries the platform's notices; a test is sent from that line."))
    if not gateway.is_enabled:
        raise NotTested(_("The gateway is paused. Resume it, then test it."))
    try:
        campaign = send(
            account=line.account, line=line, text=text, recipients=[mobile], kind=Campaign.Kind.TEST, created_by=by,
            title=gateway.name, is_test=gateway.is_sandbox, now=now,
        )  # fmt: skip
    except (SendRefused, NoTariff, InsufficientCredit) as refusal:
        raise NotTested(str(refusal)) from refusal
    if not campaign.confirmed_at:
        raise NotTested(_("This number cannot be sent to: it is no mobile number, it has opted out, or has no route."))
    Chunk.objects.filter(campaign=campaign, gateway__isnull=False).update(gateway=gateway, moved_from=gateway.pk)
    record(action="gateway.tested", user=by, target=f"gateway:{gateway.name}", details={"campaign": campaign.pk})
    return campaign


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
