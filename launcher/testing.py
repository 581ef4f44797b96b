"""``script/test [pytest's arguments]``: the whole test suite against its own PostgreSQL and Valkey."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from launcher import foreground, frontend
from launcher.embedded import servers
from launcher.environment import LauncherError
from launcher.processes import Supervisor
from launcher.variables import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PARALLEL = ["-n", "2", "--dist", "loadfile"]


def main(arguments: list[str]) -> int:
    frontend.ensure(development=True)
    compile_translations()
    supervisor = Supervisor()
    with supervisor.signals(), servers(supervisor, free_state_folder(), durable=False) as env:
        state = Path(env["STATE_DIR"])
        for name in ("static", "media"):
            (state / name).mkdir(exist_ok=True)
        command = [sys.executable, "-m", "pytest", *pytest_arguments(arguments, state)]
        env |= {"PAYMENT_GATEWAYS": "mockbank"}  # also for the servers that tests start
        return foreground.run(supervisor, command, env | browser() | frontend.node_variables())


def free_state_folder() -> Path:
    """``var/test``, or a numbered neighbour while another run holds it."""
    for number in range(1, 9):
        folder = ROOT / "var" / ("test" if number == 1 else f"test-{number}")
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "launcher.lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            return folder
    raise LauncherError("Eight runs of the tests are under way already.")


def compile_translations() -> None:
    subprocess.run([sys.executable, "-m", "launcher.messages", "compile"], cwd=ROOT, check=True)


def pytest_arguments(arguments: list[str], state: Path) -> list[str]:
    """The given ones; two processes when the whole suite runs; a new database when a migration was changed."""
    chosen = list(arguments)
    names_tests = any(not argument.startswith("-") for argument in arguments)
    says_how_many = any(argument.startswith(("-n", "--numprocesses", "--pdb", "-p")) for argument in arguments)
    if not names_tests and not says_how_many:
        chosen = [*PARALLEL, *chosen]
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    stamp = state / "migrations.stamp"
    if not stamp.is_file() or stamp.read_text() != digest.hexdigest():
        chosen.append("--create-db")
        stamp.write_text(digest.hexdigest())
    return chosen


def browser() -> dict[str, str]:
    if os.environ.get("CHROMIUM"):
        return {}
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return {"CHROMIUM": found} if found else {}
