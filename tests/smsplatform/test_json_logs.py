"""Structured logs (LOG_FORMAT=json): one object a line, numbers, keys and texts masked in every process."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.e2e.ports import free_port
from tests.messaging.delivery.bench import bench, wait_counts, wait_for  # noqa: F401 - the fixture
from webservice.services import create_key

ROOT = Path(__file__).resolve().parents[2]
NUMBER, TEXT = "9126427531", "telltale-plum-harvest"


@pytest.fixture
def processes(process_environment, tmp_path):
    """Starts processes of ours with JSON logs; their standard error is kept by name."""
    running = {}

    def start(name: str, *command: str, **env: str):
        env = process_environment | {"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG", "PROCESS_NAME": name} | env
        with (tmp_path / f"{name}.log").open("wb") as log:
            running[name] = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env, stderr=log, stdout=log)

    yield start
    for process in running.values():
        process.send_signal(signal.SIGTERM)
    for process in running.values():
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.mark.slow
def test_no_process_logs_a_number_a_key_or_a_text(bench, processes, tmp_path):  # noqa: F811
    bench.operator(fates=False)
    _, secret = create_key(account=bench.account, name="shop", scopes=["send", "read"])
    port = free_port()
    celery = ("-m", "celery", "-A", "smsplatform", "worker", "--without-gossip", "--without-mingle", "--pool")
    processes("web", "-m", "granian", "--interface", "wsgi", "--port", str(port), "smsplatform.wsgi:application")
    processes("worker", *celery, "threads", "-c", "2", "-Q", "default")
    processes("bind", *celery, "solo", "-Q", bench.gateway.queue)
    base = f"http://127.0.0.1:{port}"
    wait_for(lambda: answers(base), seconds=60)
    headers = {"Authorization": f"Bearer {secret}"}
    sent = httpx.post(f"{base}/api/v1/messages", headers=headers, json={"to": f"0{NUMBER}", "text": TEXT})
    assert sent.status_code == 201, sent.text
    body = {"to": [f"0{NUMBER}"], "text": TEXT, "class": "no such class"}
    assert httpx.post(f"{base}/api/v1/messages", headers=headers, json=body).status_code == 422
    assert httpx.get(f"{base}/v1/{secret}/sms/0{NUMBER}.json").status_code >= 400
    from messaging.models import Campaign

    wait_counts(Campaign.objects.get(), {"DELIVERED": 1}, seconds=60)
    logs = {path.stem: path.read_text() for path in tmp_path.glob("*.log")}
    assert all(logs[name] for name in ("web", "worker", "bind"))
    for name, text in logs.items():
        for telltale in (NUMBER, NUMBER[1:], secret, TEXT):
            assert telltale not in text, name
    lines = [json.loads(line) for line in logs["bind"].splitlines() if line.startswith("{")]
    bound = next(line for line in lines if "is bound" in line["message"])
    assert (bound["gateway"], bound["bind"], bound["process"]) == (bench.gateway.name, 1, "bind")
    assert bound["time"].endswith("+00:00")
    lines = [json.loads(line) for line in logs["web"].splitlines() if line.startswith("{")]
    refused = [line for line in lines if "Unprocessable" in line["message"]]
    assert refused
    assert all(len(line["request_id"]) == 32 for line in refused)
    assert {line["account"] for line in refused} == {bench.account.pk}


def answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/healthz").status_code == 200
    except httpx.TransportError:
        return False
