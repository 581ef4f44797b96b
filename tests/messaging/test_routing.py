"""Which gateway a line's messages take: rank, weight, cost, and gateways that are out of order."""

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.models import Chunk, Gateway, Message, MessageClass, Route
from messaging.routing import Verdict, explain, ways_by_operator
from messaging.services import send
from numbers.models import Operator
from tests.factories import make_user

NUMBERS = np.arange(989_121_000_000, 989_121_040_000, dtype=np.int64)


@pytest.fixture
def mci(business):
    return Operator.objects.get(code="mci")


def another(name: str = "second", **route) -> Route:
    gateway = Gateway.objects.create(name=name, host="127.0.0.1", port=2775, system_id="x")
    return Route.objects.create(gateway=gateway, **route)


def shares(line, operator) -> dict[str, int]:
    way = ways_by_operator(line)[operator.pk]
    names = {gateway.id: gateway.name for gateway in way.gateways}
    ids, counts = np.unique(way.pick(NUMBERS), return_counts=True)
    return {names[one]: int(count) for one, count in zip(ids.tolist(), counts.tolist(), strict=True)}


def test_routes_of_the_same_rank_share_by_weight_and_a_number_stays_with_its_gateway(business, mci):
    another(weight=3)
    found = shares(business.line, mci)
    assert sum(found.values()) == 40_000
    assert found["second"] == pytest.approx(30_000, rel=0.02)
    way = ways_by_operator(business.line)[mci.pk]
    assert (way.pick(NUMBERS) == ways_by_operator(business.line)[mci.pk].pick(NUMBERS)).all()
    assert [way.gateway_of(int(number)).id for number in NUMBERS[:50]] == way.pick(NUMBERS[:50]).tolist()


def test_the_cheapest_takes_all_where_one_says_so(business, mci):
    Route.objects.update(cost=90)
    another(cost=80, choice=Route.Choice.COST)
    assert shares(business.line, mci) == {"second": 40_000}
    another("third", weight=9)  # nobody has said what it costs
    assert shares(business.line, mci) == {"second": 40_000}


def test_a_lower_priority_goes_first_whatever_it_costs(business, mci):
    another(cost=1, priority=20, choice=Route.Choice.COST)
    assert shares(business.line, mci) == {business.gateway.name: 40_000}


def test_a_gateway_out_of_order_is_passed_over_while_another_fits(business, mci):
    second = another(priority=20)
    Gateway.objects.filter(pk=business.gateway.pk).update(out_since=timezone.now())
    assert shares(business.line, mci) == {"second": 40_000}
    second.delete()
    assert shares(business.line, mci) == {business.gateway.name: 40_000}


def test_a_plan_is_shared_as_the_routes_say(business, mci):
    second = another(weight=1)
    campaign = send(
        account=business.account, line=business.line, text="سلام", message_class=MessageClass.BULK,
        recipients=NUMBERS[:200].tolist(), now=timezone.now(),
    )  # fmt: skip
    wanted = ways_by_operator(business.line)[mci.pk].pick(NUMBERS[:200])
    planned = dict(Message.objects.filter(campaign=campaign).values_list("msisdn", "id"))
    gateways = dict(Chunk.objects.filter(campaign=campaign).values_list("id", "gateway_id"))
    assert [gateways[planned[number] // Chunk.SIZE] for number in NUMBERS[:200].tolist()] == wanted.tolist()
    assert set(wanted.tolist()) == {business.gateway.pk, second.gateway_id}


def test_explained_is_what_is_done(business, mci):
    first = Route.objects.get()
    shared = another(weight=3)
    later = another("third", priority=20)
    found = [(one.route, one.verdict, one.percent) for one in explain(business.line, mci)]
    assert found == [(first, Verdict.SHARES, 25.0), (shared, Verdict.SHARES, 75.0), (later, Verdict.LATER, 0.0)]
    Gateway.objects.filter(pk=first.gateway_id).update(out_since=timezone.now())
    Route.objects.filter(pk=shared.pk).update(cost=10, choice="cost")
    found = [(one.route, one.verdict) for one in explain(business.line, mci)]
    assert found == [(first, Verdict.OUT), (shared, Verdict.TAKES), (later, Verdict.LATER)]
    Gateway.objects.update(out_since=None)
    assert [one.verdict for one in explain(None, mci)] == [Verdict.DEARER, Verdict.TAKES, Verdict.LATER]


def test_the_route_page_says_who_takes_the_messages_and_why(business, client):
    route = another(cost=10, choice=Route.Choice.COST, operator=Operator.objects.get(code="mci"))
    client.force_login(make_user(is_staff=True, is_superuser=True))
    page = client.get(reverse("admin:messaging_route_change", args=[route.pk]), HTTP_ACCEPT_LANGUAGE="en")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<bdi>second</bdi>" in text
    assert f"<bdi>{business.gateway.name}</bdi>" in text
