"""The operator's own restart: what it owes us comes afterwards."""

import json
import signal
import subprocess
import sys

import pytest

from tests.chaos.test_lost_bind import ROOT
from tests.messaging.delivery.bench import assert_explained, wait_counts

pytestmark = pytest.mark.chaos


@pytest.fixture
def operator_process(process_environment):
    running = []

    def start(*arguments: str) -> tuple[subprocess.Popen, int]:
        command = [sys.executable, "manage.py", "smsc_simulator", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=process_environment, stdout=subprocess.PIPE, text=True)
        running.append(process)
        return process, json.loads(process.stdout.readline())["port"]

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def test_receipts_that_were_due_come_after_the_restart(bench, operator_process, tmp_path):
    kept = str(tmp_path / "receipts")
    process, port = operator_process("--receipt-delay", "600", "--receipts-file", kept)
    bench.gateway = bench.add_gateway(port)
    campaign = bench.send(40)
    bench.start()
    wait_counts(campaign, {"SUBMITTED": 40})
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    operator_process("--port", str(port), "--receipts-file", kept)
    wait_counts(campaign, {"DELIVERED": 40}, seconds=60)
    assert_explained(campaign)
