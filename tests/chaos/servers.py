"""A PostgreSQL and a Valkey of a test's own, to be killed: never those that the other tests stand on."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from launcher import postgres, valkey
from launcher.processes import Child
from launcher.sockets import socket_folder
from tests.conftest import environment_of
from tests.messaging.delivery.bench import wait_for

PASSWORD = "chaos"
KEYS = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


def start(child: Child) -> None:
    """Until it answers. A server whose forerunner's processes still end may need several tries."""

    def ready() -> bool:
        if not child.is_running():
            child.start()
        return child.ready(child)

    wait_for(ready, seconds=60)


def kill(child: Child) -> None:
    """kill -9 of its first process; PostgreSQL's others see that and end."""
    os.kill(child.process.pid, signal.SIGKILL)
    child.process.wait()


class PrivateDatabase:
    """A cluster with a copy of the test database, in whose place this process uses it until ``close``."""

    def __init__(self, state: Path):
        self.state = state
        state.mkdir(parents=True, exist_ok=True)
        self._sockets = socket_folder(state)
        sockets = self._sockets.__enter__()
        self.place = postgres.Place.find(state)
        shutil.rmtree(self.place.data, ignore_errors=True)
        self.server = postgres.child(self.place, sockets, PASSWORD, state, durable=False)
        start(self.server)
        self._theirs = {key: connection.settings_dict[key] for key in KEYS}
        ours = {"NAME": "sms", "USER": "sms", "PASSWORD": PASSWORD, "HOST": str(sockets / "postgres"), "PORT": ""}
        self._copy(environment_of(self._theirs)["DATABASE_URL"], environment_of(ours)["DATABASE_URL"])
        self._use(ours)

    def _copy(self, source: str, target: str) -> None:
        programs = self.place.programs
        dumped = subprocess.run([programs / "pg_dump", "--no-owner", source], capture_output=True, check=True)
        subprocess.run(
            [programs / "psql", "--quiet", "--set", "ON_ERROR_STOP=1", target],
            input=dumped.stdout, capture_output=True, check=True,
        )  # fmt: skip

    def _use(self, values: dict[str, str]) -> None:
        connection.close()
        connections.settings["default"].update(values)

    def kill(self) -> None:
        kill(self.server)

    def restart(self) -> None:
        start(self.server)

    def close(self) -> None:
        self._use(self._theirs)
        self.server.kill()
        self._sockets.__exit__(None, None, None)
        if (self.state / "postgres").is_symlink():
            shutil.rmtree(self.place.data.parent, ignore_errors=True)
        shutil.rmtree(self.state, ignore_errors=True)

    @staticmethod
    def empty() -> None:
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)


class PrivateValkey:
    """Killed and started again it is empty: it keeps nothing on the disk."""

    def __init__(self, state: Path):
        self.state = state
        state.mkdir(parents=True, exist_ok=True)
        self._sockets = socket_folder(state)
        sockets = self._sockets.__enter__()
        self.server = valkey.child(sockets, state, durable=False)
        self.url = valkey.url(sockets)
        start(self.server)

    def kill(self) -> None:
        kill(self.server)

    def restart(self) -> None:
        start(self.server)

    def close(self) -> None:
        self.server.kill()
        self._sockets.__exit__(None, None, None)
        shutil.rmtree(self.state, ignore_errors=True)


def folder(name: str) -> Path:
    return Path(settings.STATE_DIR) / f"chaos-{name}-{os.getpid()}"
