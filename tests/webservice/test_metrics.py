"""/metrics (W12): who may read it, and that its figures are true."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from billing.models import Wallet
from credit.tasks import check_ledger
from messaging.lifecycle import News, move
from messaging.models import Bind, Chunk, Status
from messaging.tasks import sweep
from tests.webservice.conftest import Api

pytestmark = pytest.mark.django_db
OUTSIDE = "203.0.113.9"


@pytest.fixture(autouse=True)
def read_anew(settings):
    settings.METRICS_SECONDS = 0


def read(**options) -> dict[tuple, float]:
    """(name, its labels' values in the order of their names) → value."""
    answer = Client().get("/metrics", **options)
    assert answer.status_code == 200
    found = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            found[sample.name, *(sample.labels[name] for name in sorted(sample.labels))] = sample.value
    return found


def send(api: Api, count: int = 1, **fields) -> list[int]:
    numbers = [f"0912000{place:04}" for place in range(100, 100 + count)]
    answer = api.post("messages", {"to": numbers, "text": "Hello", **fields})
    return [row["id"] for row in answer.json()["messages"]]


def test_only_from_allowed_networks_or_with_the_token(settings):
    assert Client().get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 200
    assert Client().get("/metrics", REMOTE_ADDR=OUTSIDE).status_code == 403
    settings.METRICS_TOKEN = "s3cret-words"

    def asked(header: str) -> int:
        return Client().get("/metrics", headers={"Authorization": header}, REMOTE_ADDR=OUTSIDE).status_code

    assert asked("Bearer s3cret-words") == 200
    for wrong in ("Bearer s3cret", "Bearer ", "Basic s3cret-words", "Bearer s3cret-wordsآ"):
        assert asked(wrong) == 403
    settings.METRICS_TOKEN, settings.METRICS_NETWORKS = "", []
    assert asked("Bearer ") == 403
    assert Client().get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 403


def test_requests_count_by_route_and_status_never_by_path(api):
    before = read()
    api.get("messages/1")
    api.get("messages/2")
    Client().get("/made-up/9121234567/")
    after = read()
    key = ("sms_http_requests_total", "GET", "api/v1/messages/<int:message_id>", "404")
    assert after[key] - before.get(key, 0) == 2
    seconds = ("sms_http_request_duration_seconds_count", "api/v1/messages/<int:message_id>")
    assert after[seconds] - before.get(seconds, 0) == 2
    assert not any("made-up" in str(name) for name in after)


def test_queue_depths_by_class(api):
    send(api, 3)
    send(api, 2, **{"class": "otp"})
    ids = send(api, 4, **{"class": "bulk"})
    Chunk.objects.filter(pk=ids[0] // Chunk.SIZE).update(state=Chunk.State.LEASED, cursor=ids[0])
    found = read()
    depths = {name[1:]: value for name, value in found.items() if name[0] == "sms_queue_messages" and value}
    assert depths == {("transactional", "ready"): 3, ("otp", "ready"): 2, ("bulk", "leased"): 3}


def test_messages_count_when_they_move(api, django_capture_on_commit_callbacks):
    ids = send(api, 3)
    name = ("sms_messages_total", "submitted")
    before = read().get(name, 0)
    with django_capture_on_commit_callbacks(execute=True):
        move([News(message_id, Status.SUBMITTED, timezone.now()) for message_id in ids])
        move([News(ids[0], Status.SUBMITTED, timezone.now())])
    assert read()[name] - before == 3


def test_binds_are_up_only_while_their_process_speaks(gateway):
    now = timezone.now()
    bound = {"gateway": gateway, "state": Bind.State.BOUND, "window_in_flight": 7, "rate": 42.5}
    Bind.objects.create(number=1, heartbeat_at=now, **bound)
    Bind.objects.create(number=2, heartbeat_at=now - timedelta(minutes=1), **bound)
    found = read()
    assert [found["sms_bind_up", "test", number] for number in "12"] == [1, 0]
    assert found["sms_bind_window_in_flight", "test", "1"] == 7
    assert found["sms_bind_parts_per_second", "test", "1"] == 42.5


def test_a_gateway_that_is_passed_over(gateway):
    assert read()["sms_gateway_out", "test"] == 0
    type(gateway).objects.update(out_since=timezone.now())
    assert read()["sms_gateway_out", "test"] == 1


def test_the_ledgers_last_check(account):
    assert ("sms_ledger_problems",) not in read()
    check_ledger()
    assert read()["sms_ledger_problems",] == 0
    Wallet.objects.filter(account=account).update(balance=1)
    check_ledger()
    found = read()
    assert found["sms_ledger_problems",] == 1
    assert timezone.now().timestamp() - found["sms_ledger_checked_timestamp_seconds",] < 60


def test_a_source_that_is_away_is_told_and_the_others_still_come(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    found = read()
    assert found["sms_source_up", "valkey"] == 0
    assert found["sms_source_up", "database"] == 1
    assert ("sms_queue_messages", "otp", "ready") in found


def test_processes_count_together(tmp_path):
    """Two processes count one each into a folder; a third reads two."""
    code = "from common import metrics; metrics.messages.labels('delivered').inc()"
    env = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PATH": ""}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code], env=env, check=True)
    reading = (
        "from prometheus_client import CollectorRegistry, generate_latest, multiprocess as m;"
        "r = CollectorRegistry(); m.MultiProcessCollector(r); print(generate_latest(r).decode())"
    )
    answer = subprocess.run([sys.executable, "-c", reading], env=env, check=True, capture_output=True, text=True)
    assert 'sms_messages_total{status="delivered"} 2.0' in answer.stdout


def test_what_was_read_from_the_tables_is_given_again(api, settings):
    send(api, 1)
    assert read()["sms_queue_messages", "transactional", "ready"] == 1
    settings.METRICS_SECONDS = 60
    send(api, 1)
    assert read()["sms_queue_messages", "transactional", "ready"] == 1
    settings.METRICS_SECONDS = 0
    assert read()["sms_queue_messages", "transactional", "ready"] == 2


def test_how_long_the_oldest_has_been_due(api):
    ids = send(api, 1, **{"class": "otp"})
    send(api, 1, **{"class": "bulk"})
    now = timezone.now()
    Chunk.objects.filter(pk=ids[0] // Chunk.SIZE).update(due_at=now - timedelta(seconds=90))
    Chunk.objects.exclude(pk=ids[0] // Chunk.SIZE).update(due_at=now + timedelta(seconds=90))
    found = read()
    assert 90 <= found["sms_queue_oldest_due_seconds", "otp"] < 120
    assert found["sms_queue_oldest_due_seconds", "bulk"] == 0
    assert found["sms_queue_chunks", "otp", "ready"] == 1


def test_what_is_held_back_is_counted_through_its_campaign(account, line):
    from tests.factories import make_confirmed

    make_confirmed(account, line, ["09121234567", "09121234568"], send_at=timezone.now() + timedelta(days=1))
    found = read()
    held = {name[1]: value for name, value in found.items() if name[0] == "sms_queue_messages" and name[2] == "held"}
    assert sum(held.values()) == 2


def test_what_a_bind_says_of_itself(gateway):
    Bind.objects.create(
        gateway=gateway, number=1, state=Bind.State.BOUND, heartbeat_at=timezone.now(), window_limit=80, armed=12,
        unwritten=34,
    )  # fmt: skip
    found = read()
    said = [found[f"sms_bind_{name}", "test", "1"] for name in ("window_limit", "armed_parts", "unwritten")]
    assert said == [80, 12, 34]


def test_planners_that_have_gone(account, line):
    from tests.factories import make_campaign

    campaign = make_campaign(account, line, ["09121234567"])
    for lease, lost in ((timedelta(minutes=1), 0), (timedelta(minutes=-1), 1)):
        type(campaign).objects.filter(pk=campaign.pk).update(
            state="planning", planning_lease_until=timezone.now() + lease
        )
        found = read()
        assert (found["sms_planning_campaigns",], found["sms_planning_lost",]) == (1, lost)


def test_tasks_that_wait_and_when_one_last_ran(gateway):
    from smsplatform import celery_app

    celery_app.send_task("webservice.call_endpoint", queue="webhooks", args=[1])
    celery_app.send_task("messaging.deliver", queue=gateway.queue)
    sweep.apply()
    found = read()
    assert found["sms_tasks_waiting", "webhooks"] == found["sms_tasks_waiting", "smpp.test"] == 1
    assert found["sms_tasks_waiting", "default"] == 0
    assert timezone.now().timestamp() - found["sms_task_last_success_timestamp_seconds", "messaging.sweep"] < 60


def test_webhooks_and_answers_that_wait(account):
    from webservice.webhooks.models import Delivery, Event, Outgoing
    from webservice.webhooks.services import create_endpoint

    now = timezone.now()
    endpoint = create_endpoint(account=account, url="https://example.com/x", events=["message.status"], now=now)
    Outgoing.objects.create(account=account, type="message.status", at=now - timedelta(seconds=10))
    event = Event.objects.create(account=account, type="message.status", at=now, published_at=now - timedelta(hours=1))
    Delivery.objects.create(endpoint=endpoint, event=event, next_at=now, give_up_at=now)
    found = read()
    waiting = [found["sms_webhook_events_waiting", state] for state in ("unpublished", "owed", "paused")]
    assert waiting == [1, 1, 0]
    assert 3600 <= found["sms_webhook_oldest_seconds", "owed"] < 3700
    type(endpoint).objects.update(paused_at=now)
    found = read()
    assert [found["sms_webhook_events_waiting", state] for state in ("owed", "paused")] == [0, 1]
    assert found["sms_inbound_unanswered",] == 0


def test_no_figure_needs_a_scan_of_the_big_tables(api, django_assert_num_queries, django_capture_on_commit_callbacks):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    send(api, 3)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        read()
    statements = " ".join(query["sql"] for query in queries)
    assert "messaging_message" not in statements
    assert len(queries) <= 14
