"""A gateway that is down: what waits takes the next route, once, and nothing twice."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import AuditEntry
from billing.selectors import balance
from messaging.failover import watch_gateways
from messaging.models import Chunk, Gateway, Route
from messaging.smpp.simulator.thread import simulator
from tests.messaging.delivery.bench import assert_explained, chunk_states, wait_counts, wait_for

CREDIT = 1_000_000_000


def down(bench) -> Gateway:
    """A gateway where nobody listens, with a route that goes first."""
    return bench.add_gateway(port=1)


def gateways_of(campaign) -> set[int]:
    return set(campaign.chunks.values_list("gateway_id", flat=True))


def test_what_waits_for_a_gateway_that_is_down_takes_the_next_route_once(bench):
    first = down(bench)
    with simulator() as smsc:
        second = bench.add_gateway(smsc.port)
        Route.objects.filter(gateway=second).update(priority=20)
        campaign = bench.send(1500)
        assert gateways_of(campaign) == {first.pk}
        bench.start(second)
        wait_for(lambda: second.bind_rows.filter(state="bound", heartbeat_at__isnull=False).exists())
        now = timezone.now()
        assert watch_gateways(now=now) == 0
        assert watch_gateways(now=now + timedelta(seconds=5)) == 0
        assert gateways_of(campaign) == {first.pk}
        Gateway.objects.filter(pk=first.pk).update(down_since=now - timedelta(seconds=60))
        assert watch_gateways(now=timezone.now()) == 2
        wait_counts(campaign, {"DELIVERED": 1500})
        assert len(smsc.submits) == len({submit.destination for submit in smsc.submits}) == 1500
        assert gateways_of(campaign) == {second.pk}
        assert set(campaign.chunks.values_list("moved_from", flat=True)) == {first.pk}
        assert balance(bench.account) == CREDIT - campaign.price
        assert_explained(campaign)
        assert gateways_of(bench.send(5)) == {second.pk}
        moved = AuditEntry.objects.get(action="campaign.moved_to_gateway")
        assert moved.details == {"from": first.name, "to": second.name, "chunks": 2, "messages": 1500}
        assert AuditEntry.objects.filter(action="gateway.out_of_order").count() == 1
        bench.stop(bench.engines[0])


def test_what_was_moved_once_or_handed_over_stays(bench):
    first, second = down(bench), bench.add_gateway(port=1)
    Route.objects.filter(gateway=second).update(priority=20)
    campaign = bench.send(3000)
    touched, moved, leased = campaign.chunks.order_by("pk")
    Chunk.objects.filter(pk=touched.pk).update(cursor=touched.pk * Chunk.SIZE + 10)
    Chunk.objects.filter(pk=moved.pk).update(moved_from=second.pk)
    Chunk.objects.filter(pk=leased.pk).update(state=Chunk.State.LEASED)
    Gateway.objects.filter(pk=first.pk).update(down_since=timezone.now() - timedelta(hours=1))
    assert watch_gateways(now=timezone.now()) == 0
    assert gateways_of(campaign) == {first.pk}
    Chunk.objects.filter(pk=leased.pk).update(state=Chunk.State.READY)
    assert watch_gateways(now=timezone.now()) == 1
    assert chunk_states(campaign) == {Chunk.State.READY}


def test_it_is_in_order_again_as_soon_as_a_bind_is_connected(bench):
    bench.operator()
    long_ago = timezone.now() - timedelta(hours=1)
    Gateway.objects.update(down_since=long_ago, out_since=long_ago)
    bench.start()
    wait_for(lambda: bench.gateway.bind_rows.filter(state="bound", heartbeat_at__isnull=False).exists())
    watch_gateways(now=timezone.now())
    gateway = Gateway.objects.get(pk=bench.gateway.pk)
    assert (gateway.down_since, gateway.out_since) == (None, None)
    assert AuditEntry.objects.filter(action="gateway.in_order_again").count() == 1


def test_a_gateway_that_is_never_to_be_passed_over_is_not(bench):
    first = down(bench)
    Gateway.objects.update(failover_seconds=0, down_since=timezone.now() - timedelta(days=1))
    watch_gateways(now=timezone.now())
    assert Gateway.objects.get(pk=first.pk).out_since is None
