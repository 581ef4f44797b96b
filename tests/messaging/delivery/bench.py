"""A real bind against a simulated operator, on committed rows."""

import time
from contextlib import ExitStack

import pytest
from django.utils import timezone

from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.counts import counts_of
from messaging.delivery.engine import BindEngine
from messaging.delivery.receipts import match_waiting, settle_unknown_by_fit
from messaging.models import Campaign, Chunk, Gateway, Message, MessageClass, Route, Status
from messaging.services import send
from messaging.smpp.simulator.thread import Simulator, simulator
from numbers.models import Line
from tests.factories import make_account, make_line

FIRST = 989_121_000_100  # away from the agreed digits …0001 to …0017


class Bench:
    """An account with money and a line, an operator, and as many binds as a test starts."""

    def __init__(self, stack: ExitStack):
        self._stack = stack
        self.engines: list[BindEngine] = []
        self.account = make_account(credit=1_000_000_000)
        self.line = make_line(self.account, kind=Line.Kind.SERVICE)

    def operator(self, *, window: int = 50, **options) -> Simulator:
        """An operator with a gateway and a route of its own to it."""
        smsc = self._stack.enter_context(simulator(**options))
        self.gateway = self.add_gateway(smsc.port, window=window)
        return smsc

    def add_gateway(self, port: int, **fields) -> Gateway:
        gateway = Gateway.objects.create(
            **{"name": f"op{Gateway.objects.count()}", "host": "127.0.0.1", "port": port, "system_id": "test"}
            | {"password": "secret", "response_timeout_seconds": 2, "binds": 4}
            | fields
        )
        Route.objects.create(gateway=gateway)
        return gateway

    def start(self, gateway: Gateway | None = None) -> BindEngine:
        engine = BindEngine(gateway or self.gateway)
        engine.start()
        self.engines.append(engine)
        return engine

    def stop(self, engine: BindEngine) -> None:
        engine.stop(drain_seconds=3)
        assert engine.join(15)
        self.engines.remove(engine)

    def send(self, count: int = 1, *, text: str = "سلام", first: int = FIRST, **fields) -> Campaign:
        numbers = range(first, first + count)
        return self.send_to(numbers, text=text, **fields)

    def send_to(self, numbers, *, text: str = "سلام", **fields) -> Campaign:
        fields = {"message_class": MessageClass.BULK, "line": self.line, "now": timezone.now()} | fields
        return send(account=self.account, text=text, recipients=list(numbers), **fields)


@pytest.fixture
def bench(transactional_db):
    with ExitStack() as stack:
        bench = Bench(stack)
        yield bench
        for engine in list(bench.engines):
            bench.stop(engine)


def counts(campaign: Campaign) -> dict[str, int]:
    return {status.name: count for status, count in sorted(counts_of([campaign.pk])[campaign.pk].items())}


def wait_for(condition, seconds: float = 30.0):
    """The first true value of ``condition()``, looked at every 20 ms."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still not so after {seconds} s: {condition}")
        time.sleep(0.02)
    return value


def wait_counts(campaign: Campaign, expected: dict[str, int], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while (now := counts(campaign)) != expected:
        if time.monotonic() > deadline:
            raise AssertionError(f"{now} instead of {expected} after {seconds} s")
        match_waiting(now=timezone.now())
        settle_unknown_by_fit(now=timezone.now())
        time.sleep(0.05)


def assert_explained(campaign: Campaign) -> None:
    """Every message has a row and every rial a reason."""
    assert check_ledger() == []
    assert check_charges() == []
    assert sum(counts(campaign).values()) == campaign.recipients


def statuses(campaign: Campaign) -> dict[int, Status]:
    return {
        number: Status(status)
        for number, status in Message.objects.filter(campaign=campaign).values_list("msisdn", "status")
    }


def chunk_states(campaign: Campaign) -> set[Chunk.State]:
    return {Chunk.State(state) for state in campaign.chunks.values_list("state", flat=True)}
