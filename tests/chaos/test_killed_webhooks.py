"""kill -9 of the worker that is calling a webhook: the event is delivered all the same, with the same id (W11)."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.utils import timezone

from tests.factories import make_account
from tests.receiver import receiver  # noqa: F401
from webservice.webhooks.models import Attempt, Delivery, Endpoint
from webservice.webhooks.services import create_endpoint, send_test_event

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
WORK = (
    "import django; django.setup()\n"
    "import time\n"
    "from webservice.webhooks.delivering import deliver_next\n"
    "ended = time.monotonic() + 60\n"
    "while time.monotonic() < ended:\n"
    "    deliver_next() or time.sleep(0.05)\n"
)


def test_a_killed_worker_loses_no_event(process_environment, receiver, settings):  # noqa: F811
    settings.WEBHOOK_TIMEOUT_SECONDS = 2
    environment = process_environment | {
        "DJANGO_SETTINGS_MODULE": "smsplatform.settings",
        "OUTBOUND_LOOPBACK_PORTS": str(receiver.port),
        "WEBHOOK_TIMEOUT_SECONDS": "2",
    }
    account, now = make_account(), timezone.now()
    endpoint = create_endpoint(account=account, url=receiver.url, events=["message.status"], now=now)
    event = send_test_event(endpoint=endpoint, now=now)
    hold = threading.Event()
    receiver.answer = lambda received: (hold.wait(1.5) and (200, {}, b"")) or (200, {}, b"late")
    first = subprocess.Popen([sys.executable, "-c", WORK], env=environment)
    try:
        receiver.wait_for(1, 60)
        os.kill(first.pid, signal.SIGKILL)
        first.wait(10)
        assert Delivery.objects.get().state == Delivery.State.PENDING
        assert Endpoint.objects.get().lease_token is not None
        assert not Attempt.objects.exists()
        hold.set()
        second = subprocess.Popen([sys.executable, "-c", WORK], env=environment)
        try:
            deadline = time.monotonic() + 60
            while Delivery.objects.get().state != Delivery.State.DELIVERED:
                assert time.monotonic() < deadline
                threading.Event().wait(0.05)
        finally:
            second.kill()
            second.wait(10)
    finally:
        first.kill()
        hold.set()
    ids = [received.headers["webhook-id"] for received in receiver.requests]
    assert ids == [str(event.pk)] * 2
    assert [attempt.events for attempt in Attempt.objects.all()] == [[event.pk]]
