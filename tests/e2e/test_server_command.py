"""``script/server`` as a person uses it: one command, READY, the main job, Ctrl-C, and again after the worst.

One state folder for all of it: only the first start has to make the databases and the demo.
"""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from launcher import leftovers, postgres
from tests.e2e import browsing, lists, panel
from tests.e2e.ports import free_port

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

    @property
    def demo(self) -> dict:
        """What is printed after READY: login and API key."""
        return json.loads(re.search(r'^\{"account_id".*$', self.output.read_text(), re.MULTILINE)[0])

    def manage(self, *arguments: str) -> str:
        """What ``manage.py`` prints, in another terminal of the same person."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, check=True, capture_output=True, text=True)
        return done.stdout

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(90)

    def left(self) -> list[int]:
        return leftovers.marked(self.state) + leftovers.postmaster(postgres.Place.find(self.state).data)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sms server ") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def command(folder) -> Iterator[Command]:
    command = Command(folder / "var", free_port())
    yield command
    if command.process and command.process.poll() is None:
        command.stop()


def test_the_main_job_from_a_fresh_folder(command, chromium, tmp_path):
    """A file of 2,000 rows to demo contacts: sent, every recipient delivered, paid exactly the quote; then Ctrl-C."""
    command.start()
    contacts = json.loads(command.manage("shell", "-v", "0", "-c", CONTACTS))
    with browsing.browser(chromium) as running:
        visits = browsing.Visits(running, command.url)
        page = visits()
        panel.log_in(page, **command.demo["login"])
        page.wait_for_url(command.url + "/")
        before = balance(command)
        panel.compose(page, "سلام از فروشگاه آفتاب", file=customers(tmp_path, contacts), line=panel.fa_digits(SERVICE))
        panel.review(page)
        shown = panel.reviewed(page)
        assert (shown["سطرهای خوانده‌شده"], shown["ارسال می‌شود"]) == (panel.fa(2000), panel.fa(2000))
        price = panel.summary(page)["هزینه (ریال)"]
        campaign = panel.confirm(page)
        panel.press(page, "send-now")
        panel.watch_it_finish(page, delivered=2000, seconds=120)
        problems = visits.close()
    assert problems == []
    assert panel.fa(before - balance(command)) == price
    statuses = json.loads(command.manage("shell", "-v", "0", "-c", STATUSES.format(campaign=campaign)))
    assert statuses == {"DELIVERED": 2000}
    command.manage("check_ledger")

    assert command.stop(signal.SIGINT) == 0
    assert command.left() == []


SERVICE = "5000211"
CONTACTS = """
import json
from phonebook.models import Contact, OptOut
mine = Contact.objects.filter(account__users__username="demo")
found = mine.exclude(msisdn__in=OptOut.objects.values("msisdn")).values_list("first_name", "msisdn")
print(json.dumps(list(found[:2000])))
"""
STATUSES = """
import collections, json
from messaging.models import Message, Status
found = Message.objects.filter(campaign={campaign}).values_list("status", flat=True)
print(json.dumps(collections.Counter(Status(status).name for status in found)))
"""


def customers(folder: Path, contacts: list) -> Path:
    """A table with a heading, as a spreadsheet saves it; the numbers in every way of writing."""
    path = folder / "customers.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["نام", "موبایل"])
        for place, (name, msisdn) in enumerate(contacts):
            table.writerow([name, lists.WAYS[place % len(lists.WAYS)](str(msisdn)[2:])])
    return path


def balance(command: Command) -> int:
    key = {"Authorization": f"Bearer {command.demo['api_key']}"}
    return httpx.get(f"{command.url}/api/v1/balance", headers=key).json()["balance"]


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

    command.manage("migrate", "--check")

    (web,) = web_servers(command)
    os.kill(web, signal.SIGKILL)
    until(lambda: web_servers(command) not in ([], [web]) and answers(command))
    assert "web was ended by SIGKILL; it starts again in 1 s" in command.output.read_text()

    assert command.stop(signal.SIGINT) == 0
    assert command.left() == []


def test_after_kill_9_the_next_start_recovers_and_keeps_the_data(command):
    command.start()
    make = "from accounts.models import Account; Account.objects.create(name='kept')"
    command.manage("shell", "-v", "0", "-c", make)
    command.stop(signal.SIGKILL)
    command.start()
    count = "from accounts.models import Account; print(Account.objects.filter(name='kept').count())"
    assert command.manage("shell", "-v", "0", "-c", count).strip() == "1"
    command.stop(signal.SIGKILL)
    until(lambda: command.left() == [])


def until(condition, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def web_servers(command: Command) -> list[int]:
    """The web server's own processes, not those that it has started in its turn."""
    return [process for process in leftovers.marked(command.state) if is_web(process, command.process.pid)]


def is_web(process: int, launcher: int) -> bool:
    try:
        parent = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1]
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False  # it has ended meanwhile
    return int(parent) == launcher and b"granian" in words


def answers(command: Command) -> bool:
    try:
        return httpx.get(f"{command.url}/accounts/login/").status_code == 200
    except httpx.TransportError:
        return False
