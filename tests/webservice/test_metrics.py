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
from tests.webservice.conftest import Api

pytestmark = pytest.mark.django_db
OUTSIDE = "203.0.113.9"


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
