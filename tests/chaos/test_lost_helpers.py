"""The processes beside the binds are lost: a planner in mid-file, the broker."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from celery import Celery
from django.conf import settings
from django.utils import timezone

from billing.selectors import balance
from messaging import services
from messaging.models import Campaign, Chunk, Message, Upload
from tests.chaos.test_lost_bind import ROOT
from tests.messaging.delivery.bench import assert_explained, wait_counts, wait_for

pytestmark = pytest.mark.chaos

CREDIT = 1_000_000_000


@pytest.fixture
def planner(process_environment):
    running = []

    def start(campaign: Campaign) -> subprocess.Popen:
        code = (
            "import django; django.setup();"
            "from django.utils import timezone; from messaging.services import plan;"
            f"plan({campaign.pk}, now=timezone.now())"
        )
        environment = process_environment | {"DJANGO_SETTINGS_MODULE": "smsplatform.settings"}
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment)
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()


def file_campaign(bench, rows: int) -> Campaign:
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    path = settings.MEDIA_ROOT / "planned.txt"
    path.write_text("".join(f"0912{2_000_000 + n:07}\n" for n in range(rows)))
    upload = Upload.objects.create(account=bench.account, path=path.name, filename="planned.txt", size=1)
    return services.compose(
        account=bench.account, created_by=None, line=bench.line, text="سلام", kind=Campaign.Kind.ADVANCED,
        upload=upload, now=timezone.now(),
    )  # fmt: skip


def test_a_planner_killed_in_mid_file_is_replaced_and_nothing_is_written_twice(bench, planner):
    rows = 150_000
    bench.operator()
    campaign = file_campaign(bench, rows)
    process = planner(campaign)
    wait_for(lambda: Campaign.objects.get(pk=campaign.pk).rows_read >= 50_000, seconds=60)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    half = Message.objects.filter(campaign=campaign).count()
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.PLANNING
    assert 0 < half < rows
    services.resume_lost_work(now=timezone.now() + timedelta(minutes=5))
    services.plan(campaign.pk, now=timezone.now())
    campaign.refresh_from_db()
    assert (campaign.state, campaign.recipients) == (Campaign.State.REVIEW, rows)
    assert Message.objects.filter(campaign=campaign).values("msisdn").distinct().count() == rows
    assert Message.objects.filter(campaign=campaign).count() == rows
    assert balance(bench.account) == CREDIT, "nothing is charged before the confirmation"
    services.confirm(campaign=campaign, by=None, now=timezone.now(), hold_seconds=3600)
    assert_explained(campaign)


def test_a_discarded_campaign_stops_being_planned(bench):
    bench.operator()
    campaign = file_campaign(bench, 10)
    services.discard(campaign=campaign)
    assert services.plan(campaign.pk, now=timezone.now()) is None
    assert Chunk.objects.filter(campaign=campaign).count() == Message.objects.filter(campaign=campaign).count() == 0


def test_without_the_broker_a_send_is_only_delayed(bench, monkeypatch):
    smsc = bench.operator()
    bench.start()
    wait_for(lambda: smsc.stats()["bound"] == 1)
    without_broker = Celery("nobody", broker="redis://127.0.0.1:1/0", set_as_current=False)
    monkeypatch.setattr("messaging.dispatch.current_app", without_broker)
    campaign = bench.send(5)
    wait_counts(campaign, {"DELIVERED": 5})
    assert_explained(campaign)
