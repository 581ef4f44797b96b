"""The platform's processes as production runs them, to be killed and started again."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.messaging.delivery.bench import wait_for

ROOT = Path(__file__).resolve().parents[2]
CELERY = ("celery", "-A", "smsplatform")
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO")


class Platform:
    """Starts what a test asks for; whatever is left is killed by ``close``."""

    def __init__(self, environment: dict[str, str], logs: Path):
        self.environment = environment | {"API_RATE_PER_MINUTE": "1000000"}
        self.logs = logs
        self.running: dict[str, subprocess.Popen] = {}
        self._started = 0
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]

    def web(self, name: str = "web") -> subprocess.Popen:
        options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--http", "1", "--no-ws"]
        options += ["--workers", "1", "--blocking-threads", "4", "--workers-kill-timeout", "5"]
        process = self._start(name, "granian", *options, "smsplatform.wsgi:application")
        wait_for(self.answers, seconds=60)
        return process

    def worker(self, name: str = "worker") -> subprocess.Popen:
        return self._start(
            name, *CELERY, "worker", "-Q", "default", "--pool", "threads", "-c", "2", *self._host(), *QUIET
        )

    def beat(self, name: str = "beat") -> subprocess.Popen:
        return self._start(name, *CELERY, "beat", "--schedule", str(self.logs / "schedule"), "--pidfile", "")

    def bind(self, gateway, name: str = "bind") -> subprocess.Popen:
        return self._start(name, *CELERY, "worker", "--queues", gateway.queue, "--pool", "solo", *self._host(), *QUIET)

    def _host(self) -> tuple[str, str]:
        return "--hostname", f"chaos{self._started}@%h"

    def _start(self, name: str, *module: str) -> subprocess.Popen:
        self._started += 1
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *module], cwd=ROOT, env=self.environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        return self.running[name]

    def answers(self) -> bool:
        """Whether the web server does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def kill(self, *names: str) -> None:
        """kill -9 of these, their children too, or of all."""
        for name in names or list(self.running):
            process = self.running.pop(name)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def stop(self, name: str) -> None:
        """As a deploy does: SIGTERM, and wait for it."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, (self.logs / f"{name}.log").read_text()[-3000:]

    def close(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Sender:
    """A customer's program: it repeats a POST with the same Idempotency-Key until it is answered."""

    def __init__(self, port: int, secret: str):
        self._port = port
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self.repeated = 0

    def post(self, path: str, body: dict, key: str, *, seconds: float = 60) -> dict:
        """The answer's document. Every failure of ours, or none at all, is tried again."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                status, document = self.try_once(path, body, key)
            except (OSError, http.client.HTTPException):
                status, document = 0, {}
            if status in (200, 201, 202):
                return document
            assert status == 0 or status >= 500, document
            assert time.monotonic() < deadline, document
            self.repeated += 1
            time.sleep(0.05)

    def try_once(self, path: str, body: dict, key: str) -> tuple[int, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            connection.request("POST", f"/api/v1/{path}", json.dumps(body), self._headers | {"Idempotency-Key": key})
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text.startswith(b"{") else {}
        finally:
            connection.close()
