"""The servers that the project brings along: PostgreSQL and Valkey from wheels, for one state folder.

Use ``servers(...)``. A server that DATABASE_URL or REDIS_URL names is left to its owner.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from launcher import leftovers, postgres, valkey
from launcher.environment import LauncherError
from launcher.processes import Child, Supervisor, stop_all
from launcher.sockets import socket_folder
from launcher.variables import ROOT, generated_secrets, running_file, write_private

START_SECONDS = 60
FOR_MANAGE = ("STATE_DIR", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "DATABASE_URL", "REDIS_URL")


@contextlib.contextmanager
def servers(supervisor: Supervisor, state: Path, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Run the servers that the environment does not name; yield the variables that every child needs.

    ``durable=False`` (tests) leaves out waiting for the disk: a crashed process loses nothing, a crashed machine may.
    """
    with leftovers.only_launcher(state):
        owned = generated_secrets(state)
        place = postgres.Place.find(state)
        leftovers.clear(state, place.data)
        env = {
            leftovers.MARK: str(state),
            "STATE_DIR": str(state),
            "DJANGO_SETTINGS_MODULE": "smsplatform.settings",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
        }
        for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS"):
            env[name] = os.environ.get(name) or owned[name]
        for name in ("DATABASE_URL", "REDIS_URL"):
            if os.environ.get(name):
                env[name] = os.environ[name]
        with socket_folder(state) as sockets:
            started: list[Child] = []
            try:
                if "DATABASE_URL" not in env:
                    child = postgres.child(place, sockets, owned["POSTGRES_PASSWORD"], state, durable=durable)
                    started.append(start(supervisor, child))
                    env["DATABASE_URL"] = postgres.url(sockets, owned["POSTGRES_PASSWORD"])
                if "REDIS_URL" not in env:
                    started.append(start(supervisor, valkey.child(sockets, state, durable=durable)))
                    env["REDIS_URL"] = valkey.url(sockets)
                write_private(running_file(state), {name: env[name] for name in FOR_MANAGE})
                yield env
            finally:
                for child in reversed(started):
                    supervisor.remove([child])
                running_file(state).unlink(missing_ok=True)


def start(supervisor: Supervisor, child: Child) -> Child:
    supervisor.add(child)
    if not supervisor.wait_ready(child, START_SECONDS):
        stop_all([child])
        supervisor.children.remove(child)
        if supervisor.stopping:
            raise KeyboardInterrupt
        raise LauncherError(f"{child.name} did not start; the end of {child.log}:\n{child.last_lines()}")
    return child
