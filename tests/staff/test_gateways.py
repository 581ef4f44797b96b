"""Gateways as the provider's people see, change, pause and test them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from billing.selectors import balance
from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.failover import watch_gateways
from messaging.models import Bind, Campaign, Chunk, Gateway, Message, Receipt
from messaging.selectors.gateways import FRESH
from tests.factories import make_account, make_confirmed, make_gateway, make_line
from tests.pages import staff_client, table_of
from tests.staff.test_queues import clerk

pytestmark = pytest.mark.django_db
FLOW = {"binds": "3", "window": "50", "throughput": "1,000", "failover_seconds": "120"}


@pytest.fixture
def gateway() -> Gateway:
    return make_gateway(name="mci", password="geheim1", binds=2, window=100)


@pytest.fixture
def platform():
    """The platform's own account, whose line carries the notices."""
    account = make_account(name="platform", credit=1_000_000)
    make_line(account, carries_notices=True)
    return account


def test_each_gateway_with_its_binds_what_waits_and_its_last_receipt(gateway):
    now = timezone.now()
    Bind.objects.create(
        gateway=gateway, number=1, state="bound", heartbeat_at=now, bound_at=now, rate=41.6, window_in_flight=7,
        window_limit=60, submitted_total=1234, armed=9,
    )  # fmt: skip
    Bind.objects.create(
        gateway=gateway, number=2, state="bound", heartbeat_at=now - FRESH - timedelta(seconds=1),
        last_error="ESME_RTHROTTLED", last_error_at=now,
    )  # fmt: skip
    account = make_account(credit=10_000_000)
    make_confirmed(account, make_line(account), ["09121234567", "09121234568"])
    Receipt.objects.create(gateway_id=gateway.pk, smsc_id="1", state=2, received_at=now - timedelta(minutes=5))
    staff = staff_client()
    page = staff.get("/staff/gateways/")
    first, second = table_of(page)
    assert first[0:6] == ["Bind 1", "Bound bound just now", "7 / 60 throttled", "9", "42", "1,234"]
    assert second[1].startswith("Its process is silent")
    assert second[6].startswith("ESME_RTHROTTLED")
    html = page.content.decode()
    for words in ("1 of 2", "42 parts/s", "Bulk: 2", "5 minutes ago", "Some binds down"):
        assert words in html
    assert "geheim1" not in html + staff.get(f"/staff/gateways/{gateway.pk}/").content.decode()


def test_more_gateways_cost_no_more_queries(django_assert_max_num_queries):
    staff = staff_client()
    staff.get("/staff/gateways/")
    for number in range(6):
        Bind.objects.create(gateway=make_gateway(), number=number + 1)
    with django_assert_max_num_queries(7):
        staff.get("/staff/gateways/")


def test_a_gateway_is_paused_and_resumed(gateway):
    staff = staff_client()
    for to, is_enabled in (("off", False), ("off", False), ("on", True)):
        assert staff.post(f"/staff/gateways/{gateway.pk}/switch/", {"to": to}).status_code == 302
        gateway.refresh_from_db()
        assert gateway.is_enabled is is_enabled
    actions = list(
        AuditEntry.objects.filter(action__startswith="gateway.").order_by("id").values_list("action", flat=True)
    )
    assert actions == ["gateway.disabled", "gateway.enabled"]


def test_its_flow_is_changed_and_nothing_else(gateway):
    staff = staff_client()
    more = {"host": "evil.example", "password": "x", "name": "other"}
    assert staff.post(f"/staff/gateways/{gateway.pk}/flow/", FLOW | more).status_code == 302
    gateway.refresh_from_db()
    assert (gateway.binds, gateway.window, gateway.throughput, gateway.failover_seconds) == (3, 50, 1_000, 120)
    assert (gateway.name, gateway.host, gateway.password) == ("mci", "127.0.0.1", "geheim1")
    assert AuditEntry.objects.get(action="gateway.changed").details == {
        "binds": [2, 3], "window": [100, 50], "throughput": [0, 1_000], "failover_seconds": [60, 120]
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [{"binds": "0"}, {"binds": "65"}, {"window": "0"}, {"window": "-3"}, {"window": "10001"}, {"throughput": "fast"},
     {"throughput": ""}, {"failover_seconds": "-1"}],
)  # fmt: skip
def test_a_wrong_flow_is_refused(gateway, wrong):
    assert staff_client().post(f"/staff/gateways/{gateway.pk}/flow/", FLOW | wrong).status_code == 422
    gateway.refresh_from_db()
    assert (gateway.binds, gateway.window) == (2, 100)
    assert not AuditEntry.objects.filter(action__startswith="gateway.").exists()


def probe(gateway, **more):
    written = {"mobile": "۰۹۱۲۱۲۳۴۵۶۷", "text": "test", **more}
    return staff_client().post(f"/staff/gateways/{gateway.pk}/test/", written)


def test_a_test_message_leaves_by_this_gateway_whatever_the_routes_say(gateway, platform):
    other = make_gateway(name="mtn")
    other.routes.all().delete()  # no route leads there
    assert probe(other).status_code == 302
    campaign = Campaign.objects.get()
    chunk = Chunk.objects.get(campaign=campaign)
    assert (chunk.gateway, chunk.state, campaign.kind) == (other, Chunk.State.READY, "test")
    assert Message.objects.get(campaign=campaign).msisdn == 989121234567
    assert (balance(platform), check_ledger(), check_charges()) == (1_000_000 - campaign.price, [], [])
    Gateway.objects.filter(pk=other.pk).update(out_since=timezone.now(), down_since=timezone.now() - timedelta(hours=1))
    watch_gateways(now=timezone.now())
    chunk.refresh_from_db()
    assert chunk.gateway == other  # a test of a gateway that is down does not take another way
    assert AuditEntry.objects.get(action="gateway.tested").details == {"campaign": campaign.pk}


def test_a_sandbox_is_tested_free_of_charge(gateway, platform):
    sandbox = make_gateway(name="sandbox", is_sandbox=True)
    assert probe(sandbox).status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.is_test, campaign.price, balance(platform)) == (True, 0, 1_000_000)
    assert Chunk.objects.get(campaign=campaign).gateway == sandbox


@pytest.mark.parametrize("wrong", [{"mobile": "12"}, {"mobile": ""}, {"text": ""}, {"text": "x" * 301}])
def test_a_wrong_test_is_refused(gateway, platform, wrong):
    assert probe(gateway, **wrong).status_code == 422
    assert not Campaign.objects.exists()


def test_a_test_that_cannot_be_sent_says_why_and_costs_nothing(gateway):
    assert "carries the platform&#x27;s notices" in probe(gateway).content.decode()
    platform = make_account()
    make_line(platform, carries_notices=True)
    assert "Your credit is not enough" in probe(gateway).content.decode()
    gateway.is_enabled = False
    gateway.save()
    assert "The gateway is paused." in probe(gateway).content.decode()
    assert (Campaign.objects.count(), balance(platform)) == (0, 0)


def test_who_may_look_may_not_change(gateway):
    looker = clerk("view_gateway")
    page = looker.get(f"/staff/gateways/{gateway.pk}/").content.decode()
    assert 'id="flow"' not in page
    for action, written in (("switch", {"to": "off"}), ("flow", FLOW), ("test", {"mobile": "09121234567"})):
        assert looker.post(f"/staff/gateways/{gateway.pk}/{action}/", written).status_code == 403
    gateway.refresh_from_db()
    assert (gateway.is_enabled, gateway.window) == (True, 100)
    assert clerk("view_account").get("/staff/gateways/").status_code == 403
