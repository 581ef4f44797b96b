"""``script/server`` as a person uses it: one command, READY, Ctrl-C, and again after the worst."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from launcher import leftovers, postgres

ROOT = Path(__file__).resolve().parent.parent.parent
OF_THE_TESTS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "STATE_DIR", leftovers.MARK}
SECONDS = 180

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


class Command:
    """One run of script/server on a state folder and a port."""

    def __init__(self, state: Path, port: int) -> None:
        self.state, self.port = state, port
        self.url = f"http://127.0.0.1:{port}"
        self.output = state.parent / "output"
        self.process: subprocess.Popen | None = None

    @property
    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
        return kept | {"STATE_DIR": str(self.state), "PORT": str(self.port)}

    def start(self) -> "Command":
        with self.output.open("w") as output:
            script = [sys.executable, str(ROOT / "script" / "server")]
            self.process = subprocess.Popen(script, cwd="/", env=self.env, stdout=output, stderr=output)
        deadline = time.monotonic() + SECONDS
        while f"READY {self.url}\n" not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)
        return self

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(90)

    def left(self) -> list[int]:
        return leftovers.marked(self.state) + leftovers.postmaster(postgres.Place.find(self.state).data)


@pytest.fixture
def command() -> Iterator[Command]:
    with tempfile.TemporaryDirectory(prefix="sms server ") as name:
        Path(name).chmod(0o755)
        command = Command(Path(name) / "var", free_port())
        yield command
        if command.process and command.process.poll() is None:
            command.stop()


def test_one_command_serves_pages_mends_itself_and_leaves_nothing_after_ctrl_c(command):
    command.start()
    page = httpx.get(f"{command.url}/accounts/login/")
    assert page.status_code == 200
    sheet = re.search(r'href="(/static/[^"]+\.css)"', page.text)[1]
    served = httpx.get(command.url + sheet)
    assert (served.status_code, served.headers["cache-control"]) == (200, "max-age=315360000, public, immutable")

    again = [sys.executable, str(ROOT / "script" / "server")]
    refused = subprocess.run(
        again, env=command.env | {"PORT": str(free_port())}, capture_output=True, text=True, check=False
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"Already running with {command.state} (process {command.process.pid})" in refused.stderr

    elsewhere = [sys.executable, "manage.py", "migrate", "--check"]
    assert subprocess.run(elsewhere, cwd=ROOT, env=command.env, check=False).returncode == 0

    (web,) = web_servers(command)
    os.kill(web, signal.SIGKILL)
    until(lambda: web_servers(command) not in ([], [web]) and answers(command))
    assert "web was ended by SIGKILL; it starts again in 1 s" in command.output.read_text()

    assert command.stop(signal.SIGINT) == 0
    assert command.left() == []


def test_after_kill_9_the_next_start_recovers_and_keeps_the_data(command):
    command.start()
    make = "from accounts.models import Account; Account.objects.create(name='kept')"
    shell = [sys.executable, "manage.py", "shell", "-v", "0", "-c"]
    subprocess.run([*shell, make], cwd=ROOT, env=command.env, check=True)
    command.stop(signal.SIGKILL)
    command.start()
    count = "from accounts.models import Account; print(Account.objects.filter(name='kept').count())"
    done = subprocess.run([*shell, count], cwd=ROOT, env=command.env, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "1"
    command.stop(signal.SIGKILL)
    until(lambda: command.left() == [])


def until(condition, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def web_servers(command: Command) -> list[int]:
    """The web server's own processes, not those that it has started in its turn."""
    found = leftovers.marked(command.state)
    return [process for process in found if parent(process) == command.process.pid and runs(process, "granian")]


def parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def runs(process: int, module: str) -> bool:
    return module.encode() in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")


def answers(command: Command) -> bool:
    try:
        return httpx.get(f"{command.url}/accounts/login/").status_code == 200
    except httpx.TransportError:
        return False
