"""The rate of a gateway, shared by its binds through Redis and without it; counted by the operator itself."""

import socket
import threading
from contextlib import suppress

from django.db.models import Count
from redis import Redis

from messaging.models import Submission
from tests.messaging.delivery.bench import FIRST, assert_explained, wait_counts, wait_for

RATE = 200


class Wire:
    """A way to Redis that can be cut: passes octets on, until ``cut`` closes every connection and takes no more."""

    def __init__(self, url: str):
        with Redis.from_url(url) as there:
            self._to = there.connection_pool.connection_kwargs
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        for one in [self._listener, *self._open]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if "path" in self._to:
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._to["path"])
            else:
                far = socket.create_connection((self._to["host"], self._to["port"]))
            self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    try:
        while octets := source.recv(65536):
            sink.sendall(octets)
    except OSError:
        return


def test_two_binds_share_a_rate_with_redis_and_without(bench, settings):
    """The operator takes a third more than the rate and throttles what is above: two binds that each went at the whole
    rate would be throttled at once, as the control shows."""
    wire = Wire(settings.REDIS_URL)
    settings.REDIS_URL = f"redis://127.0.0.1:{wire.port}/0"
    smsc = bench.operator(throughput=RATE * 4 / 3)
    bench.gateway.throughput = RATE
    bench.gateway.save()
    bench.start()
    bench.start()
    wait_for(lambda: bench.gateway.bind_rows.filter(state="bound").count() == 2)
    campaign = bench.send(2500)
    wait_for(lambda: len(smsc.submits) >= 400)
    wire.cut()
    cut_at = len(smsc.submits)
    wait_for(lambda: len(smsc.submits) >= cut_at + 400)
    assert {engine._rate_limit._alone is not None for engine in bench.engines} == {True}
    assert [engine._rate_limit._binds for engine in bench.engines] == [2, 2]
    shares = dict(Submission.objects.values_list("bind_number").annotate(count=Count("pk")))
    assert set(shares) == {1, 2}
    assert not Submission.objects.exclude(command_status=0).exists()
    for engine in bench.engines:
        engine._rate_limit._alone.rate = RATE  # the control: each at the whole rate
    wait_for(lambda: Submission.objects.filter(command_status=0x58).exists())
    wait_counts(campaign, {"DELIVERED": 2500}, seconds=60)
    assert_explained(campaign)


def test_what_was_throttled_keeps_its_place(bench):
    """Of 600 in order, none is overtaken by more than a few windows: it goes on from the head, not from the end."""
    smsc = bench.operator(throughput=300.0, window=20)
    campaign = bench.send(600)
    bench.start()
    wait_counts(campaign, {"DELIVERED": 600}, seconds=60)
    order = [int(submit.destination) - FIRST for submit in smsc.submits]
    assert sorted(order) == list(range(600))
    assert Submission.objects.filter(command_status=0x58).exists()
    assert max(abs(place - number) for place, number in enumerate(order)) <= 100
